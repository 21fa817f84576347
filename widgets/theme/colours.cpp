#include "widgets/theme/tokens.h"

namespace postern {
namespace {

QColor rgb(QRgb value) { return QColor::fromRgb(value); }

// The one place where colours are written as numbers.
const Colours& light()
{
    static const Colours colours{
        .appearance = Appearance::Light,
        .page = rgb(0xF6F7F9),
        .card = rgb(0xFFFFFF),
        .raised = rgb(0xFFFFFF),
        .ink = rgb(0x1B1F24),
        .muted = rgb(0x5B6470),
        .line = rgb(0xE1E5EA),
        .accent = rgb(0x2458C5),
        .onAccent = rgb(0xFFFFFF),
        .good = rgb(0x1E7F5C),
        .watch = rgb(0x9A6200),
        .bad = rgb(0xB3261E),
        .unknown = rgb(0x69727D),
        .selection = rgb(0xECF2FD),
        .hover = rgb(0xF4F6F9),
        .changed = rgb(0xFCF3E1),
        .current = rgb(0xEFF4FD),
        .added = rgb(0xEAF6F0),
        .removed = rgb(0xFDEFED),
        .addedStrong = rgb(0xC4E7D6),
        .removedStrong = rgb(0xF8CFCA),
        .handle = rgb(0x838C98),
        .skeleton = rgb(0xE9ECF0),
        .shade = QColor(27, 31, 36, 56),
        .series = {rgb(0x2458C5), rgb(0xB85214), rgb(0x0B7285), rgb(0x8A4FBF), rgb(0xA83267), rgb(0x5C6B00)},
    };
    return colours;
}

const Colours& dark()
{
    static const Colours colours{
        .appearance = Appearance::Dark,
        .page = rgb(0x15181C),
        .card = rgb(0x1C2026),
        .raised = rgb(0x242931),
        .ink = rgb(0xE6E9ED),
        .muted = rgb(0x98A2AE),
        .line = rgb(0x2E343C),
        .accent = rgb(0x7AA2F7),
        .onAccent = rgb(0x15181C),
        .good = rgb(0x4FBF95),
        .watch = rgb(0xE3B25B),
        .bad = rgb(0xF2867B),
        .unknown = rgb(0x8A94A0),
        .selection = rgb(0x253047),
        .hover = rgb(0x22272E),
        .changed = rgb(0x3A3220),
        .current = rgb(0x222A38),
        .added = rgb(0x1A3129),
        .removed = rgb(0x3A2424),
        .addedStrong = rgb(0x24513F),
        .removedStrong = rgb(0x5F302E),
        .handle = rgb(0x6C7682),
        .skeleton = rgb(0x272C33),
        .shade = QColor(0, 0, 0, 120),
        .series = {rgb(0x7AA2F7), rgb(0xF0995E), rgb(0x56C2CC), rgb(0xC39BEA), rgb(0xEE86B0), rgb(0xB5C24A)},
    };
    return colours;
}

// A palette says which appearance it is by its hairline colour, in the one role that no style sheet rule
// overwrites for a single widget.
constexpr QPalette::ColorRole signature = QPalette::Mid;

} // namespace

const QColor& Colours::of(State state) const
{
    switch (state) {
    case State::Good:
        return good;
    case State::Watch:
        return watch;
    case State::Bad:
        return bad;
    case State::Unknown:
        break;
    }
    return unknown;
}

const QColor& Colours::textOf(State state) const { return state == State::Unknown ? muted : of(state); }

const Colours& colours(Appearance appearance) { return appearance == Appearance::Dark ? dark() : light(); }

const Colours& colours(const QPalette& palette)
{
    return palette.color(QPalette::Active, signature).lightness() < 128 ? dark() : light();
}

QPalette paletteFor(Appearance appearance)
{
    const Colours& c = colours(appearance);
    QPalette palette(c.raised, c.page);
    palette.setColor(QPalette::Window, c.page);
    palette.setColor(QPalette::WindowText, c.ink);
    palette.setColor(QPalette::Base, c.card);
    palette.setColor(QPalette::AlternateBase, c.card);
    palette.setColor(QPalette::Text, c.ink);
    palette.setColor(QPalette::PlaceholderText, c.muted);
    palette.setColor(QPalette::Button, c.raised);
    palette.setColor(QPalette::ButtonText, c.ink);
    palette.setColor(QPalette::BrightText, c.onAccent);
    palette.setColor(QPalette::ToolTipBase, c.raised);
    palette.setColor(QPalette::ToolTipText, c.ink);
    palette.setColor(QPalette::Highlight, c.accent);
    palette.setColor(QPalette::HighlightedText, c.onAccent);
    palette.setColor(QPalette::Link, c.accent);
    palette.setColor(QPalette::LinkVisited, c.accent);
    palette.setColor(QPalette::Light, c.raised);
    palette.setColor(QPalette::Midlight, c.hover);
    palette.setColor(QPalette::Dark, c.muted);
    palette.setColor(QPalette::Shadow, c.line);
    palette.setColor(signature, c.line);
    for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText})
        palette.setColor(QPalette::Disabled, role, c.muted);
    palette.setColor(QPalette::Disabled, QPalette::Highlight, c.line);
    palette.setColor(QPalette::Disabled, QPalette::HighlightedText, c.muted);
    return palette;
}

} // namespace postern

#pragma once

#include <QColor>
#include <QFont>
#include <QPalette>

#include <array>

namespace postern {

/// Distances in device-independent pixels, on a grid of 4.
namespace space {
inline constexpr int step = 4;
inline constexpr int gap = 8;
inline constexpr int card = 12; ///< padding inside a card
inline constexpr int page = 16; ///< margin of a page
inline constexpr int row = 28;
inline constexpr int compactRow = 24;
inline constexpr int control = 28; ///< height of buttons and fields
inline constexpr int icon = 16;
} // namespace space

namespace radius {
inline constexpr int control = 6;
inline constexpr int card = 8;
} // namespace radius

/// In pixels.
namespace textSize {
inline constexpr int caption = 11;
inline constexpr int body = 13;
inline constexpr int section = 15;
inline constexpr int page = 20;
inline constexpr int hero = 28;
} // namespace textSize

enum class Appearance { Light, Dark };

/// How a thing is doing; the numbers are those of StateRole in models/items/roles.h.
enum class State { Good, Watch, Bad, Unknown };

/// Every colour of the console, for one appearance. Colour means state; everything else is ink on paper.
struct Colours
{
    Appearance appearance;
    QColor page, card, raised;         ///< surfaces, from the back to the front
    QColor ink, muted, line;           ///< text, secondary text, hairlines
    QColor accent, onAccent;           ///< selection, focus, links; text on a filled accent
    QColor good, watch, bad, unknown;  ///< states: icons, bars, figures
    QColor selection, hover;           ///< tints behind a selected row, behind the row under the pointer
    QColor changed, current;           ///< tints of a changed line and of the object being edited
    QColor added, removed;             ///< tints of lines in a diff
    QColor addedStrong, removedStrong; ///< the parts of such a line that differ
    QColor handle;                     ///< of scroll bars
    QColor skeleton;                   ///< placeholder bars while loading
    QColor shade;                      ///< translucent, behind an overlay
    std::array<QColor, 6> series;      ///< of charts, in order; none is a state's colour

    [[nodiscard]] const QColor& of(State state) const;
    /// For text: unknown is muted ink, which stays readable on every tint.
    [[nodiscard]] const QColor& textOf(State state) const;
};

const Colours& colours(Appearance appearance);
/// The colours in force where \a palette is. Every palette made by paletteFor() says which it is, so painted
/// widgets and delegates need nothing but their own palette, and follow a change of theme with it.
const Colours& colours(const QPalette& palette);

QPalette paletteFor(Appearance appearance);

enum class Weight { Regular, Semibold };
/// The console's font at \a pixels (textSize::…).
QFont textFont(int pixels, Weight weight = Weight::Regular);
QFont monospaceFont(int pixels = 12);

} // namespace postern

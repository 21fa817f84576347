#include "widgets/theme/icon.h"
#include "widgets/theme/style_sheet.h"
#include "widgets/theme/tabular_text.h"
#include "widgets/theme/theme.h"

#include <QApplication>
#include <QImage>
#include <QRegularExpression>
#include <QSignalSpy>
#include <QTest>

#include <cmath>

using namespace postern;

namespace {

/// WCAG 2.2, relative luminance.
double luminance(const QColor& colour)
{
    const auto linear = [](double v) {
        return v <= 0.04045 ? v / 12.92 : std::pow((v + 0.055) / 1.055, 2.4);
    };
    return 0.2126 * linear(colour.redF()) + 0.7152 * linear(colour.greenF()) +
           0.0722 * linear(colour.blueF());
}

double contrast(const QColor& a, const QColor& b)
{
    const double la = luminance(a);
    const double lb = luminance(b);
    return (std::max(la, lb) + 0.05) / (std::min(la, lb) + 0.05);
}

QString named(const QColor& foreground, const QColor& background)
{
    return QStringLiteral("%1 on %2: %3")
        .arg(foreground.name(), background.name())
        .arg(contrast(foreground, background), 0, 'f', 2);
}

} // namespace

class TestTheme : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void contrastKnownValues();
    void textContrast_data() { bothAppearances(); }
    void textContrast();
    void graphicContrast_data() { bothAppearances(); }
    void graphicContrast();
    void seriesAreNoStates_data() { bothAppearances(); }
    void seriesAreNoStates();
    void styleSheetHasNoUnknownToken_data() { bothAppearances(); }
    void styleSheetHasNoUnknownToken();
    void paletteNamesItsAppearance_data() { bothAppearances(); }
    void paletteNamesItsAppearance();
    void themeDresses();
    void everyIconPaints();
    void iconsAreTintedAndCrisp();
    void digitsAreOfEqualWidth();

private:
    static void bothAppearances()
    {
        QTest::addColumn<Appearance>("appearance");
        QTest::newRow("light") << Appearance::Light;
        QTest::newRow("dark") << Appearance::Dark;
    }
};

void TestTheme::contrastKnownValues()
{
    QCOMPARE(contrast(Qt::black, Qt::white), 21.0);
    // WebAIM's well-known pair: #767676 is the lightest grey that passes on white.
    QVERIFY(std::abs(contrast(QColor(0x76, 0x76, 0x76), Qt::white) - 4.54) < 0.01);
}

void TestTheme::textContrast()
{
    QFETCH(Appearance, appearance);
    const Colours& c = colours(appearance);
    for (const QColor& background : {c.page, c.card, c.raised, c.selection, c.hover, c.changed, c.current,
                                     c.added, c.removed, c.addedStrong, c.removedStrong})
        QVERIFY2(contrast(c.ink, background) >= 4.5, qPrintable(named(c.ink, background)));
    // States, links and muted words stand on surfaces, in rows (plain, hovered, selected) and in tinted
    // lines.
    for (const QColor& background :
         {c.page, c.card, c.raised, c.selection, c.hover, c.changed, c.current, c.added, c.removed}) {
        for (const QColor& text : {c.muted, c.accent, c.watch, c.bad, c.textOf(State::Unknown)})
            QVERIFY2(contrast(text, background) >= 4.5, qPrintable(named(text, background)));
    }
    for (const QColor& background : {c.page, c.card, c.raised, c.hover}) {
        QVERIFY2(contrast(c.good, background) >= 4.5, qPrintable(named(c.good, background)));
        // A series is labelled in its colour.
        for (const QColor& text : c.series)
            QVERIFY2(contrast(text, background) >= 4.5, qPrintable(named(text, background)));
    }
    QVERIFY2(contrast(c.onAccent, c.accent) >= 4.5, qPrintable(named(c.onAccent, c.accent)));
}

void TestTheme::graphicContrast()
{
    QFETCH(Appearance, appearance);
    const Colours& c = colours(appearance);
    // Icons and bars, also against a bar's own track.
    for (const QColor& background :
         {c.page, c.card, c.raised, c.selection, c.hover, c.changed, c.current, c.line, c.skeleton}) {
        for (const QColor& graphic : {c.good, c.watch, c.bad, c.unknown, c.accent, c.ink, c.muted})
            QVERIFY2(contrast(graphic, background) >= 3.0, qPrintable(named(graphic, background)));
        for (const QColor& graphic : c.series)
            QVERIFY2(contrast(graphic, background) >= 3.0, qPrintable(named(graphic, background)));
    }
    for (const QColor& background : {c.page, c.card, c.raised})
        QVERIFY2(contrast(c.handle, background) >= 3.0, qPrintable(named(c.handle, background)));
}

void TestTheme::seriesAreNoStates()
{
    QFETCH(Appearance, appearance);
    const Colours& c = colours(appearance);
    for (std::size_t i = 0; i < c.series.size(); ++i) {
        for (const State state : {State::Good, State::Watch, State::Bad, State::Unknown})
            QVERIFY(c.series[i] != c.of(state));
        for (std::size_t j = 0; j < i; ++j)
            QVERIFY(c.series[i] != c.series[j]);
    }
}

void TestTheme::styleSheetHasNoUnknownToken()
{
    QFETCH(Appearance, appearance);
    static const QRegularExpression token(QStringLiteral("@\\w+"));
    QVERIFY(token.match(styleSheetTemplate()).hasMatch());
    const QString sheet = styleSheet(colours(appearance));
    const auto left = token.match(sheet);
    QVERIFY2(!left.hasMatch(), qPrintable(left.captured()));
    static const QRegularExpression literal(QStringLiteral("#[0-9a-fA-F]{3,8}\\b|rgb"));
    QVERIFY2(!literal.match(styleSheetTemplate()).hasMatch(),
             "a colour stands in the sheet, not in the tokens");
    static const QRegularExpression broken(QStringLiteral("#[0-9a-f]{6}\\w"));
    QVERIFY2(!broken.match(sheet).hasMatch(), "a token's name begins another's");
}

void TestTheme::paletteNamesItsAppearance()
{
    QFETCH(Appearance, appearance);
    const QPalette palette = paletteFor(appearance);
    QCOMPARE(colours(palette).appearance, appearance);
    QCOMPARE(palette.color(QPalette::Window), colours(appearance).page);
}

void TestTheme::themeDresses()
{
    Theme theme(*qApp, ThemeChoice::Light);
    QCOMPARE(theme.appearance(), Appearance::Light);
    QWidget widget;
    widget.show();
    QCOMPARE(colours(widget.palette()).appearance, Appearance::Light);
    QSignalSpy changed(&theme, &Theme::appearanceChanged);
    theme.choose(ThemeChoice::Dark);
    QCOMPARE(changed.size(), 1);
    theme.choose(ThemeChoice::Dark);
    QCOMPARE(changed.size(), 1);
    QCOMPARE(colours(widget.palette()).appearance, Appearance::Dark);
    QCOMPARE(qApp->font().pixelSize(), textSize::body);
}

void TestTheme::everyIconPaints()
{
    for (int i = 0; i <= int(Icon::Stop); ++i) {
        const QImage image = iconPixmap(Icon(i), Qt::black, 16, 1.0).toImage();
        int inked = 0;
        for (int y = 0; y < image.height(); ++y) {
            for (int x = 0; x < image.width(); ++x)
                inked += qAlpha(image.pixel(x, y)) > 64 ? 1 : 0;
        }
        QVERIFY2(inked >= 8, qPrintable(QStringLiteral("icon %1 paints %2 pixels").arg(i).arg(inked)));
    }
}

void TestTheme::iconsAreTintedAndCrisp()
{
    const QPixmap twice = iconPixmap(Icon::Bad, Qt::red, 16, 2.0);
    QCOMPARE(twice.size(), QSize(32, 32));
    QCOMPARE(twice.devicePixelRatio(), 2.0);
    QCOMPARE(twice.toImage().pixelColor(8, 16), QColor(Qt::red));
}

void TestTheme::digitsAreOfEqualWidth()
{
    const QFont body = textFont(textSize::body);
    QCOMPARE(tabularWidth(body, QStringLiteral("111")), tabularWidth(body, QStringLiteral("808")));
}

QTEST_MAIN(TestTheme)
#include "tst_theme.moc"

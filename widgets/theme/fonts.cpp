#include "widgets/theme/tabular_text.h"
#include "widgets/theme/tokens.h"

#include <QFontDatabase>
#include <QFontMetricsF>
#include <QGuiApplication>
#include <QPainter>

#include <algorithm>

namespace postern {
namespace {

QStringList families(QFontDatabase::SystemFont fallback, std::initializer_list<QLatin1String> wanted)
{
    QStringList found;
    for (const auto& family : wanted) {
        if (QFontDatabase::hasFamily(family))
            found.append(family);
    }
    found.append(QFontDatabase::systemFont(fallback).family());
    return found;
}

qreal widestDigit(const QFontMetricsF& metrics)
{
    qreal widest = 0;
    for (char16_t digit = u'0'; digit <= u'9'; ++digit)
        widest = std::max(widest, metrics.horizontalAdvance(QChar(digit)));
    return widest;
}

bool hasEqualDigits(const QFontMetricsF& metrics)
{
    const qreal zero = metrics.horizontalAdvance(QChar(u'0'));
    for (char16_t digit = u'1'; digit <= u'9'; ++digit) {
        if (!qFuzzyCompare(metrics.horizontalAdvance(QChar(digit)), zero))
            return false;
    }
    return true;
}

} // namespace

QFont textFont(int pixels, Weight weight)
{
    static const QStringList wanted =
        families(QFontDatabase::GeneralFont, {QLatin1String("Open Sans"), QLatin1String("Noto Sans")});
    QFont font(wanted);
    font.setPixelSize(pixels);
    font.setWeight(weight == Weight::Semibold ? QFont::DemiBold : QFont::Normal);
    // Unhinted widths keep columns aligned at 1x and 2x alike.
    font.setHintingPreference(QFont::PreferVerticalHinting);
    return font;
}

QFont monospaceFont(int pixels)
{
    static const QStringList wanted = families(
        QFontDatabase::FixedFont, {QLatin1String("DejaVu Sans Mono"), QLatin1String("Noto Sans Mono")});
    QFont font(wanted);
    font.setPixelSize(pixels);
    font.setStyleHint(QFont::Monospace);
    font.setFixedPitch(true);
    return font;
}

qreal tabularWidth(const QFont& font, const QString& text)
{
    const QFontMetricsF metrics(font);
    if (hasEqualDigits(metrics))
        return metrics.horizontalAdvance(text);
    const qreal digit = widestDigit(metrics);
    qreal width = 0;
    for (const QChar character : text)
        width += character.isDigit() ? digit : metrics.horizontalAdvance(character);
    return width;
}

void drawTabular(QPainter& painter, const QRectF& rect, Qt::Alignment alignment, const QString& text)
{
    const QFontMetricsF metrics(painter.font());
    if (hasEqualDigits(metrics)) {
        painter.drawText(rect, int(alignment | Qt::TextSingleLine), text);
        return;
    }
    const qreal digit = widestDigit(metrics);
    const qreal free = rect.width() - tabularWidth(painter.font(), text);
    qreal x = rect.left();
    if (alignment & Qt::AlignRight)
        x += free;
    else if (alignment & Qt::AlignHCenter)
        x += free / 2;
    const qreal baseline = rect.top() + (rect.height() + metrics.ascent() - metrics.descent()) / 2;
    for (const QChar character : text) {
        const qreal own = metrics.horizontalAdvance(character);
        const qreal cell = character.isDigit() ? digit : own;
        painter.drawText(QPointF(x + (cell - own) / 2, baseline), QString(character));
        x += cell;
    }
}

} // namespace postern

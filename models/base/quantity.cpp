#include "models/base/quantity.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace postern::quantity {
namespace {

/// Decimals that leave three significant figures.
int decimalsOf(double value)
{
    const double size = std::abs(value);
    if (size < 1e-3 || size >= 99.95)
        return size < 1e-3 && size > 0.0 ? 5 : 0;
    if (size >= 9.995)
        return 1;
    return size >= 0.9995 ? 2 : 3;
}

QString withSeparators(QString digits)
{
    const auto point = digits.indexOf(QLatin1Char('.'));
    const bool negative = digits.startsWith(QLatin1Char('-'));
    for (auto i = (point < 0 ? digits.size() : point) - 3; i > (negative ? 1 : 0); i -= 3)
        digits.insert(i, QLatin1Char(','));
    return digits;
}

/// Without zeros that say nothing: `12.30` → `12.3`, `5.00` → `5`.
QString trimmed(double value, int decimals)
{
    QString text = QString::number(value, 'f', decimals);
    if (text.contains(QLatin1Char('.'))) {
        while (text.endsWith(QLatin1Char('0')))
            text.chop(1);
        if (text.endsWith(QLatin1Char('.')))
            text.chop(1);
    }
    return text == QLatin1String("-0") ? QStringLiteral("0") : text;
}

/// Rounded to three significant figures, so that the choice of the magnitude sees what will be written.
double rounded(double value)
{
    if (value == 0.0)
        return 0.0;
    const double magnitude = std::pow(10.0, std::floor(std::log10(std::abs(value))) - 2.0);
    return std::round(value / magnitude) * magnitude;
}

} // namespace

QString scaled(double value)
{
    if (!std::isfinite(value))
        return {};
    const double shown = rounded(value);
    constexpr std::array<std::pair<double, const char*>, 4> kMagnitudes{
        {{1e12, " T"}, {1e9, " G"}, {1e6, " M"}, {1e3, " k"}}};
    for (const auto& [magnitude, suffix] : kMagnitudes) {
        if (std::abs(shown) >= magnitude)
            return QString::number(shown / magnitude, 'f', decimalsOf(shown / magnitude)) +
                   QLatin1String(suffix);
    }
    return trimmed(shown, decimalsOf(shown));
}

QString plain(double value)
{
    if (!std::isfinite(value))
        return {};
    return std::abs(value) >= 1e6 ? scaled(value) : withSeparators(trimmed(value, decimalsOf(value)));
}

QString errorPercent(double ratio)
{
    if (!std::isfinite(ratio))
        return {};
    const double percent = ratio * 100.0;
    return QString::number(percent, 'f', percent >= 99.95 ? 0 : percent >= 9.9995 ? 1 : 3);
}

QString goodPercent(double ratio)
{
    if (!std::isfinite(ratio))
        return {};
    const double bad = (1.0 - ratio) * 100.0;
    if (bad <= 0.0)
        return QStringLiteral("100");
    // Two figures of what is missing from 100; below a hundred-thousandth of a percent the nines say enough.
    const int decimals =
        bad >= 10.0 ? 0 : std::clamp(1 - static_cast<int>(std::floor(std::log10(bad))), 1, 6);
    const double unit = std::pow(10.0, decimals);
    return trimmed(std::floor(ratio * 100.0 * unit + 1e-6) / unit, decimals);
}

QString sharePercent(double share)
{
    if (!std::isfinite(share))
        return {};
    const double percent = share * 100.0;
    if (percent > 0.0 && percent < 0.5)
        return QStringLiteral("<1");
    if (percent > 99.5 && percent < 100.0)
        return QStringLiteral(">99");
    return QString::number(std::round(percent), 'f', 0).replace(QLatin1String("-0"), QLatin1String("0"));
}

QString multiple(double value)
{
    if (!std::isfinite(value))
        return {};
    return std::abs(value) >= 99.95 ? plain(value) : trimmed(value, 1);
}

QString milliseconds(double seconds) { return plain(seconds * 1000.0); }

QString mebibytes(double bytes) { return plain(bytes / (1024.0 * 1024.0)); }

QString duration(std::chrono::seconds duration)
{
    struct Unit
    {
        long long seconds;
        const char* name;
    };
    constexpr std::array<Unit, 4> kUnits{{{86'400, " d"}, {3'600, " h"}, {60, " min"}, {1, " s"}}};
    const long long total = std::max<long long>(duration.count(), 0);
    for (std::size_t i = 0; i < kUnits.size(); ++i) {
        if (total < kUnits[i].seconds && i + 1 < kUnits.size())
            continue;
        QString text = QString::number(total / kUnits[i].seconds) + QLatin1String(kUnits[i].name);
        const long long rest = total % kUnits[i].seconds;
        if (i + 1 < kUnits.size() && rest >= kUnits[i + 1].seconds)
            text += QStringLiteral(" %1%2")
                        .arg(rest / kUnits[i + 1].seconds)
                        .arg(QLatin1String(kUnits[i + 1].name));
        return text;
    }
    return {};
}

} // namespace postern::quantity

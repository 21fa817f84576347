#include "widgets/chart/ticks.h"

#include <QDateTime>
#include <QLocale>
#include <QTimeZone>

#include <algorithm>
#include <array>
#include <cmath>

namespace postern {
namespace {

constexpr qint64 second = 1000;
constexpr qint64 minute = 60 * second;
constexpr qint64 hour = 60 * minute;
constexpr qint64 day = 24 * hour;

/// The smallest of 1, 2, 5 times a power of ten that is at least \a rough.
double niceStep(double rough)
{
    const double power = std::pow(10.0, std::floor(std::log10(rough)));
    for (const double factor : {1.0, 2.0, 5.0}) {
        // A hair of tolerance: 0.2 is not exactly 2 × 0.1.
        if (rough <= factor * power * (1 + 1e-9))
            return factor * power;
    }
    return 10 * power;
}

struct Magnitude
{
    double divisor;
    QLatin1String prefix;
};

Magnitude magnitudeOf(double value)
{
    const double size = std::abs(value);
    if (size >= 1e9)
        return {1e9, QLatin1String("G")};
    if (size >= 1e6)
        return {1e6, QLatin1String("M")};
    if (size >= 1e3)
        return {1e3, QLatin1String("k")};
    return {1, QLatin1String()};
}

int decimalsFor(double step) { return std::clamp(int(-std::floor(std::log10(step) + 1e-9)), 0, 9); }

QString timeLabel(const QDateTime& moment, qint64 step)
{
    const QLocale plain = QLocale::c();
    if (step >= day || moment.time() == QTime(0, 0))
        return plain.toString(moment.date(), QStringLiteral("d MMM"));
    return moment.toString(step < minute ? QStringLiteral("HH:mm:ss") : QStringLiteral("HH:mm"));
}

qint64 offsetAt(const QTimeZone& zone, qint64 time)
{
    return qint64(zone.offsetFromUtc(QDateTime::fromMSecsSinceEpoch(time, Qt::UTC))) * second;
}

} // namespace

QString ValueTicks::label(double value) const
{
    if (std::abs(value) < step / 1000)
        return QStringLiteral("0");
    const double divisor = magnitudeOf(step).divisor;
    const QString number = QString::number(value / divisor, 'f', decimalsFor(step / divisor));
    return prefix.isEmpty() ? number : number + u' ' + prefix;
}

ValueTicks valueTicks(double low, double high, int count)
{
    if (!std::isfinite(low) || !std::isfinite(high) || high <= low) {
        const bool flat = std::isfinite(high) && high != 0;
        low = std::min(0.0, flat ? high : 0.0);
        high = std::max(flat ? high : 1.0, low + (flat ? 0.0 : 1.0));
    }
    ValueTicks ticks;
    ticks.step = niceStep((high - low) / std::max(count, 1));
    ticks.low = std::floor(low / ticks.step + 1e-9) * ticks.step;
    ticks.high = std::ceil(high / ticks.step - 1e-9) * ticks.step;
    const auto steps = std::lround((ticks.high - ticks.low) / ticks.step);
    for (long i = 0; i <= steps; ++i)
        ticks.positions.append(ticks.low + double(i) * ticks.step);
    ticks.prefix = magnitudeOf(ticks.step).prefix;
    return ticks;
}

QList<TimeTick> timeTicks(qint64 from, qint64 to, int count, const QTimeZone& zone)
{
    constexpr std::array steps{second,     2 * second, 5 * second,  10 * second, 30 * second, minute,
                               2 * minute, 5 * minute, 10 * minute, 15 * minute, 30 * minute, hour,
                               2 * hour,   3 * hour,   6 * hour,    12 * hour,   day,         2 * day,
                               7 * day,    14 * day,   28 * day};
    QList<TimeTick> ticks;
    if (to <= from || count < 1)
        return ticks;
    const double rough = double(to - from) / count;
    const auto found = std::ranges::find_if(steps, [&](qint64 step) { return double(step) >= rough; });
    const qint64 step = found == steps.end() ? steps.back() : *found;
    const qint64 offset = offsetAt(zone, from);
    qint64 local = (from + offset + step - 1) / step * step;
    // Stepping in local time keeps ticks at round local hours across a change of summer time.
    for (;; local += step) {
        qint64 time = local - offset;
        time = local - offsetAt(zone, time);
        if (time > to)
            break;
        if (time >= from && (ticks.isEmpty() || time > ticks.back().time))
            ticks.append({time, timeLabel(QDateTime::fromMSecsSinceEpoch(time, zone), step)});
    }
    return ticks;
}

QString figure(double value)
{
    if (!std::isfinite(value))
        return QStringLiteral("—");
    if (value == 0)
        return QStringLiteral("0");
    const auto inMagnitude = [](double number) {
        const Magnitude magnitude = magnitudeOf(number);
        const double scaled = number / magnitude.divisor;
        const int digits = int(std::floor(std::log10(std::abs(scaled)))) + 1;
        const QString text = QString::number(scaled, 'f', std::clamp(3 - digits, 0, 6));
        return magnitude.prefix.isEmpty() ? text : QString(text + u' ' + magnitude.prefix);
    };
    // Rounded to three figures first: 999.6 is 1.00 k, not 1000.
    const double unit = std::pow(10.0, std::floor(std::log10(std::abs(value))) - 2);
    return inMagnitude(std::round(value / unit) * unit);
}

QString stepText(qint64 milliseconds)
{
    if (milliseconds >= day && milliseconds % day == 0)
        return QStringLiteral("%1 d").arg(milliseconds / day);
    if (milliseconds >= hour && milliseconds % hour == 0)
        return QStringLiteral("%1 h").arg(milliseconds / hour);
    if (milliseconds >= minute && milliseconds % minute == 0)
        return QStringLiteral("%1 min").arg(milliseconds / minute);
    if (milliseconds >= second)
        return QStringLiteral("%1 s").arg(double(milliseconds) / double(second), 0, 'g', 3);
    return QStringLiteral("%1 ms").arg(milliseconds);
}

} // namespace postern

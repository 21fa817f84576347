#include "app/words/time_words.h"

#include <QCoreApplication>
#include <QLocale>

#include <array>

namespace postern {
namespace {

struct TimeWords
{
    Q_DECLARE_TR_FUNCTIONS(TimeWords)

public:
    static QString justNow() { return tr("just now"); }
    static QString ago(const QString& span) { return tr("%1 ago").arg(span); }
    static QString last(const QString& span) { return tr("Last %1").arg(span); }
    static std::array<QString, 4> units() { return {tr("%1 d"), tr("%1 h"), tr("%1 min"), tr("%1 s")}; }
};

/// In its largest unit alone.
QString roughly(std::chrono::seconds span)
{
    constexpr std::array<qint64, 4> unitSeconds{86'400, 3'600, 60, 1};
    const std::array<QString, 4> units = TimeWords::units();
    for (std::size_t unit = 0; unit < unitSeconds.size(); ++unit)
        if (span.count() >= unitSeconds[unit])
            return units[unit].arg(span.count() / unitSeconds[unit]);
    return units.back().arg(0);
}

} // namespace

QDateTime toDateTime(Clock::Wall moment, ZoneChoice zone)
{
    const qint64 ms =
        std::chrono::duration_cast<std::chrono::milliseconds>(moment.time_since_epoch()).count();
    return QDateTime::fromMSecsSinceEpoch(ms, zone == ZoneChoice::Utc ? Qt::UTC : Qt::LocalTime);
}

QString clockTime(Clock::Wall moment, ZoneChoice zone)
{
    return toDateTime(moment, zone).toString(QStringLiteral("HH:mm:ss"));
}

QString shortTime(Clock::Wall moment, Clock::Wall now, ZoneChoice zone)
{
    const QDateTime when = toDateTime(moment, zone);
    const bool today = when.date() == toDateTime(now, zone).date();
    return QLocale::c().toString(when, today ? QStringLiteral("HH:mm") : QStringLiteral("d MMM HH:mm"));
}

QString exactTime(Clock::Wall moment, ZoneChoice zone)
{
    const QDateTime when = toDateTime(moment, zone);
    return when.toString(QStringLiteral("yyyy-MM-dd HH:mm:ss ")) + when.timeZoneAbbreviation();
}

QString ago(Clock::Wall moment, Clock::Wall now)
{
    const auto span = std::chrono::duration_cast<std::chrono::seconds>(now - moment);
    if (span < std::chrono::seconds(5))
        return TimeWords::justNow();
    return TimeWords::ago(roughly(span));
}

QString spanName(std::chrono::seconds range)
{
    // 24 h is said in hours: "1 d" would read as today.
    return range == std::chrono::hours(24) ? TimeWords::units()[1].arg(24) : roughly(range);
}

QString rangeName(std::chrono::seconds range) { return TimeWords::last(spanName(range)); }

} // namespace postern

#pragma once

#include "models/fleet/fleet_figures.h"

namespace postern::test {

/// An answer written by hand: `{{"api=a/b part=bad", 1.5}, …}`, all at one moment.
inline PrometheusAnswer answerOf(std::initializer_list<std::pair<const char*, double>> rows,
                                 Clock::Wall at = Clock::Wall(std::chrono::hours(1)))
{
    PrometheusAnswer answer;
    for (const auto& [labels, value] : rows) {
        PrometheusSeries series;
        for (const QString& label : QString::fromLatin1(labels).split(QLatin1Char(' '), Qt::SkipEmptyParts))
            series.labels.pairs.emplace_back(label.section(QLatin1Char('='), 0, 0),
                                             label.section(QLatin1Char('='), 1));
        series.points.push_back({.at = at, .value = value});
        answer.series.push_back(std::move(series));
    }
    return answer;
}

inline FleetQuestion questionOf(FleetQuestion::Kind kind, std::chrono::seconds window = {},
                                std::chrono::seconds step = {}, std::chrono::seconds fineStep = {})
{
    FleetQuestion question;
    question.kind = kind;
    question.window = window;
    question.step = step;
    question.fineStep = fineStep;
    return question;
}

inline double unixSeconds(Clock::Wall at)
{
    return std::chrono::duration<double>(at.time_since_epoch()).count();
}

inline GatewayInstance gatewayOf(const char* api, const char* instance)
{
    return {.api = QString::fromLatin1(api),
            .instance = QString::fromLatin1(instance),
            .url = QUrl(QStringLiteral("http://") + QString::fromLatin1(instance)),
            .labels = {}};
}

} // namespace postern::test

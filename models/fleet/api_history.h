#pragma once

#include "models/base/result.h"
#include "models/fleet/measured.h"

#include <QObject>
#include <QString>

namespace postern {

class PrometheusClient;

/// One line of a chart, and the question that gave it.
struct NamedSeries
{
    QString name; ///< `2xx`, `p99`, …
    TimeSeries series;
};

/// A moment at which a configuration first showed on an instance.
struct ConfigurationChange
{
    Clock::Wall at;
    QString hash;
    QString revision;
    int instances = 0; ///< the most that ran it at once
};

/// What the API page's charts show, all over the same steps.
struct ApiHistory
{
    QString api;
    Clock::Wall start;
    Clock::Wall end;
    std::chrono::seconds step{0};
    std::vector<NamedSeries> traffic; ///< requests/s by class of code: 2xx, 3xx, 4xx, 5xx, those that occur
    TimeSeries errorRatio;            ///< 0–1, of the requests that count for availability
    TimeSeries p50;                   ///< seconds
    TimeSeries p99;
    std::vector<ConfigurationChange> changes;
    QString trafficQuery; ///< PromQL, for the charts' tooltips
    QString errorQuery;
    QString latencyQuery;
};

/// Loads one API's history. Owner: a page. Thread: the UI's. A load of something else cancels the one under
/// way; the same again waits for it.
class ApiHistoryLoader final : public QObject
{
    Q_OBJECT
public:
    ApiHistoryLoader(PrometheusClient& prometheus, std::chrono::milliseconds scrapeInterval,
                     QObject* parent = nullptr);
    ~ApiHistoryLoader() override;

    /// \a end - \a range … \a end, in at most \a points steps.
    void load(const QString& api, Clock::Wall end, std::chrono::seconds range, int points = 240);
    void cancel();
    /// Known better later: FleetSnapshot tells it.
    void setScrapeInterval(std::chrono::milliseconds interval);

Q_SIGNALS:
    void loaded(const postern::ApiHistory& history);
    void failed(const postern::Error& error);

private:
    class Private;
    std::unique_ptr<Private> d;
};

} // namespace postern

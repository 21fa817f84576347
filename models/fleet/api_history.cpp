#include "models/fleet/api_history.h"

#include "models/fleet/configuration_changes.h"
#include "models/fleet/fleet_figures.h"
#include "models/prometheus/call.h"
#include "models/prometheus/client.h"
#include "models/prometheus/promql.h"
#include "models/slo/indicator.h"

#include <QPointer>

#include <algorithm>

namespace postern {
namespace {

using std::chrono::seconds;

const QString kApi = QStringLiteral("api");

/// `postern_requests_total{api="…",…}` of one of the contract's counters.
QString counterOf(const slo::Counter& counter, const QString& api)
{
    return promql::Selector(counter.metric).is(kApi, api).having(counter.matchers).text();
}

/// By class of code; label_replace names it so that one question gives all classes.
QString trafficQuery(const QString& api, seconds window)
{
    const QString requests = promql::Selector(QStringLiteral("postern_requests_total")).is(kApi, api).text();
    return promql::sumBy({QStringLiteral("class")},
                         QStringLiteral("label_replace(%1, \"class\", \"${1}xx\", \"code\", \"(.)..\")")
                             .arg(promql::rate(requests, window)));
}

/// No bad request is a ratio of zero, not a gap; no request at all is a gap.
QString errorQuery(const QString& api, seconds window)
{
    const auto sum = [&](const slo::Counter& counter) {
        return QStringLiteral("sum(%1)").arg(promql::rate(counterOf(counter, api), window));
    };
    const QString total = sum(slo::availabilityTotal());
    return QStringLiteral("(%1 or 0 * %2) / (%2 > 0)").arg(sum(slo::availabilityBad()), total);
}

QString latencyQuery(double quantile, const QString& api, seconds window)
{
    const QString buckets = promql::Selector(QStringLiteral("postern_request_duration_seconds_bucket"))
                                .is(kApi, api)
                                .having(slo::latencyTotal().matchers)
                                .text();
    return promql::histogramQuantile(quantile,
                                     promql::sumBy({QStringLiteral("le")}, promql::rate(buckets, window)));
}

QString latencyQueries(const QString& api, seconds window)
{
    const QString part = QStringLiteral("part");
    return promql::together({promql::tagged(latencyQuery(0.5, api, window), part, QStringLiteral("p50")),
                             promql::tagged(latencyQuery(0.99, api, window), part, QStringLiteral("p99"))});
}

QString configurationQuery(const QString& api)
{
    const QString info = promql::Selector(QStringLiteral("postern_config_info")).is(kApi, api).text();
    return QStringLiteral("count by (hash, revision) (%1)").arg(info);
}

} // namespace

class ApiHistoryLoader::Private final : public QObject
{
public:
    enum Part { Traffic, Errors, Latency, Changes, PartCount };

    Private(ApiHistoryLoader* loader, PrometheusClient& prometheus, std::chrono::milliseconds scrapeInterval)
        : m_loader(loader), m_prometheus(prometheus), scrapeInterval(scrapeInterval)
    {}

    void ask(Part part, const QString& promql);
    void take(Part part, const PrometheusAnswer& answer);
    void cancel();

    [[nodiscard]] bool isLoading(const QString& api, seconds range, int points) const
    {
        return m_waiting > 0 && asked == std::tuple(api, range, points);
    }

    ApiHistory history;
    std::tuple<QString, seconds, int> asked;

private:
    ApiHistoryLoader* m_loader;
    PrometheusClient& m_prometheus;
    std::vector<QPointer<PrometheusCall>> m_calls;
    int m_waiting = 0;

public:
    std::chrono::milliseconds scrapeInterval;
};

void ApiHistoryLoader::Private::ask(Part part, const QString& promql)
{
    ++m_waiting;
    m_calls.push_back(m_prometheus.queryRange(promql, history.start, history.end, history.step, this,
                                              [this, part](const Result<PrometheusAnswer>& answer) {
                                                  if (!answer) {
                                                      cancel();
                                                      Q_EMIT m_loader->failed(answer.error());
                                                      return;
                                                  }
                                                  take(part, *answer);
                                                  if (--m_waiting == 0)
                                                      Q_EMIT m_loader->loaded(history);
                                              }));
}

void ApiHistoryLoader::Private::take(Part part, const PrometheusAnswer& answer)
{
    const auto even = [this](const PrometheusSeries& series) {
        return evenSeries(series, history.start, history.end, history.step);
    };
    if (part == Changes)
        history.changes = configurationChanges(answer, history.start, history.step);
    for (const PrometheusSeries& series : answer.series) {
        if (part == Traffic)
            history.traffic.push_back({.name = series.labels.value(u"class"), .series = even(series)});
        else if (part == Errors)
            history.errorRatio = even(series);
        else if (part == Latency)
            (series.labels.value(u"part") == QLatin1String("p50") ? history.p50 : history.p99) = even(series);
    }
    if (part == Traffic)
        std::sort(history.traffic.begin(), history.traffic.end(),
                  [](const NamedSeries& a, const NamedSeries& b) { return a.name < b.name; });
}

void ApiHistoryLoader::Private::cancel()
{
    m_waiting = 0;
    for (const QPointer<PrometheusCall>& call : std::exchange(m_calls, {})) {
        if (call)
            call->cancel();
    }
}

ApiHistoryLoader::ApiHistoryLoader(PrometheusClient& prometheus, std::chrono::milliseconds scrapeInterval,
                                   QObject* parent)
    : QObject(parent), d(std::make_unique<Private>(this, prometheus, scrapeInterval))
{}

ApiHistoryLoader::~ApiHistoryLoader() = default;

void ApiHistoryLoader::load(const QString& api, Clock::Wall end, seconds range, int points)
{
    // A page asks at every refresh: an answer that takes longer than one would never come.
    if (d->isLoading(api, range, points))
        return;
    d->cancel();
    d->asked = {api, range, points};
    ApiHistory& history = d->history;
    history = {};
    history.api = api;
    history.step = promql::stepFor(range, points, d->scrapeInterval);
    // On whole steps: points stay where they are when the chart is loaded again.
    history.end = Clock::Wall(end.time_since_epoch() - end.time_since_epoch() % history.step);
    history.start = history.end - range / history.step * history.step;
    const seconds window = std::max(history.step, promql::rateWindow(d->scrapeInterval));
    history.trafficQuery = trafficQuery(api, window);
    history.errorQuery = errorQuery(api, window);
    history.latencyQuery = latencyQuery(0.99, api, window);
    d->ask(Private::Traffic, history.trafficQuery);
    d->ask(Private::Errors, history.errorQuery);
    d->ask(Private::Latency, latencyQueries(api, window));
    d->ask(Private::Changes, configurationQuery(api));
}

void ApiHistoryLoader::setScrapeInterval(std::chrono::milliseconds interval) { d->scrapeInterval = interval; }

void ApiHistoryLoader::cancel() { d->cancel(); }

} // namespace postern

#include "models/fleet/api_history.h"
#include "models/fleet/configuration_changes.h"
#include "models/prometheus/client.h"
#include "tests/models/fleet/fleet_values.h"
#include "tests/support/http_answers.h"
#include "tests/support/open_metrics.h"
#include "tests/support/prometheus_process.h"

#include <QSignalSpy>
#include <QTest>
#include <QTimer>

using namespace postern;
using namespace postern::test;
using namespace std::chrono_literals;

namespace {

const Clock::Wall kEnd(std::chrono::hours(490'900));
const Clock::Wall kStart = kEnd - 2h;
const QString kApi = QStringLiteral("payments/accounts");

QByteArray labels(const QByteArray& more) { return "api=\"payments/accounts\",instance=\"i1:1\"," + more; }

/// A series of `count by (hash, revision)` that is there at the given minutes.
PrometheusSeries running(const char* hash, std::initializer_list<std::pair<int, int>> minutesAndCounts)
{
    PrometheusSeries series;
    series.labels.pairs = {{QStringLiteral("hash"), QString::fromLatin1(hash)},
                           {QStringLiteral("revision"), QStringLiteral("r-") + QString::fromLatin1(hash)}};
    for (const auto& [minute, count] : minutesAndCounts)
        series.points.push_back({.at = kStart + std::chrono::minutes(minute), .value = double(count)});
    return series;
}

} // namespace

Q_DECLARE_METATYPE(postern::PrometheusAnswer)

class tst_ApiHistory : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void loadsCharts();
    void newLoadCancelsTheOld();
    void sameLoadIsWaitedFor();
    void failureIsToldOnce();
    void changes_data();
    void changes();

private:
    PrometheusProcess m_prometheus;
};

void tst_ApiHistory::initTestCase()
{
    QVERIFY2(PrometheusProcess::available(), "Debian's package prometheus is missing");
    OpenMetrics metrics;
    const char* requests = "postern_requests_total";
    // Twenty minutes without a sample in the middle.
    const auto gap = [](OpenMetrics::Value value) -> OpenMetrics::Value {
        return [value](Clock::Wall at) {
            return at > kStart + 50min && at < kStart + 70min ? std::numeric_limits<double>::quiet_NaN()
                                                              : value(at);
        };
    };
    metrics.series(requests, labels("route=\"r\",method=\"GET\",code=\"200\""), kStart, kEnd, 15s,
                   gap(growing(9.0, kStart)));
    metrics.series(requests, labels("route=\"r\",method=\"GET\",code=\"404\""), kStart, kEnd, 15s,
                   gap(growing(2.0, kStart)));
    metrics.series(requests, labels("route=\"r\",method=\"GET\",code=\"503\""), kEnd - 30min, kEnd, 15s,
                   growing(1.0, kEnd - 30min));
    metrics.series(requests, "api=\"payments/cards\",route=\"r\",method=\"GET\",code=\"500\"", kStart, kEnd,
                   15s, growing(100.0, kStart));
    const char* bucket = "postern_request_duration_seconds_bucket";
    metrics.series(bucket, labels("route=\"r\",outcome=\"ok\",le=\"0.1\""), kStart, kEnd, 15s,
                   growing(9.0, kStart));
    metrics.series(bucket, labels("route=\"r\",outcome=\"ok\",le=\"+Inf\""), kStart, kEnd, 15s,
                   growing(9.0, kStart));
    metrics.series("postern_config_info", labels("hash=\"aaa\",revision=\"r1\""), kStart, kEnd - 40min, 15s,
                   constant(1));
    metrics.series("postern_config_info", labels("hash=\"bbb\",revision=\"r2\""), kEnd - 40min, kEnd, 15s,
                   constant(1));
    QVERIFY2(m_prometheus.start({.openMetrics = metrics.text(), .targets = {}, .arguments = {}}),
             qPrintable(m_prometheus.error()));
}

void tst_ApiHistory::loadsCharts()
{
    PrometheusEndpoint endpoint;
    endpoint.url = m_prometheus.url();
    const auto client = std::move(*PrometheusClient::create(endpoint));
    ApiHistoryLoader loader(*client, 15s);
    std::optional<ApiHistory> history;
    connect(&loader, &ApiHistoryLoader::loaded, this, [&history](const ApiHistory& got) { history = got; });
    connect(&loader, &ApiHistoryLoader::failed, this, [](const Error& error) { qWarning() << error.text(); });
    loader.load(kApi, kEnd + 7s, 2h, 120);
    QTRY_VERIFY(history);
    QCOMPARE(history->step, std::chrono::seconds(60));
    QVERIFY(history->end == kEnd); // on whole steps
    QVERIFY(history->start == kStart);

    QCOMPARE(history->traffic.size(), std::size_t(3));
    QCOMPARE(history->traffic[0].name, QStringLiteral("2xx"));
    QCOMPARE(history->traffic[1].name, QStringLiteral("4xx"));
    QCOMPARE(history->traffic[2].name, QStringLiteral("5xx"));
    const std::vector<double>& ok = history->traffic[0].series.values;
    QCOMPARE(ok.size(), std::size_t(121));
    QVERIFY(qAbs(ok.back() - 9.0) < 1e-9);
    QVERIFY(std::isnan(ok[60])); // a gap is a gap: never a line, never zero
    QVERIFY(!std::isnan(ok[40]));

    // Without a bad request the ratio is zero, without requests unknown; 4xx count on neither side.
    QCOMPARE(history->errorRatio.values[40], 0.0);
    QVERIFY(std::isnan(history->errorRatio.values[60]));
    QVERIFY(qAbs(history->errorRatio.values.back() - 0.1) < 1e-9);
    QVERIFY(qAbs(history->p99.values.back() - 0.099) < 1e-9);
    QVERIFY(qAbs(history->p50.values.back() - 0.05) < 1e-9);

    QCOMPARE(history->changes.size(), std::size_t(1));
    QCOMPARE(history->changes[0].hash, QStringLiteral("bbb"));
    QCOMPARE(history->changes[0].revision, QStringLiteral("r2"));
    QVERIFY(history->changes[0].at == kEnd - 40min);
    QVERIFY(history->latencyQuery.startsWith(QLatin1String("histogram_quantile(0.99, ")));
}

void tst_ApiHistory::newLoadCancelsTheOld()
{
    PrometheusEndpoint endpoint;
    endpoint.url = m_prometheus.url();
    const auto client = std::move(*PrometheusClient::create(endpoint));
    ApiHistoryLoader loader(*client, 15s);
    QStringList loaded;
    connect(&loader, &ApiHistoryLoader::loaded, this,
            [&loaded](const ApiHistory& got) { loaded.append(got.api); });
    loader.load(QStringLiteral("payments/cards"), kEnd, 2h);
    loader.load(kApi, kEnd, 2h);
    QTRY_COMPARE(loaded.size(), 1);
    QCOMPARE(loaded, QStringList{kApi});
    loader.load(QStringLiteral("payments/none"), kEnd, 2h);
    QTRY_COMPARE(loaded.size(), 2); // an API without data has a history without data
}

/// A page asks at every refresh, faster than an answer may come.
void tst_ApiHistory::sameLoadIsWaitedFor()
{
    PrometheusEndpoint endpoint;
    endpoint.url = m_prometheus.url();
    const auto client = std::move(*PrometheusClient::create(endpoint));
    ApiHistoryLoader loader(*client, 15s);
    int loaded = 0;
    connect(&loader, &ApiHistoryLoader::loaded, this, [&loaded] { ++loaded; });
    QTimer impatient;
    connect(&impatient, &QTimer::timeout, this, [&loader] { loader.load(kApi, kEnd, 2h); });
    impatient.start(0);
    QTRY_VERIFY(loaded >= 2);
}

void tst_ApiHistory::failureIsToldOnce()
{
    HttpAnswers server(
        [](const HttpAnswers::Request&) { return HttpAnswers::json("", "503 Service Unavailable"); });
    PrometheusEndpoint endpoint;
    endpoint.url = server.url();
    const auto client = std::move(*PrometheusClient::create(endpoint));
    ApiHistoryLoader loader(*client, 15s);
    int failures = 0;
    connect(&loader, &ApiHistoryLoader::failed, this, [&failures] { ++failures; });
    loader.load(kApi, kEnd, 2h);
    QTRY_COMPARE(failures, 1);
    QVERIFY(!QTest::qWaitFor([&failures] { return failures > 1; }, 100));
}

void tst_ApiHistory::changes_data()
{
    QTest::addColumn<PrometheusAnswer>("answer");
    QTest::addColumn<QStringList>("changes");
    const auto row = [](const char* name, std::vector<PrometheusSeries> series, const QStringList& changes) {
        QTest::newRow(name) << PrometheusAnswer{.series = std::move(series), .warnings = {}} << changes;
    };
    row("nothing", {}, {});
    row("always the same", {running("a", {{0, 2}, {1, 2}, {2, 2}})}, {});
    row("a rollout", {running("a", {{0, 2}, {1, 1}}), running("b", {{1, 1}, {2, 2}, {3, 2}})},
        {QStringLiteral("b at 1, 2")});
    row("there and back", {running("a", {{0, 2}, {2, 2}}), running("b", {{1, 2}})},
        {QStringLiteral("b at 1, 2"), QStringLiteral("a at 2, 2")});
    row("two from the start", {running("a", {{0, 1}}), running("b", {{0, 1}})}, {});
    row("data begins later", {running("a", {{5, 2}, {6, 2}})}, {});
    row("only not scraped for a while", {running("a", {{0, 2}, {1, 2}, {9, 2}})}, {});
}

void tst_ApiHistory::changes()
{
    QFETCH(PrometheusAnswer, answer);
    QStringList told;
    for (const ConfigurationChange& change : configurationChanges(answer, kStart, 60s))
        told.append(QStringLiteral("%1 at %2, %3")
                        .arg(change.hash)
                        .arg(std::chrono::duration_cast<std::chrono::minutes>(change.at - kStart).count())
                        .arg(change.instances));
    QTEST(told, "changes");
}

QTEST_GUILESS_MAIN(tst_ApiHistory)
#include "tst_api_history.moc"

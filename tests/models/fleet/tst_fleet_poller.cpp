#include "models/fleet/fleet_file.h"
#include "models/fleet/fleet_poller.h"
#include "models/prometheus/client.h"
#include "tests/models/fleet/fleet_values.h"
#include "tests/support/http_answers.h"
#include "tests/support/prometheus_process.h"

#include <QSignalSpy>
#include <QTest>

#include <algorithm>
#include <numeric>

using namespace postern;
using namespace postern::test;
using namespace std::chrono_literals;
using State = SourceState::State;

namespace {

/// A fleet that tests change.
class ListedFleet final : public FleetSource
{
public:
    std::vector<GatewayInstance> instances() const override { return m_instances; }
    SourceState state() const override
    {
        SourceState state;
        state.source = QStringLiteral("fleet");
        state.state = State::Live;
        return state;
    }
    void set(std::vector<GatewayInstance> instances)
    {
        m_instances = std::move(instances);
        Q_EMIT changed();
    }

private:
    std::vector<GatewayInstance> m_instances;
};

QByteArray exposition(const char* hash, int requests)
{
    return QByteArray(
               "# TYPE postern_config_info gauge\npostern_config_info{api=\"payments/accounts\",hash=\"") +
           hash +
           "\",revision=\"r1\"} 1\n# TYPE postern_requests_total counter\n"
           "postern_requests_total{api=\"payments/accounts\",route=\"read\",method=\"GET\",code=\"200\"} " +
           QByteArray::number(requests) + "\n";
}

QByteArray plain(const QByteArray& body)
{
    return "HTTP/1.1 200 OK\r\nContent-Type: text/plain; version=0.0.4\r\nConnection: "
           "close\r\nContent-Length: " +
           QByteArray::number(body.size()) + "\r\n\r\n" + body;
}

/// What any instant query is answered with when nothing matters.
QByteArray emptyAnswer()
{
    return HttpAnswers::json(R"({"status":"success","data":{"resultType":"vector","result":[]}})");
}

std::unique_ptr<PrometheusClient> clientOf(const QUrl& url, std::chrono::milliseconds deadline = 2s)
{
    PrometheusEndpoint endpoint;
    endpoint.url = url;
    endpoint.deadline = deadline;
    return std::move(*PrometheusClient::create(endpoint));
}

SourceState prometheusOf(const FleetPoller& poller)
{
    const SourceState* state = poller.snapshot()->source(u"prometheus");
    return state ? *state : SourceState();
}

ApiExpectation expectation(const char* hash)
{
    return {.api = QStringLiteral("payments/accounts"),
            .hash = QString::fromLatin1(hash),
            .revision = {},
            .labels = {},
            .objectives = {{.name = QStringLiteral("availability"), .target = 0.999, .window = 720h}}};
}

} // namespace

class tst_FleetPoller : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void init();
    void showsTheListBeforeAnyAnswer();
    void followsRealGateways();
    void prometheusAway();
    void prometheusFrozen();
    void neverOverlaps();
    void oneQuestionFails();
    void byHandDuringARefresh();
    void forbidden();
    void questionsFollowObjectives();
    void asksForTheScrapeInterval();

private:
    const SystemClock m_clock;
    PrometheusProcess m_prometheus;
    std::unique_ptr<HttpAnswers> m_gateway;
    QByteArray m_hash = "aaa";
    int m_requests = 0;
    ListedFleet m_fleet;
};

void tst_FleetPoller::initTestCase()
{
    QVERIFY2(PrometheusProcess::available(), "Debian's package prometheus is missing");
    m_gateway = std::make_unique<HttpAnswers>([this](const HttpAnswers::Request&) {
        m_requests += 10;
        return plain(exposition(m_hash.constData(), m_requests));
    });
    const QString instance = QStringLiteral("127.0.0.1:%1").arg(m_gateway->serverPort());
    QVERIFY2(m_prometheus.start({.openMetrics = {}, .targets = {instance}, .arguments = {}}),
             qPrintable(m_prometheus.error()));
}

void tst_FleetPoller::init()
{
    const QByteArray instance = "127.0.0.1:" + QByteArray::number(m_gateway->serverPort());
    m_fleet.set({gatewayOf("payments/accounts", instance.constData())});
}

void tst_FleetPoller::showsTheListBeforeAnyAnswer()
{
    HttpAnswers silent([](const HttpAnswers::Request&) { return std::nullopt; });
    const auto client = clientOf(silent.url());
    FleetPoller poller(*client, m_fleet, m_clock, {.refresh = 100ms});
    QVERIFY(poller.snapshot());
    QVERIFY(poller.snapshot()->apis.empty());
    poller.start();
    QCOMPARE(poller.snapshot()->apis.size(), std::size_t(1));
    QCOMPARE(poller.snapshot()->apis[0].health, Health::Unknown);
    QCOMPARE(prometheusOf(poller).state, State::Waiting);
    QVERIFY(!prometheusOf(poller).asOf);
}

void tst_FleetPoller::followsRealGateways()
{
    const auto client = clientOf(m_prometheus.url());
    FleetPoller poller(*client, m_fleet, m_clock, {.refresh = 100ms, .scrapeInterval = 1s, .range = 600s});
    poller.setExpectations({expectation("aaa")});
    poller.start();
    const auto api = [&poller] { return *poller.snapshot()->find(u"payments/accounts"); };
    QTRY_COMPARE_WITH_TIMEOUT(api().instancesUp(), 1, 30'000);
    QTRY_COMPARE_WITH_TIMEOUT(api().instancesAsExpected().value_or(-1), 1, 10'000);
    QTRY_VERIFY_WITH_TIMEOUT(api().requestsPerSecond.value > 5.0, 20'000);
    QTRY_VERIFY_WITH_TIMEOUT(!api().traffic.empty(), 20'000);
    QTRY_VERIFY_WITH_TIMEOUT(api().budgets.size() == 1 && api().budgets[0].left, 20'000);
    QCOMPARE(*api().budgets[0].left, 1.0);
    QVERIFY(api().budgets[0].isPartial());
    QCOMPARE(api().errorRatio.value, 0.0);
    QCOMPARE(prometheusOf(poller).state, State::Live);
    const auto age = poller.snapshot()->takenAt - *api().lastScrape;
    QVERIFY(age > -1s && age < 10s);

    m_hash = "bbb";
    QTRY_COMPARE_WITH_TIMEOUT(api().instances[0].hash, QStringLiteral("bbb"), 20'000);
    QCOMPARE(api().instancesAsExpected().value_or(-1), 0);
    poller.setExpectations({expectation("bbb")});
    QTRY_COMPARE(api().instancesAsExpected().value_or(-1), 1);
    m_hash = "aaa";
}

void tst_FleetPoller::prometheusAway()
{
    const auto client = clientOf(m_prometheus.url());
    FleetPoller poller(*client, m_fleet, m_clock, {.refresh = 100ms, .scrapeInterval = 1s, .range = 600s});
    poller.start();
    QTRY_COMPARE_WITH_TIMEOUT(poller.snapshot()->totals.instancesUp, 1, 30'000);
    m_prometheus.stop();
    QTRY_COMPARE_WITH_TIMEOUT(prometheusOf(poller).state, State::Away, 10'000);
    const SourceState away = prometheusOf(poller);
    QVERIFY(away.since && away.asOf && *away.asOf <= *away.since);
    QCOMPARE(away.error->kind, Error::Kind::Unavailable);
    // What was known is kept, with the time at which it was true.
    const ApiStatus held = poller.snapshot()->apis[0];
    QCOMPARE(held.instances[0].state, InstanceStatus::State::Up);
    const auto taken = poller.snapshot()->takenAt;
    QTRY_VERIFY(poller.snapshot()->takenAt > taken + 300ms);
    QVERIFY(poller.snapshot()->apis[0].requestsPerSecond.at == held.requestsPerSecond.at);
    QVERIFY(prometheusOf(poller).since == away.since);
    QVERIFY2(m_prometheus.restart(), qPrintable(m_prometheus.error()));
    QTRY_COMPARE_WITH_TIMEOUT(prometheusOf(poller).state, State::Live, 20'000);
    QVERIFY(!prometheusOf(poller).since);
}

void tst_FleetPoller::prometheusFrozen()
{
    const auto client = clientOf(m_prometheus.url(), 300ms);
    FleetPoller poller(*client, m_fleet, m_clock, {.refresh = 100ms, .scrapeInterval = 1s, .range = 600s});
    poller.start();
    QTRY_COMPARE_WITH_TIMEOUT(prometheusOf(poller).state, State::Live, 20'000);
    m_prometheus.freeze();
    QTRY_COMPARE_WITH_TIMEOUT(prometheusOf(poller).state, State::Away, 10'000);
    QCOMPARE(prometheusOf(poller).error->kind, Error::Kind::TimedOut);
    m_prometheus.thaw();
    QTRY_COMPARE_WITH_TIMEOUT(prometheusOf(poller).state, State::Live, 20'000);
}

void tst_FleetPoller::neverOverlaps()
{
    HttpAnswers silent([](const HttpAnswers::Request&) { return std::nullopt; });
    const auto client = clientOf(silent.url(), 30s);
    FleetPoller poller(*client, m_fleet, m_clock, {.refresh = 10ms, .scrapeInterval = 1s, .range = 0s});
    poller.start();
    // Six connections a host carry the first questions; no further refresh may add to the nine asked.
    QTRY_COMPARE(silent.requests(), 6);
    poller.refresh();
    QVERIFY(!QTest::qWaitFor([&silent] { return silent.requests() > 6; }, 200));
    poller.stop();
    silent.setAnswer([](const HttpAnswers::Request&) { return emptyAnswer(); });
    const int before = silent.requests();
    poller.start();
    QTRY_VERIFY(silent.requests() >= before + 9);
    QTRY_COMPARE(prometheusOf(poller).state, State::Live);
}

void tst_FleetPoller::oneQuestionFails()
{
    int governance = 0;
    HttpAnswers server([&governance](const HttpAnswers::Request& request) {
        if (!request.body.contains("postern_governance_findings"))
            return emptyAnswer();
        ++governance;
        return HttpAnswers::json(
            R"({"status":"error","errorType":"execution","error":"query processing would load too many samples"})",
            "422 Unprocessable Entity");
    });
    const auto client = clientOf(server.url());
    FleetPoller poller(*client, m_fleet, m_clock, {.refresh = 20ms, .scrapeInterval = 1s, .range = 0s});
    poller.start();
    QTRY_COMPARE(prometheusOf(poller).state, State::Partial);
    QCOMPARE(prometheusOf(poller).missing, QStringList{QStringLiteral("governance")});
    QCOMPARE(prometheusOf(poller).error->kind, Error::Kind::Exhausted);
    const int requests = server.requests();
    QTRY_VERIFY(server.requests() > requests + 30);
    QCOMPARE(governance, 1); // what Prometheus refuses is not asked again at once
    poller.refresh();
    QTRY_COMPARE(governance, 2);
}

void tst_FleetPoller::byHandDuringARefresh()
{
    bool answers = false;
    QMap<QByteArray, int> asked;
    HttpAnswers server([&](const HttpAnswers::Request& request) -> std::optional<QByteArray> {
        if (!answers)
            return std::nullopt;
        ++asked[request.body];
        return emptyAnswer();
    });
    const auto client = clientOf(server.url(), 10min);
    // No refresh by the clock comes while the test runs.
    FleetPoller poller(*client, m_fleet, m_clock, {.refresh = 10min, .scrapeInterval = 1s, .range = 0s});
    poller.start();
    QTRY_COMPARE(server.requests(), 6); // as many connections as there are
    poller.refresh();
    poller.refresh(); // is one with the last
    QVERIFY(asked.isEmpty());
    answers = true;
    server.answerHeld();
    // All nine, once for the refresh under way and once for the one by hand.
    const auto total = [&asked] {
        const QList<int> counts = asked.values();
        return std::accumulate(counts.cbegin(), counts.cend(), 0);
    };
    QTRY_COMPARE(total(), 18);
    QCOMPARE(asked.size(), 9);
    QCOMPARE(*std::max_element(asked.cbegin(), asked.cend()), 2);
    QTRY_COMPARE(prometheusOf(poller).state, State::Live);
    QVERIFY(!QTest::qWaitFor([&total] { return total() > 18; }, 200));
}

void tst_FleetPoller::forbidden()
{
    HttpAnswers server([](const HttpAnswers::Request&) { return HttpAnswers::json("no", "403 Forbidden"); });
    const auto client = clientOf(server.url());
    FleetPoller poller(*client, m_fleet, m_clock, {.refresh = 20ms, .scrapeInterval = 1s, .range = 0s});
    poller.start();
    QTRY_COMPARE(prometheusOf(poller).state, State::Away);
    QCOMPARE(prometheusOf(poller).error->kind, Error::Kind::Denied);
}

void tst_FleetPoller::questionsFollowObjectives()
{
    QSet<QByteArray> asked;
    HttpAnswers server([&asked](const HttpAnswers::Request& request) {
        asked.insert(request.body);
        return emptyAnswer();
    });
    const auto client = clientOf(server.url());
    FleetPoller poller(*client, m_fleet, m_clock, {.refresh = 20ms, .scrapeInterval = 1s, .range = 0s});
    poller.start();
    QTRY_COMPARE(asked.size(), 9);
    std::vector<ApiExpectation> expectations(500, expectation("aaa"));
    poller.setExpectations(expectations);
    QTRY_COMPARE(asked.size(), 9 + 9);
    expectations[7].objectives[0].target = 0.95; // another target is no other question
    poller.setExpectations(expectations);
    const int requests = server.requests();
    QTRY_VERIFY(server.requests() > requests + 30);
    QCOMPARE(asked.size(), 9 + 9);
}

void tst_FleetPoller::asksForTheScrapeInterval()
{
    QSet<QByteArray> asked;
    const QByteArray instance = "127.0.0.1:" + QByteArray::number(m_gateway->serverPort());
    HttpAnswers server([&](const HttpAnswers::Request& request) {
        asked.insert(request.body);
        if (!request.head.startsWith("GET /api/v1/targets?state=active "))
            return emptyAnswer();
        return HttpAnswers::json(R"({"status":"success","data":{"activeTargets":[
            {"labels":{"instance":")" +
                                 instance + R"(","job":"j"},"health":"up","scrapeInterval":"30s"},
            {"labels":{"instance":"db:1","job":"j"},"health":"up","scrapeInterval":"5m"}]}})");
    });
    const auto client = clientOf(server.url());
    FleetPoller poller(*client, m_fleet, m_clock, {.refresh = 20ms, .range = 0s});
    poller.start();
    // Four scrapes of our own targets, not of the slowest.
    const auto mentions = [&asked](const QByteArray& window) {
        return std::any_of(asked.cbegin(), asked.cend(),
                           [&](const QByteArray& body) { return body.contains(window); });
    };
    QTRY_VERIFY(mentions("%5B2m%5D"));
    QVERIFY(!mentions("%5B20m%5D"));
    QTRY_COMPARE(poller.snapshot()->scrapeInterval, std::chrono::milliseconds(30s));
}

QTEST_GUILESS_MAIN(tst_FleetPoller)
#include "tst_fleet_poller.moc"

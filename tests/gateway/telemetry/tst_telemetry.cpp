#include "gateway/telemetry/endpoint_census.h"
#include "gateway/telemetry/metrics_layout.h"
#include "gateway/telemetry/process_metrics.h"
#include "gateway/telemetry/telemetry.h"

#include <QProcess>
#include <QRegularExpression>
#include <QStandardPaths>
#include <QTest>

#include <atomic>
#include <thread>

using namespace postern;
using namespace std::chrono_literals;

namespace {

std::shared_ptr<MetricsLayout> smallLayout()
{
    auto layout = std::make_shared<MetricsLayout>();
    layout->api = "payments/accounts";
    layout->hash = "0011";
    layout->revision = "abc123";
    layout->routes = {{"read", {{"callers", "jwt", "enforce"}, {"fair-use", "rateLimit", "shadow"}}, true},
                      {"stream", {}, false}};
    layout->upstreams = {{"app", nullptr}};
    layout->listeners = {"main"};
    return layout;
}

RequestRecord answered(std::size_t route, int code, std::chrono::nanoseconds duration = 3ms)
{
    RequestRecord record;
    record.route = route;
    record.method = "GET";
    record.code = code;
    record.duration = duration;
    return record;
}

/// The value of the sample that is exactly \a sample (name and labels), or -1 where there is none.
double value(const Telemetry& telemetry, const char* sample)
{
    const QString text = QString::fromStdString(telemetry.exposition());
    const QString prefix = QString::fromUtf8(sample) + QLatin1Char(' ');
    const QStringList lines = text.split(QLatin1Char('\n'));
    for (const QString& line : lines)
        if (line.startsWith(prefix))
            return line.mid(prefix.size()).toDouble();
    return -1;
}

bool mentions(const Telemetry& telemetry, const char* text)
{
    return telemetry.exposition().find(text) != std::string::npos;
}

#define REQUESTS(route, method, code)                                                                        \
    "postern_requests_total{api=\"payments/accounts\",route=\"" route "\",method=\"" method                  \
    "\",code=\"" code "\"}"
#define BUCKET(le)                                                                                           \
    "postern_request_duration_seconds_bucket{api=\"payments/"                                                \
    "accounts\",route=\"read\",outcome=\"ok\",le=\"" le "\"}"

} // namespace

class TestTelemetry : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void sumsWorkers();
    void neverTakesALabelFromARequest_data();
    void neverTakesALabelFromARequest();
    void startsErrorsAtZero();
    void startsARoutesOwnMethodsAtZero();
    void ordersOutcomes_data();
    void ordersOutcomes();
    void leavesStreamsUntimed();
    void fillsBuckets();
    void countsDecisions();
    void countsRefusalsApart();
    void countsConnectionsAndFlight();
    void asksForEndpoints();
    void carriesCountsOverAReload();
    void countsRequestsOfAnOldConfiguration();
    void changesBoundsWithoutGoingBack();
    void forgetsTheOldestOnly();
    void tellsOfTheConfiguration();
    void tellsOfTheProcess();
    void isReadWhileItIsWritten();
    void leavesPromtoolNothingToSay();
};

void TestTelemetry::sumsWorkers()
{
    Telemetry telemetry;
    const auto layout = smallLayout();
    WorkerTelemetry& first = telemetry.addWorker();
    WorkerTelemetry& second = telemetry.addWorker();
    const auto one = first.bind(layout);
    const auto two = second.bind(layout);
    telemetry.configurationApplied(layout);
    one->record(answered(0, 200));
    one->record(answered(0, 200));
    two->record(answered(0, 200));
    two->record(answered(RequestRecord::none, 404));
    QCOMPARE(value(telemetry, REQUESTS("read", "GET", "200")), 3.0);
    QCOMPARE(value(telemetry, REQUESTS("-", "GET", "404")), 1.0);
}

void TestTelemetry::neverTakesALabelFromARequest_data()
{
    QTest::addColumn<QByteArray>("method");
    QTest::addColumn<int>("code");
    QTest::addColumn<QByteArray>("sample");
    QTest::newRow("standard") << QByteArray("DELETE") << 204 << QByteArray(REQUESTS("read", "DELETE", "204"));
    QTest::newRow("trace") << QByteArray("TRACE") << 200 << QByteArray(REQUESTS("read", "TRACE", "200"));
    QTest::newRow("own method") << QByteArray("PROPFIND") << 200
                                << QByteArray(REQUESTS("read", "other", "200"));
    QTest::newRow("lower case") << QByteArray("get") << 200 << QByteArray(REQUESTS("read", "other", "200"));
    QTest::newRow("none") << QByteArray() << 200 << QByteArray(REQUESTS("read", "other", "200"));
    QTest::newRow("quote") << QByteArray("G\"} 1\nx") << 200 << QByteArray(REQUESTS("read", "other", "200"));
    QTest::newRow("status of nobody")
        << QByteArray("GET") << 999 << QByteArray(REQUESTS("read", "GET", "other"));
    QTest::newRow("no status") << QByteArray("GET") << 0 << QByteArray(REQUESTS("read", "GET", "other"));
}

void TestTelemetry::neverTakesALabelFromARequest()
{
    QFETCH(QByteArray, method);
    QFETCH(int, code);
    QFETCH(QByteArray, sample);
    Telemetry telemetry;
    const auto layout = smallLayout();
    const auto requests = telemetry.addWorker().bind(layout);
    telemetry.configurationApplied(layout);
    RequestRecord record = answered(0, code);
    record.method = std::string_view(method.constData(), static_cast<std::size_t>(method.size()));
    requests->record(record);
    QCOMPARE(value(telemetry, sample.constData()), 1.0);
}

void TestTelemetry::startsErrorsAtZero()
{
    Telemetry telemetry;
    const auto layout = smallLayout();
    const auto requests = telemetry.addWorker().bind(layout);
    telemetry.configurationApplied(layout);
    QCOMPARE(value(telemetry, REQUESTS("read", "GET", "502")), -1.0);
    requests->record(answered(0, 200));
    QCOMPARE(value(telemetry, REQUESTS("read", "GET", "502")), 0.0);
    requests->record(answered(0, 502));
    QCOMPARE(value(telemetry, REQUESTS("read", "GET", "502")), 1.0);
    QCOMPARE(value(telemetry, REQUESTS("read", "POST", "502")), -1.0);
}

void TestTelemetry::startsARoutesOwnMethodsAtZero()
{
    Telemetry telemetry;
    const auto layout = smallLayout();
    layout->routes[0].methods = {"POST", "BREW"};
    WorkerTelemetry& worker = telemetry.addWorker();
    const auto requests = worker.bind(layout);
    telemetry.configurationApplied(layout);
    // Before any request, so that the very first bad one is a step that `increase()` sees.
    for (const char* code : {"200", "500", "502", "503", "504"})
        for (const char* method : {"POST", "other"})
            QCOMPARE(value(telemetry, QByteArray(REQUESTS("read", "METHOD", "CODE"))
                                          .replace("METHOD", method)
                                          .replace("CODE", code)
                                          .constData()),
                     0.0);
    QVERIFY(!mentions(telemetry, "method=\"GET\""));
    QVERIFY(!mentions(telemetry, "postern_requests_total{api=\"payments/accounts\",route=\"stream\""));
    QVERIFY(!mentions(telemetry, "postern_requests_total{api=\"payments/accounts\",route=\"-\""));
    RequestRecord record = answered(0, 502);
    record.method = "POST";
    requests->record(record);
    QCOMPARE(value(telemetry, REQUESTS("read", "POST", "502")), 1.0);

    // A reload takes nothing back, and begins what is new.
    const auto next = smallLayout();
    next->routes[0].methods = {"POST"};
    next->routes[1].methods = {"GET"};
    const auto later = worker.bind(next);
    telemetry.configurationApplied(next);
    QCOMPARE(value(telemetry, REQUESTS("read", "POST", "502")), 1.0);
    QCOMPARE(value(telemetry, REQUESTS("stream", "GET", "502")), 0.0);
}

void TestTelemetry::ordersOutcomes_data()
{
    QTest::addColumn<int>("code");
    QTest::addColumn<RequestEnd>("end");
    QTest::addColumn<QByteArray>("outcome");
    QTest::newRow("200") << 200 << RequestEnd::Complete << QByteArray("ok");
    QTest::newRow("429") << 429 << RequestEnd::Complete << QByteArray("ok");
    QTest::newRow("499") << 499 << RequestEnd::Complete << QByteArray("client_gone");
    QTest::newRow("gone amid the response") << 200 << RequestEnd::ClientGone << QByteArray("client_gone");
    QTest::newRow("500") << 500 << RequestEnd::Complete << QByteArray("server_error");
    QTest::newRow("timeout") << 504 << RequestEnd::TimedOut << QByteArray("server_error");
    QTest::newRow("599") << 599 << RequestEnd::Complete << QByteArray("server_error");
}

void TestTelemetry::ordersOutcomes()
{
    QFETCH(int, code);
    QFETCH(RequestEnd, end);
    QFETCH(QByteArray, outcome);
    Telemetry telemetry;
    const auto layout = smallLayout();
    const auto requests = telemetry.addWorker().bind(layout);
    telemetry.configurationApplied(layout);
    RequestRecord record = answered(0, code);
    record.end = end;
    requests->record(record);
    const QByteArray sample =
        "postern_request_duration_seconds_count{api=\"payments/accounts\",route=\"read\",outcome=\"" +
        outcome + "\"}";
    QCOMPARE(value(telemetry, sample.constData()), 1.0);
}

void TestTelemetry::leavesStreamsUntimed()
{
    Telemetry telemetry;
    const auto layout = smallLayout();
    const auto requests = telemetry.addWorker().bind(layout);
    telemetry.configurationApplied(layout);
    requests->record(answered(1, 200));
    RequestRecord tunnel = answered(0, 101);
    tunnel.upgraded = true;
    requests->record(tunnel);
    QCOMPARE(value(telemetry, REQUESTS("stream", "GET", "200")), 1.0);
    QCOMPARE(value(telemetry, REQUESTS("read", "GET", "101")), 1.0);
    QVERIFY(!mentions(telemetry, "postern_request_duration_seconds_count"));
}

void TestTelemetry::fillsBuckets()
{
    Telemetry telemetry;
    const auto layout = smallLayout();
    const auto requests = telemetry.addWorker().bind(layout);
    telemetry.configurationApplied(layout);
    requests->record(answered(0, 200, 500us)); // on a bound: in its bucket
    requests->record(answered(0, 200, 501us));
    requests->record(answered(0, 200, 11s));
    requests->record(answered(0, 200, -1ns)); // a clock that misbehaves harms nothing
    QCOMPARE(value(telemetry, BUCKET("0.0005")), 2.0);
    QCOMPARE(value(telemetry, BUCKET("0.001")), 3.0);
    QCOMPARE(value(telemetry, BUCKET("0.0025")), 3.0);
    QCOMPARE(value(telemetry, BUCKET("10")), 3.0);
    QCOMPARE(value(telemetry, BUCKET("+Inf")), 4.0);
    QCOMPARE(
        value(
            telemetry,
            "postern_request_duration_seconds_sum{api=\"payments/accounts\",route=\"read\",outcome=\"ok\"}"),
        11.001001);
    const QStringList bounds = {QStringLiteral("0.0005"), QStringLiteral("0.001"), QStringLiteral("0.0025"),
                                QStringLiteral("0.005"),  QStringLiteral("0.01"),  QStringLiteral("0.025"),
                                QStringLiteral("0.05"),   QStringLiteral("0.1"),   QStringLiteral("0.25"),
                                QStringLiteral("0.5"),    QStringLiteral("1"),     QStringLiteral("2.5"),
                                QStringLiteral("5"),      QStringLiteral("10"),    QStringLiteral("+Inf")};
    QStringList seen;
    static const QRegularExpression bucket(
        QStringLiteral("duration_seconds_bucket\\{.*route=\"read\".*le=\"([^\"]*)\""));
    auto matches = bucket.globalMatch(QString::fromStdString(telemetry.exposition()));
    while (matches.hasNext())
        seen.append(matches.next().captured(1));
    QCOMPARE(seen, bounds);
}

void TestTelemetry::countsDecisions()
{
    Telemetry telemetry;
    const auto layout = smallLayout();
    const auto requests = telemetry.addWorker().bind(layout);
    telemetry.configurationApplied(layout);
    QVERIFY(!mentions(telemetry, "postern_policy_decisions_total"));
    const std::array outcomes{PolicyOutcome{0, PolicyOutcome::Kind::Allow},
                              PolicyOutcome{1, PolicyOutcome::Kind::Deny},
                              PolicyOutcome{7, PolicyOutcome::Kind::Deny}}; // there is no policy 7: ignored
    RequestRecord record = answered(0, 200);
    record.policies = outcomes;
    requests->record(record);
    const QByteArray jwt =
        "postern_policy_decisions_total{api=\"payments/accounts\",route=\"read\",policy=\"callers\","
        "type=\"jwt\",mode=\"enforce\",decision=\"";
    const QByteArray limit =
        "postern_policy_decisions_total{api=\"payments/accounts\",route=\"read\",policy=\"fair-use\","
        "type=\"rateLimit\",mode=\"shadow\",decision=\"";
    QCOMPARE(value(telemetry, (jwt + "allow\"}").constData()), 1.0);
    QCOMPARE(value(telemetry, (jwt + "deny\"}").constData()), 0.0);
    QCOMPARE(value(telemetry, (limit + "deny\"}").constData()), 1.0);
    QCOMPARE(value(telemetry, (limit + "error\"}").constData()), 0.0);
}

void TestTelemetry::countsRefusalsApart()
{
    Telemetry telemetry;
    const auto layout = smallLayout();
    WorkerTelemetry& worker = telemetry.addWorker();
    const auto requests = worker.bind(layout);
    telemetry.configurationApplied(layout);
    RequestRecord record = answered(RequestRecord::none, 400);
    record.refusal = "host-missing";
    record.listener = "main";
    requests->record(record);
    worker.listener("main").refused("head-too-large");
    worker.listener("main").refused("host-missing");
    const QByteArray sample =
        "postern_requests_refused_total{api=\"payments/accounts\",listener=\"main\",reason=\"";
    QCOMPARE(value(telemetry, (sample + "host-missing\"}").constData()), 2.0);
    QCOMPARE(value(telemetry, (sample + "head-too-large\"}").constData()), 1.0);
    QVERIFY(!mentions(telemetry, "postern_requests_total"));
}

void TestTelemetry::countsConnectionsAndFlight()
{
    Telemetry telemetry;
    const auto layout = smallLayout();
    WorkerTelemetry& first = telemetry.addWorker();
    WorkerTelemetry& second = telemetry.addWorker();
    telemetry.configurationApplied(layout);
    const char* const connections = "postern_connections{api=\"payments/accounts\",listener=\"main\"}";
    const char* const inFlight = "postern_requests_in_flight{api=\"payments/accounts\"}";
    QCOMPARE(value(telemetry, connections), 0.0);
    first.listener("main").opened();
    first.listener("main").opened();
    second.listener("main").opened();
    first.listener("main").closed();
    first.requestStarted();
    second.requestStarted();
    second.requestEnded();
    QCOMPARE(value(telemetry, connections), 2.0);
    QCOMPARE(value(telemetry, inFlight), 1.0);
}

/// Of the moment of the scrape, of the configuration in force.
void TestTelemetry::asksForEndpoints()
{
    struct Census final : EndpointCensus
    {
        Counts counts{2, 0, 0};
        [[nodiscard]] Counts count() const override { return counts; }
    };
    Telemetry telemetry;
    const auto census = std::make_shared<Census>();
    const auto layout = smallLayout();
    layout->upstreams[0].endpoints = census;
    telemetry.configurationApplied(layout);
    const auto state = [&telemetry](const char* name) {
        const QByteArray sample =
            QByteArray("postern_upstream_endpoints{api=\"payments/accounts\",upstream=\"app\",state=\"") +
            name + "\"}";
        return value(telemetry, sample.constData());
    };
    QCOMPARE(state("healthy"), 2.0);
    census->counts = {0, 1, 3};
    QCOMPARE(state("healthy"), 0.0);
    QCOMPARE(state("unhealthy"), 1.0);
    QCOMPARE(state("ejected"), 3.0);
    telemetry.configurationApplied(smallLayout()); // nobody counts
    QCOMPARE(state("ejected"), 0.0);
}

void TestTelemetry::carriesCountsOverAReload()
{
    Telemetry telemetry;
    WorkerTelemetry& worker = telemetry.addWorker();
    double last = 0;
    for (int reload = 0; reload < 200; ++reload) {
        const auto layout = smallLayout();
        if (reload % 2)
            layout->routes.insert(layout->routes.begin(), {"more", {}, true}); // positions move, names stay
        const auto requests = worker.bind(layout);
        telemetry.configurationApplied(layout);
        QVERIFY(value(telemetry, REQUESTS("read", "GET", "200")) >= last || reload == 0);
        requests->record(answered(reload % 2 ? 1 : 0, 200));
        last = value(telemetry, REQUESTS("read", "GET", "200"));
        QCOMPARE(last, reload + 1.0);
    }
    QCOMPARE(value(telemetry, REQUESTS("read", "GET", "200")), 200.0);
    QCOMPARE(value(telemetry, BUCKET("+Inf")), 200.0);
    QCOMPARE(value(telemetry, "postern_config_loads_total{api=\"payments/accounts\",result=\"applied\"}"),
             200.0);
}

void TestTelemetry::countsRequestsOfAnOldConfiguration()
{
    Telemetry telemetry;
    WorkerTelemetry& worker = telemetry.addWorker();
    const auto before = smallLayout();
    auto old = worker.bind(before);
    telemetry.configurationApplied(before);
    const auto after = smallLayout();
    after->routes.erase(after->routes.begin());
    const auto current = worker.bind(after);
    telemetry.configurationApplied(after);

    old->record(answered(0, 200)); // in flight while its route vanished
    QCOMPARE(value(telemetry, REQUESTS("read", "GET", "200")), 1.0);
    old.reset();
    QCOMPARE(value(telemetry, REQUESTS("read", "GET", "200")), 1.0);
    current->record(answered(0, 200));
    QCOMPARE(value(telemetry, REQUESTS("stream", "GET", "200")), 1.0);
}

void TestTelemetry::changesBoundsWithoutGoingBack()
{
    Telemetry telemetry;
    WorkerTelemetry& worker = telemetry.addWorker();
    const auto plain = smallLayout();
    auto requests = worker.bind(plain);
    telemetry.configurationApplied(plain);
    requests->record(answered(0, 200, 200ms));
    requests->record(answered(0, 200, 280ms));

    const auto finer = smallLayout();
    finer->bounds.insert(finer->bounds.begin() + 9, 300ms);
    auto old = std::exchange(requests, worker.bind(finer));
    telemetry.configurationApplied(finer);
    requests->record(answered(0, 200, 290ms));
    for (int once = 0; once < 2; ++once) {
        QCOMPARE(value(telemetry, BUCKET("0.25")), 1.0);
        QCOMPARE(value(telemetry, BUCKET("0.3")), 2.0); // what was counted before can only be placed above
        QCOMPARE(value(telemetry, BUCKET("0.5")), 3.0);
        old.reset(); // and folding the old counts moves nothing
    }

    requests = worker.bind(plain);
    telemetry.configurationApplied(plain);
    QCOMPARE(value(telemetry, BUCKET("0.25")), 1.0);
    QCOMPARE(value(telemetry, BUCKET("0.3")), -1.0);
    QCOMPARE(value(telemetry, BUCKET("0.5")), 3.0);
    QCOMPARE(value(telemetry, BUCKET("+Inf")), 3.0);
}

void TestTelemetry::forgetsTheOldestOnly()
{
    Telemetry telemetry;
    WorkerTelemetry& worker = telemetry.addWorker();
    constexpr int reloads = 1100;
    for (int reload = 0; reload < reloads; ++reload) {
        const auto layout = smallLayout();
        layout->routes[0].name = "route-" + std::to_string(reload);
        const auto requests = worker.bind(layout);
        telemetry.configurationApplied(layout);
        requests->record(answered(0, 200));
    }
    QCOMPARE(value(telemetry, REQUESTS("route-1099", "GET", "200")), 1.0);
    QCOMPARE(value(telemetry, REQUESTS("route-500", "GET", "200")), 1.0);
    QCOMPARE(value(telemetry, REQUESTS("route-5", "GET", "200")), -1.0);
}

void TestTelemetry::tellsOfTheConfiguration()
{
    Telemetry telemetry;
    telemetry.configurationRejected();
    QCOMPARE(value(telemetry, "postern_config_loads_total{api=\"-\",result=\"rejected\"}"), 1.0);
    const auto layout = smallLayout();
    layout->governance = {{"payments", "authenticated", "missing"}, {"payments", "objective", "exempt"}};
    telemetry.configurationApplied(layout);
    telemetry.configurationRejected();
    QCOMPARE(
        value(telemetry, "postern_config_info{api=\"payments/accounts\",hash=\"0011\",revision=\"abc123\"}"),
        1.0);
    QCOMPARE(value(telemetry, "postern_config_loads_total{api=\"payments/accounts\",result=\"applied\"}"),
             1.0);
    QCOMPARE(value(telemetry, "postern_config_loads_total{api=\"payments/accounts\",result=\"rejected\"}"),
             1.0);
    QCOMPARE(value(telemetry, "postern_governance_findings{api=\"payments/accounts\",baseline=\"payments\","
                              "requirement=\"authenticated\",state=\"missing\"}"),
             1.0);
    QCOMPARE(value(telemetry, "postern_governance_findings{api=\"payments/accounts\",baseline=\"payments\","
                              "requirement=\"objective\",state=\"exempt\"}"),
             1.0);
    QCOMPARE(value(telemetry, "postern_log_lines_dropped_total{api=\"payments/accounts\"}"), 0.0);
    QVERIFY(mentions(telemetry, "postern_build_info{version=\"" POSTERN_VERSION "\",qt=\""));
}

void TestTelemetry::tellsOfTheProcess()
{
    const ProcessMetrics process = ProcessMetrics::read();
    QVERIFY(process.residentBytes.value_or(0) > 1'000'000);
    QVERIFY(process.virtualBytes.value_or(0) >= process.residentBytes.value_or(0));
    QVERIFY(process.cpuSeconds.value_or(-1) >= 0);
    QVERIFY(process.threads.value_or(0) >= 1);
    QVERIFY(process.openDescriptors.value_or(0) >= 3);
    QVERIFY(process.maxDescriptors.value_or(0) >= process.openDescriptors.value_or(1));
    const double now = static_cast<double>(QDateTime::currentMSecsSinceEpoch()) / 1000;
    QVERIFY(process.startTimeSeconds.value_or(0) > now - 600);
    QVERIFY(process.startTimeSeconds.value_or(0) < now + 2); // btime is whole seconds
    Telemetry telemetry;
    QVERIFY(value(telemetry, "process_resident_memory_bytes") > 1'000'000);
}

void TestTelemetry::isReadWhileItIsWritten()
{
    // Meant for ThreadSanitizer; without it, still: no count is lost, none is double.
    Telemetry telemetry;
    const auto layout = smallLayout();
    WorkerTelemetry& worker = telemetry.addWorker();
    telemetry.configurationApplied(layout);
    constexpr int records = 20000;
    std::atomic<bool> done = false;
    std::thread writer([&] {
        auto requests = worker.bind(layout);
        for (int i = 0; i < records; ++i) {
            if (i % 1000 == 0)
                requests = worker.bind(smallLayout());
            requests->record(answered(0, 200 + i % 20));
            worker.listener(i % 2 ? "main" : "other").refused(i % 3 ? "host-missing" : "bare-line-feed");
        }
        done = true;
    });
    double last = 0;
    while (!done.load()) {
        const double now = qMax(0.0, value(telemetry, BUCKET("+Inf")));
        if (now < last)
            QFAIL("a counter went back");
        last = now;
    }
    writer.join();
    QCOMPARE(value(telemetry, BUCKET("+Inf")), static_cast<double>(records));
}

void TestTelemetry::leavesPromtoolNothingToSay()
{
    const QString promtool = QStandardPaths::findExecutable(QStringLiteral("promtool"));
    QVERIFY2(!promtool.isEmpty(), "Debian's package prometheus is missing");
    Telemetry telemetry;
    const auto layout = smallLayout();
    layout->governance = {{"payments", "authenticated", "missing"}};
    WorkerTelemetry& worker = telemetry.addWorker();
    const auto requests = worker.bind(layout);
    telemetry.configurationApplied(layout);
    const std::array outcomes{PolicyOutcome{0, PolicyOutcome::Kind::Deny}};
    RequestRecord record = answered(0, 401);
    record.policies = outcomes;
    record.upstream = 0;
    record.upstreamDuration = 2ms;
    requests->record(record);
    worker.listener("main").refused("host-missing");

    QProcess check;
    check.start(promtool, {QStringLiteral("check"), QStringLiteral("metrics")});
    check.write(QByteArray::fromStdString(telemetry.exposition()));
    check.closeWriteChannel();
    QVERIFY(check.waitForFinished());
    QCOMPARE(QString::fromUtf8(check.readAllStandardOutput() + check.readAllStandardError()), QString());
    QCOMPARE(check.exitCode(), 0);
}

QTEST_GUILESS_MAIN(TestTelemetry)
#include "tst_telemetry.moc"

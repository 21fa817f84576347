#include "gateway/telemetry/access_log_line.h"
#include "gateway/telemetry/metrics_layout.h"
#include "gateway/telemetry/worker_telemetry.h"

#include <QTest>

using namespace postern;
using namespace std::chrono_literals;

/// What telling of a request costs. A thousand requests an iteration: read milliseconds as microseconds.
class BenchTelemetry : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void accessLogLine();
    void metrics();
};

namespace {

constexpr int kRepeats = 1000;

std::shared_ptr<MetricsLayout> layout()
{
    auto layout = std::make_shared<MetricsLayout>();
    layout->api = "payments/accounts";
    layout->hash = "6f1d3c1e8f2b4a5d9c7e0b1a2f3d4c5e6f708192a3b4c5d6e7f8091a2b3c4d5e";
    layout->routes = {
        {"read-account", {{"callers", "jwt", "enforce"}, {"fair-use", "rateLimit", "enforce"}}, true}};
    layout->upstreams = {{"app", {"127.0.0.1:9000"}}};
    layout->listeners = {"public"};
    return layout;
}

RequestRecord record(std::span<const PolicyOutcome> policies)
{
    RequestRecord record;
    record.time = Clock::Wall(1767225600042ms);
    record.duration = 345678ns;
    record.route = 0;
    record.method = "GET";
    record.path = "/v1/accounts/1234567/transactions";
    record.code = 200;
    record.bytesOut = 1024;
    record.upstream = 0;
    record.endpoint = "127.0.0.1:9000";
    record.upstreamDuration = 245us;
    record.requestId = "5f0c2a86-7a3e-4f0b-9f0a-2f5c8a1d3b77";
    record.caller = "customer-42";
    record.policies = policies;
    return record;
}

constexpr PolicyOutcome kAllowed[] = {{0, PolicyOutcome::Kind::Allow}, {1, PolicyOutcome::Kind::Allow}};

} // namespace

void BenchTelemetry::accessLogLine()
{
    const auto names = layout();
    RequestRecord request = record(kAllowed);
    const AccessLogTexts texts(*names);
    TimeStamp time;
    std::string line;
    QBENCHMARK
    {
        for (int i = 0; i < kRepeats; ++i) {
            line.clear();
            request.time += 37us;
            appendAccessLogLine(line, request, texts, time.text(request.time));
        }
    }
    QVERIFY(!line.empty());
}

/// Counters and histograms of one request, without its log line.
void BenchTelemetry::metrics()
{
    WorkerTelemetry worker(nullptr);
    const auto telemetry = worker.bind(layout());
    const RequestRecord request = record(kAllowed);
    QBENCHMARK
    {
        for (int i = 0; i < kRepeats; ++i) {
            worker.requestStarted();
            telemetry->record(request);
            worker.requestEnded();
        }
    }
    QCOMPARE(worker.inFlight(), 0);
}

QTEST_GUILESS_MAIN(BenchTelemetry)
#include "bench_telemetry.moc"

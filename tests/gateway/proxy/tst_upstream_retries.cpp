#include "gateway/upstream/retry_budget.h"
#include "gateway/upstream/retry_policy.h"
#include "tests/support/gateway/gateway_fixture.h"
#include "tests/support/raw_client.h"
#include "tests/support/recording_upstream.h"

#include <QTest>

using namespace postern;
using namespace postern::test;
using namespace std::chrono_literals;

namespace {

const std::string kOk = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
const std::string k503 = "HTTP/1.1 503 Busy\r\nContent-Length: 4\r\n\r\nbusy";

/// What an upstream does to the first request, on the connection it came on; all others are answered.
enum class Trouble { Resets, Closes, ClosesInItsHead, Stalls, Answers503, Answers503Chunked, Answers500 };

std::string request(const QByteArray& method, std::size_t body)
{
    std::string text = method.toStdString() + " /x HTTP/1.1\r\nHost: a\r\n";
    if (body > 0 || method == "POST")
        text += "Content-Length: " + std::to_string(body) + "\r\n";
    return text + "\r\n" + std::string(body, 'b');
}

QByteArray spec(const std::vector<quint16>& ports, const QByteArray& retries,
                const QByteArray& timeout = "9s")
{
    QByteArray endpoints;
    for (const quint16 port : ports)
        endpoints += "{address: \"127.0.0.1:" + QByteArray::number(port) + "\"}, ";
    return "  upstreams: [{name: app, endpoints: [" + endpoints + "], retries: {" + retries +
           "}}]\n"
           "  routes: [{name: all, match: {path: /**}, upstream: app, timeout: " +
           timeout + "}]\n";
}

void act(UpstreamPeer& peer, Trouble trouble)
{
    switch (trouble) {
    case Trouble::Resets:
        peer.reset();
        return;
    case Trouble::Closes:
        peer.close();
        return;
    case Trouble::ClosesInItsHead:
        peer.send("HTTP/1.1 200 O");
        peer.close();
        return;
    case Trouble::Stalls:
        break; // until the gateway has had enough
    case Trouble::Answers503:
        peer.send(k503);
        break;
    case Trouble::Answers503Chunked: {
        peer.send("HTTP/1.1 503 Busy\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbusy\r\n");
        break;
    }
    case Trouble::Answers500:
        peer.send("HTTP/1.1 500 Oh\r\nContent-Length: 0\r\n\r\n");
        break;
    }
}

/// Troubles the first \a count requests over all connections.
RecordingUpstream::Script troubled(Trouble trouble, std::shared_ptr<std::atomic<int>> count)
{
    return [trouble, count](UpstreamPeer& peer) {
        while (const auto request = peer.next()) {
            if (count->fetch_sub(1) > 0)
                act(peer, trouble);
            else
                peer.send(request->method == "HEAD" ? kOk.substr(0, kOk.size() - 2) : kOk);
        }
    };
}

std::shared_ptr<std::atomic<int>> times(int count) { return std::make_shared<std::atomic<int>>(count); }

} // namespace

/// SECURITY: "retried only when provably unsent or idempotent, within the retry budget; never a duplicate
/// POST".
class TestUpstreamRetries : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void onceTroubled_data();
    void onceTroubled();
    void bodiesGoOutAgainWhole_data();
    void bodiesGoOutAgainWhole();
    void refusedConnections_data();
    void refusedConnections();
    void anotherEndpointIsPreferred();
    void attemptsEnd();
    void theRoutesTimeoutBoundsAll();
    void retryAfter_data();
    void retryAfter();
    void noBudgetNoRetry();
    void theBudgetIsAShare();
    void passedHeadsAreNotRetried();
    void earlyAnswerIsPassedOn();
    void lateBodyIsNoTimeout();
    void wholeAnswersKeepTheirConnection();
    void closedBeforeUse();
    void budgetWindow();
    void backOff();
};

void TestUpstreamRetries::onceTroubled_data()
{
    QTest::addColumn<QByteArray>("method");
    QTest::addColumn<int>("body");
    QTest::addColumn<Trouble>("trouble");
    QTest::addColumn<QByteArray>("on");
    QTest::addColumn<int>("status");
    QTest::addColumn<int>("arrivals");
    const auto row = [](const char* name, const char* method, int body, Trouble trouble, const char* on,
                        int status, int arrivals) {
        QTest::addRow("%s", name) << QByteArray(method) << body << trouble << QByteArray(on) << status
                                  << arrivals;
    };
    const char* const all = "connectFailure, reset, \"503\"";
    row("GET, reset", "GET", 0, Trouble::Resets, all, 200, 2);
    row("GET, closed", "GET", 0, Trouble::Closes, all, 200, 2);
    row("GET, half a head", "GET", 0, Trouble::ClosesInItsHead, all, 200, 2);
    row("GET, stalled", "GET", 0, Trouble::Stalls, all, 200, 2);
    row("GET, 503", "GET", 0, Trouble::Answers503, all, 200, 2);
    row("GET, unfinished 503", "GET", 0, Trouble::Answers503Chunked, all, 200, 2);
    row("GET, 500 is not on the list", "GET", 0, Trouble::Answers500, all, 500, 1);
    row("GET, reset is not on the list", "GET", 0, Trouble::Resets, "\"503\"", 502, 1);
    row("GET, 503 is not on the list", "GET", 0, Trouble::Answers503, "reset", 503, 1);
    row("GET, stalled, reset is not on the list", "GET", 0, Trouble::Stalls, "\"503\"", 504, 1);
    row("HEAD, reset", "HEAD", 0, Trouble::Resets, all, 200, 2);
    row("DELETE, reset", "DELETE", 0, Trouble::Resets, all, 200, 2);
    row("OPTIONS, 503", "OPTIONS", 0, Trouble::Answers503, all, 200, 2);
    row("PUT, reset", "PUT", 1000, Trouble::Resets, all, 200, 2);
    row("PUT, 503", "PUT", 1000, Trouble::Answers503, all, 200, 2);
    row("PUT, stalled", "PUT", 1000, Trouble::Stalls, all, 200, 2);
    row("PUT, as much as is held", "PUT", 64 * 1024, Trouble::Answers503, all, 200, 2);
    row("PUT, more than is held", "PUT", 64 * 1024 + 1, Trouble::Answers503, all, 503, 1);
    for (const char* method : {"POST", "PATCH", "BREW"}) {
        const auto never = [&](const char* what, Trouble trouble, int status) {
            QTest::addRow("%s, %s", method, what)
                << QByteArray(method) << 5 << trouble << QByteArray(all) << status << 1;
        };
        never("reset", Trouble::Resets, 502);
        never("closed", Trouble::Closes, 502);
        never("half a head", Trouble::ClosesInItsHead, 502);
        never("stalled", Trouble::Stalls, 504);
        never("503", Trouble::Answers503, 503);
        never("unfinished 503", Trouble::Answers503Chunked, 503);
    }
    row("empty POST, reset", "POST", 0, Trouble::Resets, all, 502, 1);
}

void TestUpstreamRetries::onceTroubled()
{
    QFETCH(QByteArray, method);
    QFETCH(int, body);
    QFETCH(Trouble, trouble);
    QFETCH(QByteArray, on);
    QFETCH(int, status);
    QFETCH(int, arrivals);
    RecordingUpstream upstream(troubled(trouble, times(1)));
    GatewayFixture gateway(
        spec({upstream.port()}, "attempts: 3, perTryTimeout: 800ms, on: [" + on + "]", "10s"));
    RawClient client(gateway.port());
    const std::string text = request(method, static_cast<std::size_t>(body));
    QVERIFY(client.send(text));
    QCOMPARE(client.receive(method.toStdString()).status, status);
    QCOMPARE(gateway.waitForLog(1).value(u"attempts").toInt(1), arrivals);
    const auto requests = upstream.requests();
    QCOMPARE(static_cast<int>(requests.size()), arrivals);
    for (const RecordedRequest& one : requests) {
        QCOMPARE(one.method, method.toStdString());
        QCOMPARE(one.head, requests.front().head);
        QCOMPARE(one.body, std::string(static_cast<std::size_t>(body), 'b'));
    }
}

void TestUpstreamRetries::bodiesGoOutAgainWhole_data()
{
    QTest::addColumn<QByteArray>("request");
    QTest::addColumn<int>("arrivals");
    const QByteArray head = "PUT /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
    QTest::addRow("chunked") << head + "5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n" << 2;
    // Trailers are not held.
    QTest::addRow("trailers") << head + "b\r\nhello world\r\n0\r\nX-Sum: 1\r\n\r\n" << 1;
}

void TestUpstreamRetries::bodiesGoOutAgainWhole()
{
    QFETCH(QByteArray, request);
    QFETCH(int, arrivals);
    RecordingUpstream upstream(troubled(Trouble::Answers503, times(1)));
    GatewayFixture gateway(spec({upstream.port()}, "attempts: 1, on: [\"503\"]"));
    RawClient client(gateway.port());
    // In pieces, so that what is held was gathered.
    const std::string text = request.toStdString();
    QVERIFY(client.send(text.substr(0, 70)));
    QTRY_COMPARE(gateway.run([](ProxyWorker& worker) { return worker.requestsInFlight(); }), std::size_t{1});
    const RawResponse response = client.ask(text.substr(70));
    QCOMPARE(response.status, arrivals == 2 ? 200 : 503);
    const auto requests = upstream.requests();
    QCOMPARE(static_cast<int>(requests.size()), arrivals);
    for (const RecordedRequest& one : requests)
        QVERIFY(QByteArray::fromStdString(one.body).startsWith("hello world"));
}

void TestUpstreamRetries::refusedConnections_data()
{
    QTest::addColumn<QByteArray>("method");
    QTest::addColumn<QByteArray>("on");
    QTest::addColumn<int>("status");
    QTest::addColumn<int>("attempts");
    // Nothing was sent: also a POST may have all its attempts.
    QTest::addRow("GET") << QByteArray("GET") << QByteArray("connectFailure") << 502 << 3;
    QTest::addRow("POST") << QByteArray("POST") << QByteArray("connectFailure") << 502 << 3;
    QTest::addRow("not on the list") << QByteArray("GET") << QByteArray("reset") << 502 << 1;
}

void TestUpstreamRetries::refusedConnections()
{
    QFETCH(QByteArray, method);
    QFETCH(QByteArray, on);
    QFETCH(int, status);
    QFETCH(int, attempts);
    quint16 port = 0;
    {
        RecordingUpstream gone;
        port = gone.port();
    }
    GatewayFixture gateway(spec({port}, "attempts: 2, on: [" + on + "]"));
    RawClient client(gateway.port());
    QCOMPARE(client.ask(request(method, 5)).status, status);
    QCOMPARE(gateway.waitForLog(1).value(u"ended").toString(), QStringLiteral("upstream_refused"));
    QCOMPARE(gateway.waitForLog(1).value(u"attempts").toInt(1), attempts);
}

void TestUpstreamRetries::anotherEndpointIsPreferred()
{
    RecordingUpstream bad(troubled(Trouble::Answers503, times(1000)));
    RecordingUpstream good;
    GatewayFixture gateway(spec({bad.port(), good.port()}, "attempts: 1, on: [\"503\"], budget: 100"));
    RawClient client(gateway.port());
    for (int i = 0; i < 8; ++i)
        QCOMPARE(client.ask(request("GET", 0)).status, 200);
    QVERIFY(!bad.requests().empty());
    QCOMPARE(good.requests().size(), std::size_t{8});
    const double attempts = double(good.requests().size() + bad.requests().size());
    QTRY_COMPARE(
        gateway.metric("postern_upstream_duration_seconds_count{api=\"payments/accounts\",upstream=\"app\"}")
            .value_or(0),
        attempts);
}

void TestUpstreamRetries::attemptsEnd()
{
    RecordingUpstream upstream(troubled(Trouble::Answers503, times(1000)));
    GatewayFixture gateway(spec({upstream.port()}, "attempts: 2, on: [\"503\"]"));
    RawClient client(gateway.port());
    const RawResponse response = client.ask(request("GET", 0));
    QCOMPARE(response.status, 503);
    QCOMPARE(response.body, std::string("busy")); // the last answer is the upstream's own
    QCOMPARE(upstream.requests().size(), std::size_t{3});
}

void TestUpstreamRetries::theRoutesTimeoutBoundsAll()
{
    RecordingUpstream upstream(troubled(Trouble::Stalls, times(1000)));
    GatewayFixture gateway(
        spec({upstream.port()}, "attempts: 10, perTryTimeout: 50ms, on: [reset]", "400ms"));
    RawClient client(gateway.port());
    QCOMPARE(client.ask(request("GET", 0)).status, 504);
    QCOMPARE(gateway.waitForLog(1).value(u"ended").toString(), QStringLiteral("timeout"));
    QVERIFY(gateway.waitForLog(1).value(u"duration_ms").toDouble() < 5000);
    QVERIFY(upstream.requests().size() < std::size_t{9});
}

void TestUpstreamRetries::retryAfter_data()
{
    QTest::addColumn<QByteArray>("value");
    QTest::addColumn<int>("status");
    QTest::addRow("now") << QByteArray("0") << 200;
    QTest::addRow("too late") << QByteArray("30") << 503;
    QTest::addRow("a date") << QByteArray("Fri, 31 Dec 1999 23:59:59 GMT") << 503;
    QTest::addRow("nonsense") << QByteArray("-1") << 503;
    QTest::addRow("overflow") << QByteArray("99999999999999999999") << 503;
}

void TestUpstreamRetries::retryAfter()
{
    QFETCH(QByteArray, value);
    QFETCH(int, status);
    RecordingUpstream upstream([&](UpstreamPeer& peer) {
        peer.next();
        peer.send("HTTP/1.1 503 Busy\r\nContent-Length: 0\r\nRetry-After: " + value.toStdString() +
                  "\r\n\r\n");
        while (peer.next())
            peer.send(kOk);
    });
    GatewayFixture gateway(spec({upstream.port()}, "attempts: 1, on: [\"503\"]"));
    RawClient client(gateway.port());
    const RawResponse response = client.ask(request("GET", 0));
    QCOMPARE(response.status, status);
    if (status == 503)
        QCOMPARE(response.header("retry-after"), value.toStdString());
}

void TestUpstreamRetries::noBudgetNoRetry()
{
    RecordingUpstream upstream(troubled(Trouble::Answers503, times(1)));
    GatewayFixture gateway(spec({upstream.port()}, "attempts: 3, on: [\"503\"], budget: 0"));
    RawClient client(gateway.port());
    QCOMPARE(client.ask(request("GET", 0)).status, 503);
    QCOMPARE(upstream.requests().size(), std::size_t{1});
}

void TestUpstreamRetries::theBudgetIsAShare()
{
    RecordingUpstream upstream(troubled(Trouble::Answers503, times(100'000)));
    GatewayFixture gateway(spec({upstream.port()}, "attempts: 1, on: [\"503\"], budget: 20"));
    RawClient client(gateway.port());
    for (int i = 0; i < 100; ++i)
        QCOMPARE(client.ask(request("GET", 0)).status, 503);
    // A fifth of a hundred; more only if this took more than ten seconds.
    QVERIFY(upstream.requests().size() >= std::size_t{110});
    QVERIFY(upstream.requests().size() <= std::size_t{125});
}

void TestUpstreamRetries::passedHeadsAreNotRetried()
{
    RecordingUpstream upstream([](UpstreamPeer& peer) {
        peer.next();
        peer.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
        peer.reset();
    });
    GatewayFixture gateway(spec({upstream.port()}, "attempts: 3, on: [reset]"));
    RawClient client(gateway.port());
    const RawResponse response = client.ask(request("GET", 0));
    QVERIFY(!response.complete);
    QCOMPARE(gateway.waitForLog(1).value(u"ended").toString(), QStringLiteral("upstream_reset"));
    QCOMPARE(upstream.requests().size(), std::size_t{1});
}

void TestUpstreamRetries::earlyAnswerIsPassedOn()
{
    RecordingUpstream upstream([](UpstreamPeer& peer) {
        peer.nextHead();
        peer.send(k503);
        while (!peer.receive().empty()) {
        }
    });
    GatewayFixture gateway(spec({upstream.port()}, "attempts: 3, on: [\"503\"]"));
    RawClient client(gateway.port());
    QVERIFY(client.send("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\nbeginning"));
    QCOMPARE(client.receive().status, 503);
    QCOMPARE(upstream.connections(), 1);
}

void TestUpstreamRetries::lateBodyIsNoTimeout()
{
    // The attempt's time runs while the upstream is to answer, not while the client is to send.
    Gate headArrived;
    Gate muchLater;
    RecordingUpstream upstream([&](UpstreamPeer& peer) {
        auto head = peer.nextHead();
        headArrived.open();
        std::string body = peer.receive();
        while (!body.empty() && body.size() < 5)
            body += peer.receive();
        peer.send(kOk);
        peer.next();
    });
    GatewayFixture gateway(spec({upstream.port()}, "attempts: 3, perTryTimeout: 50ms, on: [reset]"));
    RawClient client(gateway.port());
    QVERIFY(client.send("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n"));
    QVERIFY(headArrived.wait());
    // Several attempts' time passes by, as the gateway's own sweep counts it.
    RecordingUpstream slow(troubled(Trouble::Stalls, times(1)));
    GatewayFixture measure(GatewayFixture::spec(slow.port(), "300ms"));
    QCOMPARE(RawClient(measure.port()).ask(request("GET", 0)).status, 504);
    QCOMPARE(client.ask("hello").status, 200);
    QCOMPARE(upstream.connections(), 1);
}

void TestUpstreamRetries::wholeAnswersKeepTheirConnection()
{
    RecordingUpstream upstream(troubled(Trouble::Answers503, times(2)));
    GatewayFixture gateway(spec({upstream.port()}, "attempts: 2, on: [\"503\"]"));
    RawClient client(gateway.port());
    QCOMPARE(client.ask(request("GET", 0)).status, 200);
    QCOMPARE(upstream.requests().size(), std::size_t{3});
    QCOMPARE(upstream.connections(), 1);
}

void TestUpstreamRetries::closedBeforeUse()
{
    // An upstream that closes what is idle, without having said so. Its end is there when the next request
    // comes, though the gateway may not have been told yet: no client sees anything of it, also with POST.
    std::atomic<int> closed = 0;
    RecordingUpstream upstream([&](UpstreamPeer& peer) {
        peer.next();
        peer.send(kOk);
        peer.close();
        ++closed;
    });
    GatewayFixture gateway(GatewayFixture::spec(upstream.port()));
    RawClient client(gateway.port());
    constexpr int kRounds = 100;
    for (int i = 0; i < kRounds; ++i) {
        QCOMPARE(client.ask(request("POST", 5)).status, 200);
        while (closed <= i)
            std::this_thread::yield();
    }
    QCOMPARE(upstream.requests().size(), std::size_t{kRounds}); // none twice
}

void TestUpstreamRetries::budgetWindow()
{
    RetryBudget budget;
    const Clock::Steady start{1000s};
    const auto taken = [&budget](double share, Clock::Steady now) {
        int count = 0;
        while (budget.take(share, now))
            ++count;
        return count;
    };
    QCOMPARE(taken(0, start), 0);
    QCOMPARE(taken(0.2, start), 10); // one a second
    QCOMPARE(taken(0.2, start + 9s), 0);
    QCOMPARE(taken(0.2, start + 10s), 10); // the window has gone on
    for (int i = 0; i < 200; ++i)
        budget.requestBegan(start + 12s);
    QCOMPARE(taken(0.2, start + 12s), 30); // 40, of which 10 are spent
    QCOMPARE(taken(0.2, start + 100s), 10);
}

void TestUpstreamRetries::backOff()
{
    QVERIFY(RetryPolicy::backOff(1, 0) == 12'500us);
    QVERIFY(RetryPolicy::backOff(1, 1) == 25ms);
    QVERIFY(RetryPolicy::backOff(2, 1) == 50ms);
    QVERIFY(RetryPolicy::backOff(4, 1) == 200ms);
    QVERIFY(RetryPolicy::backOff(5, 1) == 250ms);
    QVERIFY(RetryPolicy::backOff(10, 1) == 250ms);
    QVERIFY(RetryPolicy::backOff(10, 0) == 125ms);
}

QTEST_GUILESS_MAIN(TestUpstreamRetries)
#include "tst_upstream_retries.moc"

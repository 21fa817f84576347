#include "gateway/event/deadline_sweep.h"
#include "tests/support/gateway/gateway_fixture.h"
#include "tests/support/gateway/secured_listener.h"
#include "tests/support/raw_client.h"
#include "tests/support/recording_upstream.h"
#include "tests/support/tls_peer.h"

#include <QTest>
#include <QTimer>

#include <unistd.h>

#include <thread>

using namespace postern;
using namespace postern::test;

namespace {

const std::string kGet = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

std::string ok(const std::string& body)
{
    return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

/// Stands in for `requestId`: pauses each request until the test lets it go on.
class PausingPolicy final : public Policy
{
public:
    explicit PausingPolicy(std::vector<Resumption>& waiting) : m_waiting(waiting) {}
    Phases phases() const override { return Phase::Decide; }
    Decision decide(PolicyContext& context) override
    {
        m_waiting.push_back(context.resumption());
        return Decision::pause();
    }

private:
    std::vector<Resumption>& m_waiting;
};

class CompiledPausing final : public CompiledPolicy
{
public:
    explicit CompiledPausing(std::vector<Resumption>& waiting) : m_waiting(waiting) {}
    std::unique_ptr<Policy> createForWorker() const override
    {
        return std::make_unique<PausingPolicy>(m_waiting);
    }

private:
    std::vector<Resumption>& m_waiting;
};

constexpr const char* kPausing = "  policies: [{name: id, type: requestId, config: {}}]\n";

} // namespace

/// Reload, drain, limits of connections, paused policies.
class TestProxyLifecycle : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void requestKeepsTheConfigurationItBeganWith();
    void poolsOfUnchangedUpstreamsStay();
    void reloadsUnderLoadLoseNothing();
    void drainLetsRequestsEnd();
    void drainWaitsForWhoHasJustComeIn();
    void drainEndsAfterADownload_data();
    void drainEndsAfterADownload();
    void announcedDrainClosesAfterTheAnswer();
    void cutEndsWhatIsLeft();
    void idleConnectionsAreClosed();
    void requestAtTheLastMomentIsServed_data();
    void requestAtTheLastMomentIsServed();
    void connectionsBeyondTheLimitWait();
    void pausedRequestGoesOn();
    void pausedRequestIsRefused();
    void pausedRequestTimesOut();
    void clientLeavesAPausedRequest();
    void bodyPolicyRefusesMidway();
};

void TestProxyLifecycle::requestKeepsTheConfigurationItBeganWith()
{
    Gate mayAnswer;
    RecordingUpstream before([&](UpstreamPeer& peer) {
        peer.next();
        mayAnswer.wait();
        peer.send(ok("before"));
        peer.next();
    });
    RecordingUpstream after(RecordingUpstream::answering(ok("after")));
    GatewayFixture gateway(GatewayFixture::spec(before.port()));
    RawClient client(gateway.port());
    QVERIFY(client.send(kGet));
    QTRY_COMPARE(before.requests().size(), std::size_t{1});
    gateway.apply(GatewayFixture::spec(after.port()));
    RawClient other(gateway.port());
    QCOMPARE(other.ask(kGet).body, std::string("after"));
    mayAnswer.open();
    QCOMPARE(client.receive().body, std::string("before"));
    QCOMPARE(client.ask(kGet).body, std::string("after")); // on the same connection
}

void TestProxyLifecycle::poolsOfUnchangedUpstreamsStay()
{
    RecordingUpstream upstream;
    GatewayFixture gateway(GatewayFixture::spec(upstream.port()));
    RawClient client(gateway.port());
    QCOMPARE(client.ask(kGet).status, 200);
    gateway.apply(GatewayFixture::spec(upstream.port(), "3s"));
    QCOMPARE(client.ask(kGet).status, 200);
    QCOMPARE(upstream.connections(), 1);
}

void TestProxyLifecycle::reloadsUnderLoadLoseNothing()
{
    RecordingUpstream one;
    RecordingUpstream two;
    GatewayFixture gateway(GatewayFixture::spec(one.port()));
    std::atomic<bool> stop = false;
    std::atomic<int> good = 0;
    std::atomic<int> bad = 0;
    std::vector<std::thread> clients;
    for (int i = 0; i < 4; ++i) {
        clients.emplace_back([&] {
            RawClient client(gateway.port());
            while (!stop)
                ++(client.ask(kGet).status == 200 ? good : bad);
        });
    }
    for (int i = 0; i < 200; ++i)
        gateway.apply(GatewayFixture::spec(i % 2 ? one.port() : two.port()));
    QTRY_VERIFY(good > 500);
    stop = true;
    for (std::thread& client : clients)
        client.join();
    QCOMPARE(bad.load(), 0);
    // Counts of earlier configurations are carried on.
    const auto counted = [&] {
        const auto value = gateway.metric(
            "postern_requests_total{api=\"payments/accounts\",route=\"all\",method=\"GET\",code=\"200\"}");
        return static_cast<int>(value.value_or(0));
    };
    QTRY_COMPARE(counted(), good.load()); // the last one is counted after its client has it
}

void TestProxyLifecycle::drainLetsRequestsEnd()
{
    Gate mayAnswer;
    RecordingUpstream upstream([&](UpstreamPeer& peer) {
        while (peer.next()) {
            mayAnswer.wait();
            peer.send(ok("done"));
        }
    });
    GatewayFixture gateway(GatewayFixture::spec(upstream.port()));
    RawClient idle(gateway.port());
    RawClient busy(gateway.port());
    QVERIFY(busy.send(kGet));
    QTRY_COMPARE(upstream.requests().size(), std::size_t{1});
    QTRY_COMPARE(gateway.run([](ProxyWorker& worker) { return worker.connections(); }), std::size_t{2});
    std::atomic<bool> drained = false;
    gateway.run([&](ProxyWorker& worker) { worker.drain([&] { drained = true; }); });
    QVERIFY(idle.isClosedByPeer());
    QVERIFY(!drained);
    mayAnswer.open();
    const RawResponse response = busy.receive();
    QCOMPARE(response.body, std::string("done"));
    QCOMPARE(response.header("connection"), std::string("close"));
    QVERIFY(busy.isClosedByPeer());
    busy.close();
    QTRY_VERIFY(drained);
    QVERIFY(!RawClient(gateway.port()).isConnected());
}

void TestProxyLifecycle::drainWaitsForWhoHasJustComeIn()
{
    RecordingUpstream upstream;
    GatewayFixture gateway(GatewayFixture::spec(upstream.port()));
    RawClient asked(gateway.port());
    QCOMPARE(asked.ask(kGet).status, 200);
    RawClient fresh(gateway.port());
    RawClient silent(gateway.port());
    QTRY_COMPARE(gateway.run([](ProxyWorker& worker) { return worker.connections(); }), std::size_t{3});
    std::atomic<bool> drained = false;
    gateway.run([&](ProxyWorker& worker) { worker.drain([&] { drained = true; }); });
    QVERIFY(asked.isClosedByPeer());
    // Its request was on the way, far away.
    const RawResponse response = fresh.ask(kGet);
    QCOMPARE(response.status, 200);
    QCOMPARE(response.header("connection"), std::string("close"));
    fresh.close();
    QVERIFY(silent.isClosedByPeer()); // not waited for, for ever
    QTRY_VERIFY(drained);
}

void TestProxyLifecycle::drainEndsAfterADownload_data()
{
    QTest::addColumn<bool>("asksMore");
    QTest::addRow("and nothing more") << false;
    QTest::addRow("and one request more") << true;
}

/// Its head, sent before the drain, has promised a connection that stays.
void TestProxyLifecycle::drainEndsAfterADownload()
{
    QFETCH(bool, asksMore);
    Gate mayEnd;
    RecordingUpstream upstream([&](UpstreamPeer& peer) {
        peer.next();
        peer.send("HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nhalf");
        mayEnd.wait();
        peer.send("half");
        while (peer.next())
            peer.send(ok("more"));
    });
    GatewayFixture gateway(GatewayFixture::spec(upstream.port(), "5s", "  limits: {idleTimeout: 1h}\n"));
    RawClient client(gateway.port());
    QVERIFY(client.send(kGet));
    std::string bytes = client.receiveBytes(1);
    std::atomic<bool> drained = false;
    gateway.run([&](ProxyWorker& worker) { worker.drain([&] { drained = true; }); });
    mayEnd.open();
    while (!bytes.ends_with("halfhalf")) {
        const std::string more = client.receiveBytes(1);
        QVERIFY(!more.empty());
        bytes += more;
    }
    QVERIFY(!drained);
    if (asksMore)
        QCOMPARE(client.ask(kGet).header("connection"), std::string("close"));
    QVERIFY(client.isClosedByPeer());
    client.close();
    QTRY_VERIFY(drained);
}

void TestProxyLifecycle::announcedDrainClosesAfterTheAnswer()
{
    RecordingUpstream upstream;
    GatewayFixture gateway(GatewayFixture::spec(upstream.port()));
    RawClient client(gateway.port());
    QVERIFY(client.ask(kGet).header("connection").empty());
    gateway.run([](ProxyWorker& worker) { worker.announceDrain(); });
    QCOMPARE(client.ask(kGet).header("connection"), std::string("close"));
    QVERIFY(client.isClosedByPeer());
    QCOMPARE(RawClient(gateway.port()).ask(kGet).status, 200); // still served
}

void TestProxyLifecycle::cutEndsWhatIsLeft()
{
    RecordingUpstream upstream([](UpstreamPeer& peer) {
        peer.next();
        peer.next(); // never answers
    });
    GatewayFixture gateway(GatewayFixture::spec(upstream.port(), "0s"));
    RawClient client(gateway.port());
    QVERIFY(client.send(kGet));
    QTRY_COMPARE(upstream.requests().size(), std::size_t{1});
    std::atomic<bool> drained = false;
    gateway.run([&](ProxyWorker& worker) { worker.drain([&] { drained = true; }); });
    gateway.run([](ProxyWorker& worker) { worker.cut(); });
    QVERIFY(drained);
    QVERIFY(client.isClosedByPeer());
    QCOMPARE(gateway.waitForLog(1).value(u"ended").toString(), QStringLiteral("drained"));
}

void TestProxyLifecycle::idleConnectionsAreClosed()
{
    RecordingUpstream upstream;
    GatewayFixture gateway(GatewayFixture::spec(upstream.port(), "5s", "  limits: {idleTimeout: 100ms}\n"));
    RawClient client(gateway.port());
    QCOMPARE(client.ask(kGet).status, 200);
    QVERIFY(client.isClosedByPeer());
    std::ignore = gateway.waitForLog(1);
    QCOMPARE(gateway.log().size(), 1); // the end is no request
}

void TestProxyLifecycle::requestAtTheLastMomentIsServed_data()
{
    QTest::addColumn<bool>("secured");
    QTest::addRow("plain") << false;
    QTest::addRow("TLS") << true;
}

/// What has come when the idle time ends, and was not seen yet.
void TestProxyLifecycle::requestAtTheLastMomentIsServed()
{
    QFETCH(bool, secured);
    RecordingUpstream upstream;
    const QByteArray spec = GatewayFixture::spec(upstream.port(), "5s", "  limits: {idleTimeout: 200ms}\n");
    GatewayFixture gateway(secured ? securedListener() + spec : spec, builtPolicies(),
                           secured ? securedListenerContexts() : TlsContexts());
    RawClient client(gateway.port());
    std::optional<TlsPeer> tls;
    if (secured)
        tls.emplace(::dup(client.fd()), TlsPeer::Role::Client, TlsPeerSettings());
    const auto ask = [&] { return secured ? tls->send(kGet) : client.send(kGet); };
    const auto isAnswered = [&] {
        if (!secured)
            return client.receive().status == 200;
        tls->received().clear();
        return tls->readUntil(10) && tls->received().starts_with("HTTP/1.1 200") &&
               QTest::qWaitFor([&] { return tls->read(), tls->received().ends_with("ok"); });
    };
    QVERIFY(!secured || tls->connect());
    QVERIFY(ask());
    QVERIFY(isAnswered());
    // The worker is busy with something else from before the request comes until after the idle time's end:
    // what it looks at next is the time.
    const bool asked = gateway.run([&](ProxyWorker&) {
        const bool sent = ask();
        std::this_thread::sleep_for(std::chrono::milliseconds(200) + 3 * DeadlineSweep::kTick);
        return sent;
    });
    QVERIFY(asked);
    QVERIFY(isAnswered());
    QCOMPARE(upstream.requests().size(), std::size_t{2});
}

void TestProxyLifecycle::connectionsBeyondTheLimitWait()
{
    RecordingUpstream upstream;
    GatewayFixture gateway(GatewayFixture::spec(upstream.port(), "5s", "  limits: {connections: 2}\n"));
    RawClient first(gateway.port());
    RawClient second(gateway.port());
    QCOMPARE(first.ask(kGet).status, 200);
    QCOMPARE(second.ask(kGet).status, 200);
    RawClient third(gateway.port());
    QVERIFY(third.isConnected()); // in the backlog
    QVERIFY(third.send(kGet));
    QCOMPARE(first.ask(kGet).status, 200);
    QCOMPARE(gateway.run([](ProxyWorker& worker) { return worker.connections(); }), std::size_t{2});
    second.close();
    QCOMPARE(third.receive().status, 200);
}

void TestProxyLifecycle::pausedRequestGoesOn()
{
    std::vector<Resumption> waiting; // on the worker's thread
    PolicyRegistry registry;
    registry.add(QStringLiteral("requestId"),
                 [&](const EffectivePolicy&,
                     const PolicyEnvironment&) -> Result<std::shared_ptr<const CompiledPolicy>> {
                     return std::make_shared<CompiledPausing>(waiting);
                 });
    RecordingUpstream upstream;
    GatewayFixture gateway(GatewayFixture::spec(upstream.port(), "5s", kPausing), registry);
    RawClient client(gateway.port());
    QVERIFY(client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello" + kGet));
    for (int i = 0; i < 2; ++i) {
        QTRY_COMPARE(gateway.run([&](ProxyWorker&) { return waiting.size(); }), std::size_t{1});
        QCOMPARE(upstream.requests().size(), static_cast<std::size_t>(i));
        gateway.run([&](ProxyWorker&) {
            waiting.front().resume(Decision::allow());
            waiting.clear();
        });
        QCOMPARE(client.receive().status, 200);
    }
    QCOMPARE(upstream.requests().at(0).body, std::string("hello"));
}

void TestProxyLifecycle::pausedRequestIsRefused()
{
    std::vector<Resumption> waiting;
    PolicyRegistry registry;
    registry.add(QStringLiteral("requestId"),
                 [&](const EffectivePolicy&,
                     const PolicyEnvironment&) -> Result<std::shared_ptr<const CompiledPolicy>> {
                     return std::make_shared<CompiledPausing>(waiting);
                 });
    RecordingUpstream upstream;
    GatewayFixture gateway(GatewayFixture::spec(upstream.port(), "5s", kPausing), registry);
    RawClient client(gateway.port());
    QVERIFY(client.send(kGet));
    QTRY_COMPARE(gateway.run([&](ProxyWorker&) { return waiting.size(); }), std::size_t{1});
    gateway.run([&](ProxyWorker&) {
        Problem problem;
        problem.status = 403;
        problem.reason = "denied";
        waiting.front().resume(Decision::deny(std::move(problem)));
        waiting.clear();
    });
    QCOMPARE(client.receive().status, 403);
    QCOMPARE(upstream.bytes(), std::string());
    QCOMPARE(gateway.waitForLog(1).value(u"decisions").toObject().value(u"id").toString(),
             QStringLiteral("deny"));
}

void TestProxyLifecycle::pausedRequestTimesOut()
{
    std::vector<Resumption> waiting;
    PolicyRegistry registry;
    registry.add(QStringLiteral("requestId"),
                 [&](const EffectivePolicy&,
                     const PolicyEnvironment&) -> Result<std::shared_ptr<const CompiledPolicy>> {
                     return std::make_shared<CompiledPausing>(waiting);
                 });
    RecordingUpstream upstream;
    GatewayFixture gateway(GatewayFixture::spec(upstream.port(), "100ms", kPausing), registry);
    RawClient client(gateway.port());
    QCOMPARE(client.ask(kGet).status, 504);
    gateway.run([&](ProxyWorker&) { waiting.front().resume(Decision::allow()); }); // too late, and harmless
    QCOMPARE(upstream.bytes(), std::string());
    gateway.run([&](ProxyWorker&) { waiting.clear(); });
}

void TestProxyLifecycle::clientLeavesAPausedRequest()
{
    std::vector<Resumption> waiting;
    PolicyRegistry registry;
    registry.add(QStringLiteral("requestId"),
                 [&](const EffectivePolicy&,
                     const PolicyEnvironment&) -> Result<std::shared_ptr<const CompiledPolicy>> {
                     return std::make_shared<CompiledPausing>(waiting);
                 });
    RecordingUpstream upstream;
    GatewayFixture gateway(GatewayFixture::spec(upstream.port(), "5s", kPausing), registry);
    RawClient client(gateway.port());
    QVERIFY(client.send(kGet));
    QTRY_COMPARE(gateway.run([&](ProxyWorker&) { return waiting.size(); }), std::size_t{1});
    client.reset();
    QCOMPARE(gateway.waitForLog(1).value(u"code").toInt(), 499);
    gateway.run([&](ProxyWorker&) {
        QVERIFY(!waiting.front().alive());
        waiting.front().resume(Decision::allow());
        waiting.clear();
    });
    QCOMPARE(upstream.bytes(), std::string());
}

void TestProxyLifecycle::bodyPolicyRefusesMidway()
{
    Gate headArrived;
    RecordingUpstream upstream([&](UpstreamPeer& peer) {
        peer.nextHead();
        headArrived.open();
        while (!peer.receive().empty()) {
        }
    });
    GatewayFixture gateway(GatewayFixture::spec(
        upstream.port(), "5s", "  policies: [{name: size, type: requestSize, config: {maxBody: 8B}}]\n"));
    RawClient client(gateway.port());
    QVERIFY(client.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"));
    QVERIFY(headArrived.wait());
    const RawResponse response = client.ask("5\r\nworld\r\n0\r\n\r\n");
    QCOMPARE(response.status, 413);
    QVERIFY(upstream.bytes().find("\r\n0\r\n") == std::string::npos);
    QVERIFY(upstream.bytes().find("world") == std::string::npos);
    QCOMPARE(gateway.waitForLog(1).value(u"decisions").toObject().value(u"size").toString(),
             QStringLiteral("deny"));
}

QTEST_GUILESS_MAIN(TestProxyLifecycle)
#include "tst_proxy_lifecycle.moc"

#include "gateway/proxy/http2_upstream_pool.h"
#include "gateway/proxy/http2_upstream_stream.h"
#include "gateway/proxy/worker_context.h"
#include "models/document/upstream.h"
#include "tests/support/epoll_thread.h"
#include "tests/support/fake_clock.h"
#include "tests/support/http2_upstream.h"

using namespace postern;
using namespace postern::test;
using namespace std::chrono_literals;

namespace {

/// A GET, and what became of it.
class Asker final : public UpstreamStreamObserver
{
public:
    Asker(WorkerContext& context, const WorkerUpstream& upstream, Freshness freshness = Freshness::Any,
          const BalancerHint& hint = {})
        : m_stream(context, *this)
    {
        m_request.methodToken = "GET";
        m_request.target.pathAndQuery = "/";
        m_request.host = "a";
        begun = m_stream.begin(upstream, m_request, {.hint = hint, .freshness = freshness});
        if (begun == UpstreamStream::Begun::Ready)
            streamReady();
    }
    [[nodiscard]] UpstreamStream& stream() { return m_stream; }

    void streamReady() override { m_stream.send({{}, true}); }
    bool takesResponse() const override { return true; }
    [[nodiscard]] bool reserve(std::size_t) override { return true; }
    void streamHead(ResponseHead& head, const Payload& payload) override
    {
        status = head.status;
        isWhole = payload.last;
    }
    void streamBody(const Payload& payload) override { isWhole = payload.last; }
    void streamFailed(const AttemptFailure& why) override { failure = why; }
    void streamSettled() override { ++settled; }

    UpstreamStream::Begun begun{};
    int status = 0;
    bool isWhole = false;
    std::optional<AttemptFailure> failure;
    int settled = 0;

private:
    RequestHead m_request;
    Http2UpstreamStream m_stream;
};

} // namespace

/// What takes time, with a clock that the test moves.
class TestHttp2UpstreamPool : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void silentUpstreamIsAsked();
    void deadUpstreamIsGivenUp();
    void waitersShareOneConnection();
    void unusedSessionsEnd();
    void theLeavingFinish();
    void usedSessionsWillDoWhereNoneCanBeMade();
    void drainingSessionsDoNotCount_data();
    void drainingSessionsDoNotCount();
    void fullPoolGoesWhereItIsTo_data();
    void fullPoolGoesWhereItIsTo();
    void fullPoolSharesWhereNoneIsBetter_data();
    void fullPoolSharesWhereNoneIsBetter();

private:
    WorkerUpstream upstreamAt(std::initializer_list<quint16> ports, std::size_t maxConnections = 4,
                              std::chrono::milliseconds maxAge = 0s, Balancer balancer = Balancer::RoundRobin)
    {
        UpstreamSettings settings;
        settings.name = "app";
        settings.protocol = UpstreamProtocol::Http2Cleartext;
        settings.balancer = balancer;
        settings.connectTimeout = 5s;
        settings.idleTimeout = 55s;
        settings.maxConnections = maxConnections;
        settings.maxConnectionAge = maxAge;
        settings.maxPending = 4;
        WorkerUpstream upstream;
        upstream.pool =
            std::make_shared<UpstreamPool>(m_context.poolEnvironment(), settings, directory(ports));
        upstream.http2 = std::make_shared<Http2UpstreamPool>(m_context, upstream.pool);
        return upstream;
    }
    static std::shared_ptr<UpstreamDirectory> directory(std::initializer_list<quint16> ports)
    {
        std::vector<EndpointSettings> endpoints;
        for (const quint16 port : ports)
            endpoints.push_back({*SocketAddress::parse(QStringLiteral("127.0.0.1:%1").arg(port)), 1,
                                 "an endpoint, " + std::to_string(endpoints.size())});
        return std::make_shared<UpstreamDirectory>(endpoints);
    }
    void pass(std::chrono::nanoseconds time)
    {
        m_clock.advance(time);
        m_context.deadlines.sweep();
    }

    FakeClock m_clock;
    WorkerTelemetry m_telemetry{nullptr};
    WorkerContext m_context{epollDispatcher(), m_clock, m_telemetry, 1};
};

void TestHttp2UpstreamPool::silentUpstreamIsAsked()
{
    Gate go;
    Http2Upstream upstream([&](Http2Peer& peer) {
        peer.greet();
        const auto request = peer.nextRequest();
        while (!go.isOpen() && peer.next()) { // acknowledges PINGs
        }
        peer.answer(request->stream);
        peer.next();
    });
    const WorkerUpstream worker = upstreamAt({upstream.port()});
    Asker asker(m_context, worker);
    QTRY_COMPARE(upstream.requests().size(), std::size_t{1});
    pass(9s);
    QCOMPARE(upstream.pings(), 0);
    pass(2s);
    QTRY_COMPARE(upstream.pings(), 1);
    QTRY_VERIFY(worker.http2->sessions() == 1 && !asker.failure);
    QTest::qWait(1); // the acknowledgement comes in
    for (int i = 2; i < 6; ++i) {
        pass(4s);
        pass(7s); // it was heard of: asked again, not given up
        QTRY_VERIFY(upstream.pings() >= i);
        QTRY_VERIFY(!asker.failure);
        QTest::qWait(1);
    }
    go.open();
    pass(11s); // one more PING wakes the peer
    QTRY_VERIFY(asker.isWhole);
    QVERIFY(!asker.failure);
    QVERIFY(asker.settled > 0);
}

void TestHttp2UpstreamPool::deadUpstreamIsGivenUp()
{
    Gate over;
    Http2Upstream upstream([&](Http2Peer& peer) {
        peer.greet();
        peer.nextRequest();
        over.wait(); // reads nothing, says nothing
    });
    const WorkerUpstream worker = upstreamAt({upstream.port()});
    Asker asker(m_context, worker);
    QTRY_COMPARE(upstream.requests().size(), std::size_t{1});
    pass(11s);
    QVERIFY(!asker.failure);
    const int before = asker.settled;
    pass(6s);
    QVERIFY(asker.failure);
    QVERIFY(asker.failure->kind == AttemptFailure::Kind::Timeout);
    QVERIFY(asker.failure->delivery == AttemptFailure::Delivery::Unknown);
    QCOMPARE(asker.settled, before + 1);
    QCOMPARE(worker.http2->sessions(), std::size_t{0});
    over.open();
}

void TestHttp2UpstreamPool::waitersShareOneConnection()
{
    Http2Upstream upstream;
    const WorkerUpstream worker = upstreamAt({upstream.port()});
    std::vector<std::unique_ptr<Asker>> askers;
    for (int i = 0; i < 10; ++i) // all of them before the connection is there
        askers.push_back(std::make_unique<Asker>(m_context, worker));
    QCOMPARE(worker.http2->sessions(), std::size_t{1});
    askers[3].reset(); // one leaves while it waits
    askers[0].reset(); // and the one for whom it was opened
    for (const auto& asker : askers)
        QTRY_VERIFY(!asker || asker->isWhole);
    QCOMPARE(upstream.connections(), 1);
    QCOMPARE(upstream.requests().size(), std::size_t{8});
}

void TestHttp2UpstreamPool::unusedSessionsEnd()
{
    Http2Upstream upstream;
    const WorkerUpstream worker = upstreamAt({upstream.port()});
    {
        Asker asker(m_context, worker);
        QTRY_VERIFY(asker.isWhole);
    }
    pass(50s);
    QCOMPARE(worker.http2->sessions(), std::size_t{1});
    pass(10s);
    QCOMPARE(worker.http2->sessions(), std::size_t{0});
    QCOMPARE(upstream.pings(), 0); // nothing was owed
    QTRY_COMPARE(upstream.goAways().size(), std::size_t{1});
}

void TestHttp2UpstreamPool::theLeavingFinish()
{
    Gate go;
    Http2Upstream old([&](Http2Peer& peer) {
        peer.greet();
        const auto request = peer.nextRequest();
        go.wait();
        peer.answer(request->stream);
        peer.next();
    });
    Http2Upstream young;
    const WorkerUpstream worker = upstreamAt({old.port()});
    Asker first(m_context, worker);
    QTRY_COMPARE(old.requests().size(), std::size_t{1});
    worker.pool->follow(directory({young.port()}));
    Asker second(m_context, worker);
    QTRY_VERIFY(second.isWhole);
    QCOMPARE(young.requests().size(), std::size_t{1});
    go.open();
    QTRY_VERIFY(first.isWhole);
    QTRY_COMPARE(worker.http2->sessions(), std::size_t{1}); // the old one ended with its last request
}

void TestHttp2UpstreamPool::usedSessionsWillDoWhereNoneCanBeMade()
{
    Gate go;
    Http2Upstream upstream([&](Http2Peer& peer) {
        peer.greet();
        std::int32_t endless = 0;
        for (int i = 0; const auto request = peer.nextRequest(); ++i) {
            if (i == 1)
                endless = request->stream;
            else
                peer.answer(request->stream);
        }
        peer.answer(endless);
    });
    const WorkerUpstream worker = upstreamAt({upstream.port()}, 1);
    Asker first(m_context, worker);
    QTRY_VERIFY(first.isWhole); // the session was used
    Asker endless(m_context, worker);
    QTRY_COMPARE(upstream.requests().size(), std::size_t{2});
    Asker fresh(m_context, worker, Freshness::New);
    Asker behind(m_context, worker);
    QTRY_VERIFY(behind.isWhole);
    QTRY_VERIFY(fresh.isWhole);
    QVERIFY(!endless.isWhole);
    QCOMPARE(upstream.connections(), 1);
}

void TestHttp2UpstreamPool::drainingSessionsDoNotCount_data()
{
    QTest::addColumn<bool>("says");
    QTest::addRow("GOAWAY") << true;
    QTest::addRow("age") << false;
}

/// One connection is allowed, and each is kept by a stream without end as it drains.
void TestHttp2UpstreamPool::drainingSessionsDoNotCount()
{
    QFETCH(bool, says);
    Gate over;
    Http2Upstream upstream([&](Http2Peer& peer) {
        peer.greet();
        const auto request = peer.nextRequest();
        peer.sendHead(request->stream, {{":status", "200"}});
        if (says)
            peer.sendGoAway(request->stream, NGHTTP2_NO_ERROR);
        over.wait();
    });
    const WorkerUpstream worker = upstreamAt({upstream.port()}, 1, says ? 0s : 8s);
    std::vector<std::unique_ptr<Asker>> endless;
    for (int i = 0; i < 2; ++i) {
        endless.push_back(std::make_unique<Asker>(m_context, worker));
        QTRY_COMPARE(endless.back()->status, 200);
        if (!says)
            pass(9s); // before a silent upstream is asked
        // Once it drains, a further one has to wait: for a connection, or for the end of one.
        QTRY_VERIFY(Asker(m_context, worker).begun == UpstreamStream::Begun::Waiting);
    }
    QCOMPARE(worker.pool->connections(), std::size_t{2}); // as many again, and no more
    QCOMPARE(upstream.connections(), 2);
    over.open();
}

void TestHttp2UpstreamPool::fullPoolGoesWhereItIsTo_data()
{
    QTest::addColumn<QString>("why"); // the second stream may not go over the first one's session
    QTest::addRow("its endpoint is set aside") << QStringLiteral("unwell");
    QTest::addRow("the hash wants the other") << QStringLiteral("hash");
    QTest::addRow("it was tried before") << QStringLiteral("avoid");
}

/// One connection is allowed, and is there, at the wrong endpoint: it makes way, and what it carries goes on.
void TestHttp2UpstreamPool::fullPoolGoesWhereItIsTo()
{
    QFETCH(QString, why);
    Gate go;
    Http2Upstream wrong([&](Http2Peer& peer) {
        peer.greet();
        const auto request = peer.nextRequest();
        go.wait();
        peer.answer(request->stream);
        peer.next();
    });
    Http2Upstream right;
    const WorkerUpstream worker =
        upstreamAt({wrong.port(), right.port()}, 1, 0s,
                   why == u"hash" ? Balancer::ConsistentHash : Balancer::RoundRobin);
    const auto endpoints = directory({wrong.port(), right.port()});
    worker.pool->follow(endpoints);
    const auto hashFor = [&](EndpointId id) {
        std::uint64_t hash = 0;
        while (worker.pool->choose({.hash = hash, .avoid = {}})->id() != id)
            ++hash;
        return hash;
    };
    static constexpr std::array<EndpointId, 1> kTried{0};
    const bool isByHash = why == u"hash";
    Asker endless(m_context, worker, Freshness::Any,
                  {.hash = isByHash ? std::optional(hashFor(0)) : std::nullopt, .avoid = {}});
    QTRY_COMPARE(wrong.requests().size(), std::size_t{1});
    if (why == u"unwell")
        endpoints->entries()[0].health->checked(false, m_clock.steady());
    BalancerHint hint;
    if (isByHash)
        hint.hash = hashFor(1);
    if (why == u"avoid")
        hint.avoid = kTried;
    Asker other(m_context, worker, Freshness::Any, hint);
    QTRY_VERIFY(other.isWhole);
    QCOMPARE(right.requests().size(), std::size_t{1});
    QCOMPARE(worker.http2->sessions(), std::size_t{2}); // one drains, and no more than that
    go.open();
    QTRY_VERIFY(endless.isWhole);
    QTRY_COMPARE(worker.http2->sessions(), std::size_t{1});
    QCOMPARE(wrong.requests().size(), std::size_t{1});
}

void TestHttp2UpstreamPool::fullPoolSharesWhereNoneIsBetter_data()
{
    QTest::addColumn<bool>("well"); // both endpoints, or neither
    QTest::addRow("both are well") << true;
    QTest::addRow("neither is") << false;
}

/// Nothing is closed and opened for each request.
void TestHttp2UpstreamPool::fullPoolSharesWhereNoneIsBetter()
{
    QFETCH(bool, well);
    Http2Upstream one;
    Http2Upstream two;
    const WorkerUpstream worker = upstreamAt({one.port(), two.port()}, 1);
    const auto endpoints = directory({one.port(), two.port()});
    worker.pool->follow(endpoints);
    for (const auto& entry : endpoints->entries())
        entry.health->checked(well, m_clock.steady());
    std::vector<std::unique_ptr<Asker>> askers;
    for (int i = 0; i < 6; ++i) // the second one while the connection is being made
        askers.push_back(std::make_unique<Asker>(m_context, worker));
    for (const auto& asker : askers)
        QTRY_VERIFY(asker->isWhole);
    Asker last(m_context, worker);
    QTRY_VERIFY(last.isWhole);
    QCOMPARE(one.connections() + two.connections(), 1);
}

int main(int argc, char** argv) { return runUnderEpoll<TestHttp2UpstreamPool>(argc, argv); }
#include "tst_http2_upstream_pool.moc"

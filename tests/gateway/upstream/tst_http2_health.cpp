// Health checks of upstreams that speak HTTP/2: EndpointProbe and Http2Question, against servers that do what
// they are told, and what they are not.
#include "gateway/tls/tls_client_context.h"
#include "gateway/upstream/health_checker.h"
#include "gateway/upstream/upstream_directory.h"
#include "tests/support/epoll_thread.h"
#include "tests/support/fake_clock.h"
#include "tests/support/http2_upstream.h"
#include "tests/support/tls_front.h"

#include <QTest>

using namespace postern;
using namespace postern::test;
using namespace std::chrono_literals;
using namespace std::string_literals;

namespace {

using Act = std::function<void(Http2Peer&, std::int32_t stream)>;

struct Case
{
    const char* name;
    HealthCheckType type;
    Act act;
    const char* fault; ///< empty: it is well
};

const Http2Fields kGrpcHead{{":status", "200"}, {"content-type", "application/grpc"}};
const std::string kServing = "\0\0\0\0\2\x08\1"s;
const std::string kNotServing = "\0\0\0\0\2\x08\2"s;

/// An answer of gRPC: its message, then \a trailers.
Act grpc(const std::string& body, const Http2Fields& trailers)
{
    return [=](Http2Peer& peer, std::int32_t stream) {
        peer.sendHead(stream, kGrpcHead);
        if (!body.empty())
            peer.sendData(stream, body, false);
        peer.sendHead(stream, trailers, true);
    };
}

/// A head, and the end.
Act head(const Http2Fields& fields)
{
    return [=](Http2Peer& peer, std::int32_t stream) { peer.sendHead(stream, fields, true); };
}

/// In answer to nothing, until the client has had enough.
Act endless(const std::function<bool(Http2Peer&, std::int32_t)>& send)
{
    return [=](Http2Peer& peer, std::int32_t stream) {
        while (send(peer, stream)) {
        }
    };
}

const std::vector<Case>& cases()
{
    constexpr auto Grpc = HealthCheckType::Grpc;
    constexpr auto Http = HealthCheckType::Http;
    static const std::vector<Case> all{
        {"SERVING", Grpc, grpc(kServing, {{"grpc-status", "0"}}), ""},
        {"SERVING, in pieces", Grpc,
         [](Http2Peer& peer, std::int32_t stream) {
             peer.sendHead(stream, kGrpcHead);
             for (const char byte : kServing)
                 peer.sendData(stream, std::string(1, byte), false);
             peer.sendHead(stream, {{"grpc-status", "0"}, {"grpc-message", ""}}, true);
         },
         ""},
        {"an interim answer first", Grpc,
         [](Http2Peer& peer, std::int32_t stream) {
             peer.sendHead(stream, {{":status", "103"}});
             grpc(kServing, {{"grpc-status", "0"}})(peer, stream);
         },
         ""},
        {"GOAWAY that leaves the question", Grpc,
         [](Http2Peer& peer, std::int32_t stream) {
             peer.sendGoAway(stream, NGHTTP2_NO_ERROR);
             grpc(kServing, {{"grpc-status", "0"}})(peer, stream);
         },
         ""},
        {"NOT_SERVING", Grpc, grpc(kNotServing, {{"grpc-status", "0"}}), "it answers NOT_SERVING"},
        {"SERVICE_UNKNOWN", Grpc, grpc("\0\0\0\0\2\x08\3"s, {{"grpc-status", "0"}}),
         "it answers SERVICE_UNKNOWN"},
        {"NOT_FOUND", Grpc,
         head({{":status", "200"}, {"content-type", "application/grpc"}, {"grpc-status", "5"}}),
         "it answers grpc-status 5"},
        {"UNIMPLEMENTED", Grpc,
         head({{":status", "200"}, {"content-type", "application/grpc"}, {"grpc-status", "12"}}),
         "it answers grpc-status 12"},
        {"SERVING, but a fault", Grpc, grpc(kServing, {{"grpc-status", "13"}}), "it answers grpc-status 13"},
        {"a status and no message", Grpc, grpc({}, {{"grpc-status", "0"}}),
         "what it answers is no health message"},
        {"trailers only, and no fault", Grpc,
         head({{":status", "200"}, {"content-type", "application/grpc"}, {"grpc-status", "0"}}),
         "what it answers is no health message"},
        {"no trailers", Grpc,
         [](Http2Peer& peer, std::int32_t stream) {
             peer.sendHead(stream, kGrpcHead);
             peer.sendData(stream, kServing, true);
         },
         "it answers without a grpc-status"},
        {"a status in the head is none", Grpc,
         [](Http2Peer& peer, std::int32_t stream) {
             peer.sendHead(stream, {{":status", "200"}, {"grpc-status", "0"}});
             peer.sendData(stream, kServing, true);
         },
         "it answers without a grpc-status"},
        {"two statuses", Grpc, grpc(kServing, {{"grpc-status", "0"}, {"grpc-status", "0"}}),
         "it answers without a grpc-status"},
        {"a status that is none", Grpc, grpc(kServing, {{"grpc-status", "0 "}}),
         "what it answers is no HTTP/2"},
        {"a status in letters", Grpc, grpc(kServing, {{"grpc-status", "OK"}}),
         "it answers without a grpc-status"},
        {"trailers that end nothing", Grpc,
         [](Http2Peer& peer, std::int32_t stream) {
             peer.sendHead(stream, kGrpcHead);
             peer.sendData(stream, kServing, false);
             peer.sendHead(stream, {{"grpc-status", "0"}}, false);
         },
         "what it answers is no HTTP/2"},
        {"503", Grpc, head({{":status", "503"}}), "it answers 503"},
        {"503 that says it serves", Grpc,
         [](Http2Peer& peer, std::int32_t stream) {
             peer.sendHead(stream, {{":status", "503"}});
             peer.sendData(stream, kServing, false);
             peer.sendHead(stream, {{"grpc-status", "0"}}, true);
         },
         "it answers 503"},
        {"204", Grpc, head({{":status", "204"}, {"grpc-status", "0"}}), "it answers 204"},
        {"a body without a head", Grpc,
         [](Http2Peer& peer, std::int32_t stream) { peer.sendData(stream, kServing, true); },
         "what it answers is no HTTP/2"},
        {"a head without a status", Grpc, head({{"grpc-status", "0"}}), "what it answers is no HTTP/2"},
        {"a message too long", Grpc,
         grpc("\0\0\0\x10\0\x08\1\x12\xfc\x1f"s + std::string(4092, 'x'), {{"grpc-status", "0"}}),
         "it answers too much"},
        {"a head too long", Grpc,
         head({{":status", "200"}, {"x", std::string(10'000, 'x')}, {"y", std::string(10'000, 'y')}}),
         "what it answers is no HTTP/2"},
        {"endless PINGs", Grpc, endless([](Http2Peer& peer, std::int32_t) {
             return peer.sendFrame(NGHTTP2_PING, 0, 0, "12345678");
         }),
         "it answers too much"},
        {"endless interim answers", Http, endless([](Http2Peer& peer, std::int32_t stream) {
             return peer.sendHead(stream, {{":status", "103"}, {"link", std::string(4000, 'x')}});
         }),
         "it answers too much"},
        {"reset", Grpc,
         [](Http2Peer& peer, std::int32_t stream) { peer.sendReset(stream, NGHTTP2_INTERNAL_ERROR); },
         "it resets the stream"},
        {"reset after the message", Grpc,
         [](Http2Peer& peer, std::int32_t stream) {
             peer.sendHead(stream, kGrpcHead);
             peer.sendData(stream, kServing, false);
             peer.sendReset(stream, NGHTTP2_NO_ERROR);
         },
         "it resets the stream"},
        {"GOAWAY", Grpc, [](Http2Peer& peer, std::int32_t) { peer.sendGoAway(0, NGHTTP2_NO_ERROR); },
         "it resets the stream"},
        {"the end", Grpc, [](Http2Peer& peer, std::int32_t) { peer.close(); }, "the connection ended"},
        {"the end after the message", Grpc,
         [](Http2Peer& peer, std::int32_t stream) {
             peer.sendHead(stream, kGrpcHead);
             peer.sendData(stream, kServing, false);
             peer.close();
         },
         "the connection ended"},
        {"HTTP/1.1", Grpc,
         [](Http2Peer& peer, std::int32_t) {
             peer.sendBytes("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
         },
         "what it answers is no HTTP/2"},
        {"a frame for no stream", Grpc,
         [](Http2Peer& peer, std::int32_t) { peer.sendData(7, kServing, true); },
         "what it answers is no HTTP/2"},
        {"garbage", Grpc,
         [](Http2Peer& peer, std::int32_t stream) {
             peer.sendFrame(NGHTTP2_HEADERS, NGHTTP2_FLAG_END_HEADERS, stream, "\xff\xff\xff\xff\xff\xff"s);
         },
         "what it answers is no HTTP/2"},
        {"GET: 200", Http, head({{":status", "200"}}), ""},
        {"GET: 204", Http, head({{":status", "204"}}), ""},
        {"GET: a body that never ends", Http,
         [](Http2Peer& peer, std::int32_t stream) {
             peer.sendHead(stream, {{":status", "200"}});
             peer.sendData(stream, "ok", false);
         },
         ""},
        {"GET: 302", Http, head({{":status", "302"}}), "it answers 302"},
        {"GET: 503", Http, head({{":status", "503"}}), "it answers 503"},
        {"GET: reset", Http,
         [](Http2Peer& peer, std::int32_t stream) { peer.sendReset(stream, NGHTTP2_REFUSED_STREAM); },
         "it resets the stream"},
    };
    return all;
}

/// Reads a question, acts, and stays until the client leaves.
Http2Upstream::Script acting(const Act& act)
{
    return [act](Http2Peer& peer) {
        if (!peer.greet())
            return;
        const auto request = peer.nextRequest();
        if (!request)
            return;
        act(peer, request->stream);
        while (peer.next()) {
        }
    };
}

Upstream upstreamOf(quint16 port, HealthCheckType type)
{
    Upstream upstream;
    upstream.name = QStringLiteral("app");
    upstream.protocol = UpstreamProtocol::Http2Cleartext;
    upstream.endpoints.push_back({QStringLiteral("127.0.0.1:%1").arg(port), 1});
    HealthCheck check;
    check.type = type;
    if (type == HealthCheckType::Http)
        check.path = QStringLiteral("/health?deep");
    check.interval = 1s;
    check.timeout = 500ms;
    check.unhealthyAfter = 1;
    upstream.healthCheck = check;
    return upstream;
}

} // namespace

class TestHttp2Health : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init();
    void cleanup();
    void answers_data();
    void answers();
    void asksForTheService();
    void asksForThePath();
    void silenceIsNoAnswer_data();
    void silenceIsNoAnswer();
    void comesBack();
    void endsInTheMiddle();
    void throughTls_data();
    void throughTls();

private:
    void start(const Upstream& upstream, const UpstreamSecurity& security = {})
    {
        auto settings = *UpstreamSettings::of(upstream, 1);
        settings.security = security;
        m_directory = UpstreamDirectory::create(upstream, nullptr);
        m_checker = std::make_unique<HealthChecker>(
            HealthChecker::Settings{*upstream.healthCheck, std::move(settings)},
            UpstreamPool::Environment{epollDispatcher(), *m_deadlines, m_clock},
            UpstreamNotices{[] {}, [this](const UpstreamNotice& notice) { m_told.push_back(notice); }});
        m_checker->follow(m_directory);
    }
    void pass(std::chrono::milliseconds time)
    {
        m_clock.advance(time);
        m_deadlines->sweep();
    }
    /// The next question, and its answer.
    bool check()
    {
        pass(1200ms);
        return m_checker->isAsking() && QTest::qWaitFor([this] { return !m_checker->isAsking(); });
    }
    bool isWell()
    {
        return m_directory->entries()[0].health->state(m_clock.steady()) == EndpointState::Healthy;
    }

    FakeClock m_clock;
    std::unique_ptr<DeadlineSweep> m_deadlines;
    std::shared_ptr<UpstreamDirectory> m_directory;
    std::unique_ptr<HealthChecker> m_checker;
    std::vector<UpstreamNotice> m_told;
};

void TestHttp2Health::init()
{
    m_deadlines = std::make_unique<DeadlineSweep>(m_clock);
    m_told.clear();
}

void TestHttp2Health::cleanup()
{
    m_checker.reset();
    m_deadlines.reset();
    QCoreApplication::processEvents();
}

void TestHttp2Health::answers_data()
{
    QTest::addColumn<std::size_t>("number");
    for (std::size_t i = 0; i < cases().size(); ++i)
        QTest::newRow(cases()[i].name) << i;
}

void TestHttp2Health::answers()
{
    QFETCH(std::size_t, number);
    const Case& expected = cases()[number];
    const Http2Upstream server(acting(expected.act));
    start(upstreamOf(server.port(), expected.type));
    QVERIFY(check());
    const QString fault = QString::fromLatin1(expected.fault);
    QCOMPARE(m_told.empty() ? QString() : m_told[0].detail,
             fault.isEmpty() ? QString() : QStringLiteral("127.0.0.1:%1: ").arg(server.port()) + fault);
    QCOMPARE(isWell(), fault.isEmpty());
    QCOMPARE(server.connections(), 1);
}

void TestHttp2Health::asksForTheService()
{
    const Http2Upstream server(acting(grpc(kServing, {{"grpc-status", "0"}})));
    Upstream upstream = upstreamOf(server.port(), HealthCheckType::Grpc);
    start(upstream);
    QVERIFY(check());
    upstream.healthCheck->service = QStringLiteral("shop.v1.Orders");
    upstream.healthCheck->host = QStringLiteral("shop.example");
    start(upstream);
    QVERIFY(check());
    QVERIFY(isWell());
    const auto requests = server.requests();
    QCOMPARE(requests.size(), std::size_t{2});
    const Http2Fields fields{{":method", "POST"},
                             {":scheme", "http"},
                             {":authority", "127.0.0.1:" + std::to_string(server.port())},
                             {":path", "/grpc.health.v1.Health/Check"},
                             {"user-agent", "postern-health"},
                             {"content-type", "application/grpc"},
                             {"te", "trailers"}};
    QVERIFY(requests[0].fields == fields); // all of them: nothing of a client's
    QCOMPARE(requests[0].body, "\0\0\0\0\0"s);
    QCOMPARE(requests[1].field(":authority"), "shop.example"s);
    QCOMPARE(requests[1].body, "\0\0\0\0\x10\x0a\x0eshop.v1.Orders"s);
    // It says good-bye, so that the endpoint has no fault to report.
    QTRY_COMPARE(server.goAways(), (std::vector<std::uint32_t>{NGHTTP2_NO_ERROR, NGHTTP2_NO_ERROR}));
}

void TestHttp2Health::asksForThePath()
{
    const Http2Upstream server(acting(head({{":status", "200"}})));
    start(upstreamOf(server.port(), HealthCheckType::Http));
    QVERIFY(check());
    const auto requests = server.requests();
    const Http2Fields fields{{":method", "GET"},
                             {":scheme", "http"},
                             {":authority", "127.0.0.1:" + std::to_string(server.port())},
                             {":path", "/health?deep"},
                             {"user-agent", "postern-health"},
                             {"accept", "*/*"}};
    QVERIFY(requests.at(0).fields == fields);
    QVERIFY(requests.at(0).body.empty());
}

void TestHttp2Health::silenceIsNoAnswer_data()
{
    QTest::addColumn<bool>("greets");
    QTest::addColumn<bool>("answersInPart");
    QTest::addRow("from the beginning") << false << false;
    QTest::addRow("after SETTINGS") << true << false;
    QTest::addRow("before the trailers") << true << true;
}

void TestHttp2Health::silenceIsNoAnswer()
{
    QFETCH(bool, greets);
    QFETCH(bool, answersInPart);
    std::atomic<bool> isSilent = false;
    const Http2Upstream server([&](Http2Peer& peer) {
        if (greets && peer.greet()) {
            const auto request = peer.nextRequest();
            if (request && answersInPart) {
                peer.sendHead(request->stream, kGrpcHead);
                peer.sendData(request->stream, kServing, false);
            }
        }
        isSilent = true;
        while (peer.next()) {
        }
    });
    start(upstreamOf(server.port(), HealthCheckType::Grpc));
    pass(200ms);
    QTRY_VERIFY(isSilent);
    QTest::qWait(0);
    QVERIFY(m_checker->isAsking() && isWell());
    pass(400ms);
    QVERIFY(m_checker->isAsking() && isWell());
    pass(200ms);
    QVERIFY(!m_checker->isAsking() && !isWell());
    QVERIFY(m_told.back().detail.endsWith(QLatin1String("no answer in time")));
}

void TestHttp2Health::comesBack()
{
    std::atomic<bool> serves = false;
    const Http2Upstream server(acting([&](Http2Peer& peer, std::int32_t stream) {
        grpc(serves ? kServing : kNotServing, {{"grpc-status", "0"}})(peer, stream);
    }));
    start(upstreamOf(server.port(), HealthCheckType::Grpc));
    QVERIFY(check());
    QVERIFY(!isWell());
    serves = true;
    QVERIFY(check());
    QVERIFY(!isWell()); // twice in a row
    QVERIFY(check());
    QVERIFY(isWell());
    QCOMPARE(server.connections(), 3);
    QVERIFY(m_told.back().kind == UpstreamNotice::Kind::EndpointWell);
}

/// A reload, while a question is open.
void TestHttp2Health::endsInTheMiddle()
{
    std::atomic<bool> gone = false;
    const Http2Upstream server([&](Http2Peer& peer) {
        if (peer.greet() && peer.nextRequest()) {
            while (peer.next()) {
            }
        }
        gone = true;
    });
    start(upstreamOf(server.port(), HealthCheckType::Grpc));
    pass(200ms);
    QTRY_COMPARE(server.requests().size(), std::size_t{1});
    QVERIFY(m_checker->isAsking());
    m_checker.reset();
    QTRY_VERIFY(gone);
    QVERIFY(m_told.empty());
}

void TestHttp2Health::throughTls_data()
{
    QTest::addColumn<QString>("asked");
    QTest::addColumn<QString>("served");
    QTest::addColumn<QString>("fault");
    QTest::addRow("h2") << "h2"
                        << "h2" << QString();
    QTest::addRow("the server knows no h2") << "h2"
                                            << "http/1.1"
                                            << "the TLS handshake fails (peer-refused)";
    QTest::addRow("the server does not say") << "h2"
                                             << ""
                                             << "the TLS handshake fails (protocol)";
    QTest::addRow("not agreed") << "http/1.1"
                                << "http/1.1"
                                << "it does not agree on HTTP/2";
}

void TestHttp2Health::throughTls()
{
    QFETCH(QString, asked);
    QFETCH(QString, served);
    QFETCH(QString, fault);
    const CertificateAuthority authority("Upstream Root");
    const Http2Upstream server(acting(grpc(kServing, {{"grpc-status", "0"}})));
    TlsPeerSettings settings{.certificate = authority.issue({.names = {"DNS:app.example"}})};
    if (!served.isEmpty())
        settings.protocols.push_back(served.toStdString());
    const TlsFront front(settings, server.port());
    const auto context = TlsClientContext::create(
        {.authorities = TrustFiles{{QStringLiteral("ca.pem"), authority.certificate()}, {}},
         .certificate = {},
         .protocol = asked.toStdString()});
    QVERIFY(context);
    Upstream upstream = upstreamOf(front.port(), HealthCheckType::Grpc);
    upstream.protocol = UpstreamProtocol::Http2;
    start(upstream, {true, *context, "app.example"});
    QVERIFY(check());
    QCOMPARE(isWell(), fault.isEmpty());
    if (!fault.isEmpty()) {
        QVERIFY2(m_told[0].detail.endsWith(fault), qPrintable(m_told[0].detail));
        QVERIFY(server.requests().empty());
        return;
    }
    QCOMPARE(server.requests().at(0).field(":scheme"), "https"s);
    QTRY_COMPARE(server.goAways(), std::vector<std::uint32_t>{NGHTTP2_NO_ERROR});
}

int main(int argc, char** argv) { return runUnderEpoll<TestHttp2Health>(argc, argv); }

#include "tst_http2_health.moc"

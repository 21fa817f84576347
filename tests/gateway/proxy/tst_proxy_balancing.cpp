#include "tests/support/gateway/gateway_fixture.h"
#include "tests/support/raw_client.h"
#include "tests/support/recording_upstream.h"

#include <QTest>

#include <array>

using namespace postern;
using namespace postern::test;

namespace {

const std::string kOk = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

QByteArray specOf(const std::array<RecordingUpstream, 3>& upstreams, const QByteArray& more)
{
    QByteArray endpoints;
    for (const RecordingUpstream& upstream : upstreams)
        endpoints += "{address: \"127.0.0.1:" + QByteArray::number(upstream.port()) + "\"},";
    return "  upstreams: [{name: app, endpoints: [" + endpoints + "], " + more +
           "}]\n  routes: [{name: all, match: {path: /**}, upstream: app}]\n";
}

std::string get(const std::string& headers) { return "GET / HTTP/1.1\r\nHost: a\r\n" + headers + "\r\n"; }

std::array<std::size_t, 3> seenBy(const std::array<RecordingUpstream, 3>& upstreams)
{
    return {upstreams[0].requests().size(), upstreams[1].requests().size(), upstreams[2].requests().size()};
}

} // namespace

/// Which endpoint a request goes to, as the endpoints see it.
class TestProxyBalancing : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void sameKeySameEndpoint_data();
    void sameKeySameEndpoint();
    void failingEndpointIsSetAside();
    void endpointThatStaysKeepsItsConnections();
};

void TestProxyBalancing::sameKeySameEndpoint_data()
{
    QTest::addColumn<QByteArray>("hashOn");
    QTest::addColumn<QByteArray>("headers");
    QTest::addColumn<bool>("together");
    QTest::addRow("address") << QByteArray("address") << QByteArray() << true;
    QTest::addRow("header") << QByteArray("header.X-Account") << QByteArray("X-Account: 17\r\n") << true;
    QTest::addRow("no such header") << QByteArray("header.X-Account") << QByteArray("X-Other: 1\r\n")
                                    << false;
    QTest::addRow("empty header") << QByteArray("header.X-Account") << QByteArray("X-Account:\r\n") << false;
    QTest::addRow("cookie") << QByteArray("cookie.sid") << QByteArray("Cookie: a=1; sid=xyz; b=2\r\n")
                            << true;
    QTest::addRow("first cookie") << QByteArray("cookie.sid") << QByteArray("Cookie: sid=xyz\r\n") << true;
    QTest::addRow("no such cookie") << QByteArray("cookie.sid")
                                    << QByteArray("Cookie: xsid=xyz; sid; SID=1\r\n") << false;
    QTest::addRow("nobody proved who calls") << QByteArray("caller") << QByteArray() << false;
}

void TestProxyBalancing::sameKeySameEndpoint()
{
    QFETCH(QByteArray, hashOn);
    QFETCH(QByteArray, headers);
    QFETCH(bool, together);
    const std::array<RecordingUpstream, 3> upstreams;
    GatewayFixture gateway(specOf(upstreams, "balancer: consistentHash, hashOn: " + hashOn));
    RawClient client(gateway.port());
    for (int i = 0; i < 9; ++i)
        QCOMPARE(client.ask(get(headers.toStdString())).status, 200);
    auto seen = seenBy(upstreams);
    std::ranges::sort(seen);
    QCOMPARE(seen, (together ? std::array<std::size_t, 3>{0, 0, 9} : std::array<std::size_t, 3>{3, 3, 3}));
}

void TestProxyBalancing::failingEndpointIsSetAside()
{
    const std::array<RecordingUpstream, 3> upstreams{
        RecordingUpstream(RecordingUpstream::answering("HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n")),
        RecordingUpstream(), RecordingUpstream()};
    GatewayFixture gateway(specOf(upstreams, "outlierDetection: {consecutiveErrors: 2, baseEjection: 1h}"));
    RawClient client(gateway.port());
    int failed = 0;
    for (int i = 0; i < 12; ++i)
        failed += client.ask(get({})).status == 500;
    QCOMPARE(failed, 2);
    QCOMPARE(seenBy(upstreams), (std::array<std::size_t, 3>{2, 5, 5}));
    const auto state = [&](const char* name) {
        return gateway
            .metric(std::string(
                        "postern_upstream_endpoints{api=\"payments/accounts\",upstream=\"app\",state=\"") +
                    name + "\"}")
            .value_or(-1);
    };
    QCOMPARE(state("healthy"), 2.0);
    QCOMPARE(state("ejected"), 1.0);
    QCOMPARE(state("unhealthy"), 0.0);
}

/// A reload that changes the list: who stays is not connected to anew, who has left gets nothing more.
void TestProxyBalancing::endpointThatStaysKeepsItsConnections()
{
    const std::array<RecordingUpstream, 3> upstreams;
    GatewayFixture gateway(specOf(upstreams, "idleTimeout: 1m"));
    RawClient client(gateway.port());
    for (int i = 0; i < 3; ++i)
        QCOMPARE(client.ask(get({})).status, 200);
    gateway.apply(GatewayFixture::spec(upstreams[1].port(), "5s", "")
                      .replace("endpoints", "idleTimeout: 1m, endpoints"));
    for (int i = 0; i < 3; ++i)
        QCOMPARE(client.ask(get({})).status, 200);
    QCOMPARE(seenBy(upstreams), (std::array<std::size_t, 3>{1, 4, 1}));
    QCOMPARE(upstreams[1].connections(), 1);
}

QTEST_GUILESS_MAIN(TestProxyBalancing)

#include "tst_proxy_balancing.moc"

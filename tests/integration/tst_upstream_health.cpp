// Health checks in the program itself: asked once for all workers, known to all of them and to the metric.
#include "tests/integration/serve_process.h"
#include "tests/support/http2_upstream.h"
#include "tests/support/raw_client.h"
#include "tests/support/recording_upstream.h"

#include <QTest>

#include <atomic>

using namespace postern::test;

namespace {

const std::string kOk = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
const std::string kNo = "HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n";
const std::string kGet = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

/// Its checks fail while \a sick; its requests never do.
RecordingUpstream::Script patient(const std::atomic<bool>& sick)
{
    return [&sick](UpstreamPeer& peer) {
        while (const auto request = peer.next())
            peer.send(request->target == "/health" && sick ? kNo : kOk);
    };
}

/// A gRPC server that knows one service, which serves while not \a sick.
Http2Upstream::Script grpcServer(const std::atomic<bool>& sick)
{
    return [&sick](Http2Peer& peer) {
        if (!peer.greet())
            return;
        while (const auto request = peer.nextRequest()) {
            const bool isKnown = request->field(":path") == "/grpc.health.v1.Health/Check" &&
                                 request->body.ends_with("shop.v1.Orders");
            peer.sendHead(request->stream, {{":status", "200"}, {"content-type", "application/grpc"}});
            peer.sendData(request->stream, std::string("\0\0\0\0\2\x08", 6) + (sick ? '\2' : '\1'), false);
            peer.sendHead(request->stream, {{"grpc-status", isKnown ? "0" : "5"}}, true);
        }
    };
}

std::size_t requestsTo(const RecordingUpstream& upstream, const std::string& target)
{
    const auto requests = upstream.requests();
    return std::size_t(std::ranges::count(requests, target, &RecordedRequest::target));
}

} // namespace

class TestUpstreamHealth : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void sickEndpointGetsNoRequests();
    void grpcServerSaysHowItIs();
};

void TestUpstreamHealth::sickEndpointGetsNoRequests()
{
    const std::atomic<bool> never = false;
    std::atomic<bool> sick = true;
    RecordingUpstream well(patient(never));
    RecordingUpstream ill(patient(sick));
    ServeProcess serve;
    serve.setWorkers(2);
    serve.configure({{QStringLiteral("gateway.yaml"),
                      "apiVersion: postern.dev/v1alpha1\n"
                      "kind: ApiGateway\n"
                      "metadata: {name: accounts, namespace: payments}\n"
                      "spec:\n"
                      "  listeners: [{name: main, address: \"127.0.0.1:0\"}]\n"
                      "  upstreams:\n"
                      "    - name: app\n"
                      "      endpoints: [{address: \"127.0.0.1:" +
                          QByteArray::number(well.port()) +
                          "\"}, {address: \"127.0.0.1:" + QByteArray::number(ill.port()) +
                          "\"}]\n"
                          "      healthCheck: {path: /health, interval: 100ms, timeout: 5s, healthyAfter: 2, "
                          "unhealthyAfter: 2}\n"
                          "  routes: [{name: all, match: {path: /**}, upstream: app}]\n"}});
    QVERIFY(serve.start());
    const auto endpoints = [&](const std::string& state) {
        return serve.metric("postern_upstream_endpoints{api=\"payments/accounts\",upstream=\"app\",state=\"" +
                            state + "\"}");
    };
    QTRY_COMPARE(endpoints("unhealthy"), 1.0);
    QCOMPARE(endpoints("healthy"), 1.0);
    const std::size_t before = requestsTo(ill, "/");
    for (int i = 0; i < 20; ++i) {
        RawClient client(serve.port()); // a connection each, so that both workers serve some
        QCOMPARE(client.ask(kGet).status, 200);
    }
    QCOMPARE(requestsTo(ill, "/"), before);
    QCOMPARE(requestsTo(well, "/"), std::size_t{20});

    sick = false;
    QTRY_COMPARE(endpoints("healthy"), 2.0);
    for (int i = 0; i < 20; ++i) {
        RawClient client(serve.port());
        QCOMPARE(client.ask(kGet).status, 200);
    }
    QVERIFY(requestsTo(ill, "/") > before);
    for (const RecordedRequest& request : ill.requests()) {
        if (request.target == "/health")
            QCOMPARE(request.header("user-agent"), std::string("postern-health"));
    }
}

void TestUpstreamHealth::grpcServerSaysHowItIs()
{
    const std::atomic<bool> never = false;
    std::atomic<bool> sick = true;
    const Http2Upstream well(grpcServer(never));
    const Http2Upstream ill(grpcServer(sick));
    ServeProcess serve;
    serve.configure(
        {{QStringLiteral("gateway.yaml"),
          "apiVersion: postern.dev/v1alpha1\n"
          "kind: ApiGateway\n"
          "metadata: {name: accounts, namespace: payments}\n"
          "spec:\n"
          "  listeners: [{name: main, address: \"127.0.0.1:0\"}]\n"
          "  upstreams:\n"
          "    - name: app\n"
          "      protocol: h2c\n"
          "      endpoints: [{address: \"127.0.0.1:" +
              QByteArray::number(well.port()) +
              "\"}, {address: \"127.0.0.1:" + QByteArray::number(ill.port()) +
              "\"}]\n"
              "      healthCheck: {type: grpc, service: shop.v1.Orders, interval: 100ms, timeout: "
              "5s}\n"
              "  routes: [{name: all, match: {path: /**}, upstream: app}]\n"}});
    QVERIFY(serve.start());
    const auto endpoints = [&](const std::string& state) {
        return serve.metric("postern_upstream_endpoints{api=\"payments/accounts\",upstream=\"app\",state=\"" +
                            state + "\"}");
    };
    QTRY_COMPARE(endpoints("unhealthy"), 1.0);
    QCOMPARE(endpoints("healthy"), 1.0);
    sick = false;
    QTRY_COMPARE(endpoints("healthy"), 2.0);
}

QTEST_GUILESS_MAIN(TestUpstreamHealth)

#include "tst_upstream_health.moc"

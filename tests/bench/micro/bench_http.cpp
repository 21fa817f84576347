#include "gateway/http/chunked_decoder.h"
#include "gateway/http/forwarding.h"
#include "gateway/http/head_writer.h"
#include "gateway/http/request_parser.h"
#include "gateway/http/response_parser.h"
#include "gateway/http/router.h"

#include <QTest>

using namespace postern;

/// What one request costs in gateway/http, step by step. Every benchmark does its work a thousand times an
/// iteration: read milliseconds as microseconds.
class BenchHttp : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void requestHead_data();
    void requestHead();
    void responseHead();
    void target_data();
    void target();
    void prepareAndWrite();
    void writeResponse();
    void chunkedBody_data();
    void chunkedBody();
    void route_data();
    void route();
};

namespace {

constexpr int kRepeats = 1000;

// As wrk or a small client sends it, as a mobile client behind a mesh sends it, and as a browser does.
const std::string kSmall = "GET /v1/accounts/1234567 HTTP/1.1\r\nHost: accounts.bank.example\r\n\r\n";
const std::string kTypical =
    "GET /v1/accounts/1234567/transactions?from=2026-01-01&limit=50 HTTP/1.1\r\n"
    "Host: accounts.bank.example\r\n"
    "User-Agent: BankApp/7.4.1 (iOS 17.5; iPhone15,3)\r\n"
    "Accept: application/json\r\n"
    "Accept-Encoding: gzip, br\r\n"
    "Accept-Language: en-GB,en;q=0.9\r\n"
    "Authorization: Bearer "
    "eyJhbGciOiJFUzI1NiIsImtpZCI6IjEifQ.eyJpc3MiOiJodHRwczovL2lkLmJhbmsuZXhhbXBsZSIsImF1Z"
    "CI6ImFjY291bnRzIiwic3ViIjoiY3VzdG9tZXItNDIiLCJleHAiOjE4OTM0NTYwMDB9."
    "c2lnbmF0dXJlLXNpZ25hdHVyZS1zaWduYXR1cm"
    "Utc2lnbmF0dXJlLXNpZ25hdHVyZS1zaWduYXR1cmU\r\n"
    "X-Request-Id: 5f0c2a86-7a3e-4f0b-9f0a-2f5c8a1d3b77\r\n"
    "Traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\r\n"
    "X-Forwarded-For: 203.0.113.9\r\n"
    "X-Forwarded-Proto: https\r\n"
    "Connection: keep-alive\r\n\r\n";
const std::string kResponse = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1024\r\n"
                              "Cache-Control: no-store\r\nETag: \"33a64df551425fcc55e4d42a148795d9\"\r\n"
                              "Server: origin\r\nDate: Tue, 24 Nov 2026 02:00:00 GMT\r\n\r\n";

} // namespace

void BenchHttp::requestHead_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::newRow("small") << QByteArray::fromStdString(kSmall);
    QTest::newRow("typical") << QByteArray::fromStdString(kTypical);
}

void BenchHttp::requestHead()
{
    QFETCH(QByteArray, text);
    const std::string_view bytes(text.constData(), static_cast<std::size_t>(text.size()));
    const HeadLimits limits;
    RequestParser parser;
    Arena arena;
    RequestHead head;
    std::size_t consumed = 0;
    QBENCHMARK
    {
        for (int i = 0; i < kRepeats; ++i) {
            parser.reset();
            arena.reset();
            consumed += parser.parse(bytes, limits, arena, head).consumed;
        }
    }
    QVERIFY(consumed > 0 && consumed % bytes.size() == 0);
}

void BenchHttp::responseHead()
{
    const HeadLimits limits;
    ResponseParser parser;
    ResponseHead head;
    std::size_t consumed = 0;
    QBENCHMARK
    {
        for (int i = 0; i < kRepeats; ++i) {
            parser.reset();
            consumed += parser.parse(kResponse, limits, Method::Get, head).consumed;
        }
    }
    QVERIFY(consumed > 0 && consumed % kResponse.size() == 0);
}

void BenchHttp::target_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::newRow("normal") << QByteArray("/v1/accounts/1234567/transactions?from=2026-01-01&limit=50");
    QTest::newRow("escapes") << QByteArray("/v1/accounts/%31%32%33/K%c3%b6ln?from=2026-01-01");
    QTest::newRow("dots") << QByteArray("/v1/x/../accounts/./1234567?from=2026-01-01");
}

void BenchHttp::target()
{
    QFETCH(QByteArray, text);
    const std::string_view raw(text.constData(), static_cast<std::size_t>(text.size()));
    Arena arena;
    Target target;
    std::size_t size = 0;
    QBENCHMARK
    {
        for (int i = 0; i < kRepeats; ++i) {
            arena.reset();
            if (parseTarget(raw, Method::Get, arena, target) == Refusal::None)
                size += target.pathAndQuery.size();
        }
    }
    QVERIFY(size > 0);
}

/// From a parsed head to the bytes for the upstream: forwarding, hop-by-hop, managed fields, the writer.
void BenchHttp::prepareAndWrite()
{
    const HeadLimits limits;
    const std::vector<std::string> names = {"X-User", "X-Tenant", "X-Request-Id"};
    const ManagedHeaders managed(names);
    IpRanges trusted;
    QVERIFY(trusted.add("127.0.0.0/8"));
    const Peer peer{HostAddress::parse("127.0.0.1"), "127.0.0.1", false};
    RequestParser parser;
    Arena arena;
    RequestHead head;
    QVERIFY(parser.parse(kTypical, limits, arena, head).state == ParseResult::State::Done);
    RequestHead work;
    std::string out;
    QBENCHMARK
    {
        for (int i = 0; i < kRepeats; ++i) {
            arena.reset();
            out.clear();
            work = head; // costs a copy of ten views, which the real path does not pay
            const Forwarding forwarding = readForwarding(work, peer, trusted, arena);
            prepareForUpstream(work, forwarding, managed);
            appendRequestHead(out, work);
        }
    }
    QVERIFY(!out.empty());
}

void BenchHttp::writeResponse()
{
    ResponseParser parser;
    ResponseHead head;
    QVERIFY(parser.parse(kResponse, HeadLimits(), Method::Get, head).state == ParseResult::State::Done);
    std::string out;
    QBENCHMARK
    {
        for (int i = 0; i < kRepeats; ++i) {
            out.clear();
            appendResponseHead(out, head, {});
        }
    }
    QVERIFY(!out.empty());
}

void BenchHttp::chunkedBody_data()
{
    QTest::addColumn<int>("chunk");
    QTest::newRow("4 KiB in chunks of 4096") << 4096;
    QTest::newRow("4 KiB in chunks of 64") << 64;
}

void BenchHttp::chunkedBody()
{
    QFETCH(int, chunk);
    std::string body;
    for (int done = 0; done < 4096; done += chunk)
        body += QByteArray::number(chunk, 16).toStdString() + "\r\n" + std::string(std::size_t(chunk), 'x') +
                "\r\n";
    body += "0\r\n\r\n";
    ChunkedDecoder decoder;
    std::size_t payload = 0;
    std::size_t decoded = 0;
    QBENCHMARK
    {
        for (int i = 0; i < kRepeats; ++i, ++decoded) {
            decoder.reset();
            std::string_view rest = body;
            while (!decoder.isDone()) {
                const ChunkedDecoder::Step step = decoder.next(rest);
                if (step.outcome == ChunkedDecoder::Outcome::Refused)
                    break;
                payload += step.data.size();
                rest.remove_prefix(step.consumed);
            }
        }
    }
    QCOMPARE(payload, decoded * 4096);
}

void BenchHttp::route_data()
{
    QTest::addColumn<int>("routes");
    for (const int routes : {1, 10, 100, 1000, 10000})
        QTest::addRow("%d", routes) << routes;
}

void BenchHttp::route()
{
    QFETCH(int, routes);
    std::vector<RouteSpec> specs;
    std::vector<std::string> paths;
    for (int i = 0; i < routes; ++i) {
        const std::string stem =
            "/v1/service" + std::to_string(i % 50) + "/resource" + std::to_string(i) + "/";
        specs.push_back({{"GET", "HEAD"}, stem + "{id}", {}});
        if (i % std::max(1, routes / 16) == 0)
            paths.push_back(stem + "1234567");
    }
    const Result<Router> router = Router::create(specs);
    QVERIFY(router.has_value());
    const Headers headers;
    std::size_t matched = 0;
    std::size_t asked = 0;
    QBENCHMARK
    {
        for (int i = 0; i < kRepeats; ++i, ++asked) {
            const RouteLookup lookup =
                router->match(Method::Get, "GET", paths[static_cast<std::size_t>(i) % paths.size()], headers);
            matched += lookup.outcome == RouteLookup::Outcome::Matched ? 1 : 0;
        }
    }
    QCOMPARE(matched, asked);
}

QTEST_GUILESS_MAIN(BenchHttp)
#include "bench_http.moc"

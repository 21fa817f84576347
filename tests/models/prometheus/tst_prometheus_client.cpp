#include "models/prometheus/call.h"
#include "models/prometheus/client.h"
#include "models/prometheus/promql.h"
#include "tests/support/http_answers.h"
#include "tests/support/open_metrics.h"
#include "tests/support/prometheus_process.h"

#include <QSignalSpy>
#include <QTest>

#include <cmath>

using namespace postern;
using namespace postern::test;
using namespace std::chrono_literals;

namespace {

const Clock::Wall kStart(std::chrono::seconds(1'767'225'600));

using Answer = std::optional<Result<PrometheusAnswer>>;

std::unique_ptr<PrometheusClient> clientOf(const QUrl& url, std::chrono::milliseconds deadline = 10s,
                                           qint64 maxBody = 64 * 1024 * 1024)
{
    PrometheusEndpoint endpoint;
    endpoint.url = url;
    endpoint.deadline = deadline;
    endpoint.maxBody = maxBody;
    auto client = PrometheusClient::create(endpoint);
    return client ? std::move(*client) : nullptr;
}

/// Asks and waits for the answer.
Result<PrometheusAnswer> ask(PrometheusClient& client, const QString& promql,
                             std::optional<Clock::Wall> at = {})
{
    QObject context;
    Answer answer;
    client.query(promql, at, &context, [&answer](Result<PrometheusAnswer> got) { answer = std::move(got); });
    if (!QTest::qWaitFor([&answer] { return answer.has_value(); }, 30'000))
        return failure(Error::environment(Error::Kind::Internal, QStringLiteral("no answer at all")));
    return *answer;
}

QByteArray bigVector(int series)
{
    QByteArray body = R"({"status":"success","data":{"resultType":"vector","result":[)";
    for (int i = 0; i < series; ++i)
        body += (i ? "," : "") + QByteArray(R"({"metric":{"api":"payments/api-)") + QByteArray::number(i) +
                R"("},"value":[1767225600,"1"]})";
    return body + "]}}";
}

} // namespace

class tst_PrometheusClient : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void refusesEndpoints_data();
    void refusesEndpoints();
    void instantQueries();
    void rangeQueries();
    void hostileLabels();
    void prometheusErrors();
    void targetsOfARealPrometheus();
    void everyBuilderIsUnderstood();
    void away();
    void silentServer();
    void frozenPrometheus();
    void brokenAnswers_data();
    void brokenAnswers();
    void hugeAnswers();
    void largeAnswersAreParsedAside();
    void cancelled();
    void cancelledWhileParsing();
    void contextGone();
    void sendsCredentialsAndForms();
    void followsNoRedirectElsewhere();

private:
    PrometheusProcess m_prometheus;
};

void tst_PrometheusClient::initTestCase()
{
    QVERIFY2(PrometheusProcess::available(), "Debian's package prometheus is missing");
    OpenMetrics metrics;
    metrics.series("requests_total", "api=\"payments/accounts\",code=\"200\"", kStart, kStart + 1h, 15s,
                   growing(2.0, kStart));
    metrics.series("requests_total", R"(api="we\\ird\"} or up{",code="200")", kStart, kStart + 1h, 15s,
                   growing(3.0, kStart));
    QVERIFY2(m_prometheus.start({.openMetrics = metrics.text(), .targets = {}, .arguments = {}}),
             qPrintable(m_prometheus.error()));
}

void tst_PrometheusClient::refusesEndpoints_data()
{
    QTest::addColumn<QString>("url");
    QTest::addColumn<QByteArray>("token");
    QTest::addColumn<bool>("accepted");
    QTest::newRow("http") << QStringLiteral("http://prometheus:9090") << QByteArray() << true;
    QTest::newRow("nothing") << QString() << QByteArray() << false;
    QTest::newRow("no host") << QStringLiteral("http://") << QByteArray() << false;
    QTest::newRow("a file") << QStringLiteral("file:///etc/passwd") << QByteArray() << false;
    QTest::newRow("password in the URL") << QStringLiteral("https://a:b@prometheus") << QByteArray() << false;
    QTest::newRow("token in clear text") << QStringLiteral("http://prometheus") << QByteArray("t") << false;
    QTest::newRow("token to loopback") << QStringLiteral("http://127.0.0.1:9090") << QByteArray("t") << true;
    QTest::newRow("token over https") << QStringLiteral("https://prometheus/p") << QByteArray("t") << true;
}

void tst_PrometheusClient::refusesEndpoints()
{
    QFETCH(QString, url);
    QFETCH(QByteArray, token);
    PrometheusEndpoint endpoint;
    endpoint.url = QUrl(url);
    endpoint.bearerToken = token;
    const auto client = PrometheusClient::create(endpoint);
    QTEST(client.has_value(), "accepted");
    if (!client)
        QVERIFY(!client.error().message.contains(QLatin1String("a:b")));
}

void tst_PrometheusClient::instantQueries()
{
    const auto client = clientOf(m_prometheus.url());
    const auto answer =
        ask(*client, QStringLiteral("requests_total{api=\"payments/accounts\"}"), kStart + 30min);
    QVERIFY2(answer, answer ? "" : qPrintable(answer.error().text()));
    QCOMPARE(answer->series.size(), std::size_t(1));
    QCOMPARE(answer->series[0].labels.value(u"code"), QStringLiteral("200"));
    QCOMPARE(answer->series[0].last(), 3600.0);
    QVERIFY(answer->series[0].points[0].at == kStart + 30min);
    // Without a moment it is Prometheus' own now, where this series has long ended.
    const auto now = ask(*client, QStringLiteral("requests_total"));
    QVERIFY(now && now->series.empty());
}

void tst_PrometheusClient::rangeQueries()
{
    const auto client = clientOf(m_prometheus.url());
    Answer answer;
    client->queryRange(promql::rate(QStringLiteral("requests_total{api=\"payments/accounts\"}"), 60s),
                       kStart + 10min, kStart + 20min, 60s, this,
                       [&answer](Result<PrometheusAnswer> got) { answer = std::move(got); });
    QTRY_VERIFY(answer);
    QVERIFY(*answer);
    QCOMPARE((*answer)->series.size(), std::size_t(1));
    QCOMPARE((*answer)->series[0].points.size(), std::size_t(11));
    QCOMPARE((*answer)->series[0].last(), 2.0);
}

void tst_PrometheusClient::hostileLabels()
{
    const auto client = clientOf(m_prometheus.url());
    const QString name = QStringLiteral(R"(we\ird"} or up{)");
    const promql::Selector exact =
        promql::Selector(QStringLiteral("requests_total")).is(QStringLiteral("api"), name);
    const promql::Selector oneOf =
        promql::Selector(QStringLiteral("requests_total")).isOneOf(QStringLiteral("api"), {name});
    for (const promql::Selector& selector : {exact, oneOf}) {
        const auto answer = ask(*client, selector.text(), kStart + 30min);
        QVERIFY2(answer, answer ? "" : qPrintable(answer.error().text()));
        QCOMPARE(answer->series.size(), std::size_t(1));
        QCOMPARE(answer->series[0].labels.value(u"api"), name);
        QCOMPARE(answer->series[0].last(), 5400.0);
    }
}

void tst_PrometheusClient::prometheusErrors()
{
    const auto client = clientOf(m_prometheus.url());
    const auto parse = ask(*client, QStringLiteral("sum by ("));
    QVERIFY(!parse);
    QCOMPARE(parse.error().kind, Error::Kind::Invalid);
    QVERIFY(parse.error().message.startsWith(QLatin1String("Prometheus answered 400 bad_data: ")));
    const auto execution =
        ask(*client, QStringLiteral("requests_total + on () group_left () requests_total"), kStart + 30min);
    QVERIFY(!execution);
    QVERIFY2(execution.error().message.startsWith(QLatin1String("Prometheus answered 422 execution: ")),
             qPrintable(execution.error().message));
}

void tst_PrometheusClient::targetsOfARealPrometheus()
{
    HttpAnswers target([](const HttpAnswers::Request&) {
        return HttpAnswers::json("# TYPE x gauge\nx 1\n"); // the text format does not mind the content type
    });
    PrometheusProcess scraping;
    const QString instance = QStringLiteral("127.0.0.1:%1").arg(target.serverPort());
    QVERIFY2(scraping.start({.openMetrics = {}, .targets = {instance}, .arguments = {}}),
             qPrintable(scraping.error()));
    const auto client = clientOf(scraping.url());
    // Prometheus finds its targets some seconds after it is ready.
    std::vector<PrometheusTarget> targets;
    int asked = 0;
    const auto found = [&] {
        if (targets.empty() && asked == 0) {
            ++asked;
            client->targets(this, [&](const Result<std::vector<PrometheusTarget>>& got) {
                targets = got.value_or(std::vector<PrometheusTarget>());
                --asked;
            });
        }
        return !targets.empty();
    };
    QTRY_VERIFY_WITH_TIMEOUT(found(), 30'000);
    QCOMPARE(targets.size(), std::size_t(1));
    QCOMPARE(targets.front().instance, instance);
    QCOMPARE(targets.front().scrapeInterval, std::chrono::milliseconds(1s));
}

void tst_PrometheusClient::everyBuilderIsUnderstood()
{
    const auto client = clientOf(m_prometheus.url());
    const QString requests = QStringLiteral("requests_total");
    const QString api = QStringLiteral("api");
    const QString answerable =
        promql::together({promql::tagged(promql::sumBy({api}, promql::rate(requests, 60s)),
                                         QStringLiteral("part"), QStringLiteral("$rate")),
                          promql::tagged(promql::maxBy({api}, promql::increase(requests, 5min)),
                                         QStringLiteral("part"), QStringLiteral("increase"))});
    const auto answer = ask(*client, answerable, kStart + 30min);
    QVERIFY2(answer, answer ? "" : qPrintable(answer.error().text()));
    QCOMPARE(answer->series.size(), std::size_t(4));
    QStringList parts;
    for (const PrometheusSeries& series : answer->series)
        parts.append(series.labels.value(u"part"));
    QVERIFY(parts.contains(QStringLiteral("$rate")));
    QVERIFY(ask(*client, promql::histogramQuantile(0.99, promql::sumBy({QStringLiteral("le")}, requests))));
}

void tst_PrometheusClient::away()
{
    quint16 port = 0;
    {
        HttpAnswers gone([](const HttpAnswers::Request&) { return std::nullopt; });
        port = gone.serverPort();
    }
    const auto client = clientOf(QUrl(QStringLiteral("http://127.0.0.1:%1").arg(port)));
    const auto answer = ask(*client, QStringLiteral("up"));
    QVERIFY(!answer);
    QCOMPARE(answer.error().kind, Error::Kind::Unavailable);
}

void tst_PrometheusClient::silentServer()
{
    HttpAnswers silent([](const HttpAnswers::Request&) { return std::nullopt; });
    const auto client = clientOf(silent.url(), 50ms);
    const auto answer = ask(*client, QStringLiteral("up"));
    QVERIFY(!answer);
    QCOMPARE(answer.error().kind, Error::Kind::TimedOut);
    QVERIFY(answer.error().message.contains(QLatin1String("50 ms")));
}

void tst_PrometheusClient::frozenPrometheus()
{
    const auto client = clientOf(m_prometheus.url(), 200ms);
    m_prometheus.freeze();
    const auto answer = ask(*client, QStringLiteral("up"));
    m_prometheus.thaw();
    QVERIFY(!answer);
    QCOMPARE(answer.error().kind, Error::Kind::TimedOut);
    QTRY_VERIFY(ask(*client, QStringLiteral("up")));
}

void tst_PrometheusClient::brokenAnswers_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<int>("kind");
    QTest::newRow("cut in the head") << QByteArray("HTTP/1.1 200 O") << int(Error::Kind::Unavailable);
    QTest::newRow("no HTTP") << QByteArray("SSH-2.0-OpenSSH_9.2\r\n") << int(Error::Kind::Unavailable);
    QTest::newRow("closed at once") << QByteArray("") << int(Error::Kind::Unavailable);
    QTest::newRow("cut in the body") << QByteArray(
                                            "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"status\":")
                                     << int(Error::Kind::Unavailable);
    QTest::newRow("garbage") << HttpAnswers::json("\x01\x02\xFF") << int(Error::Kind::Invalid);
    QTest::newRow("a login page") << HttpAnswers::json("<html>") << int(Error::Kind::Invalid);
    QTest::newRow("503 page") << HttpAnswers::json("<html>", "503 Service Unavailable")
                              << int(Error::Kind::Unavailable);
    QTest::newRow("401 page") << HttpAnswers::json("<html>", "401 Unauthorized") << int(Error::Kind::Denied);
    QTest::newRow("422") << HttpAnswers::json(R"({"status":"error","errorType":"execution","error":"x"})",
                                              "422 Unprocessable Entity")
                         << int(Error::Kind::Invalid);
}

void tst_PrometheusClient::brokenAnswers()
{
    QFETCH(QByteArray, bytes);
    QFETCH(int, kind);
    HttpAnswers server([bytes](const HttpAnswers::Request&) { return bytes; });
    const auto client = clientOf(server.url());
    const auto answer = ask(*client, QStringLiteral("up"));
    QVERIFY(!answer);
    QVERIFY2(int(answer.error().kind) == kind, qPrintable(answer.error().text()));
}

void tst_PrometheusClient::hugeAnswers()
{
    HttpAnswers server([](const HttpAnswers::Request&) { return HttpAnswers::json(bigVector(100'000)); });
    const auto client = clientOf(server.url(), 10s, 1024 * 1024);
    const auto answer = ask(*client, QStringLiteral("up"));
    QVERIFY(!answer);
    QCOMPARE(answer.error().kind, Error::Kind::Exhausted);
    QVERIFY(!answer.error().retryable);
}

void tst_PrometheusClient::largeAnswersAreParsedAside()
{
    HttpAnswers server([](const HttpAnswers::Request&) { return HttpAnswers::json(bigVector(20'000)); });
    const auto client = clientOf(server.url());
    for (int round = 0; round < 3; ++round) {
        const auto answer = ask(*client, QStringLiteral("up"));
        QVERIFY(answer);
        QCOMPARE(answer->series.size(), std::size_t(20'000));
        QCOMPARE(answer->series.back().labels.value(u"api"), QStringLiteral("payments/api-19999"));
    }
}

void tst_PrometheusClient::cancelled()
{
    HttpAnswers silent([](const HttpAnswers::Request&) { return std::nullopt; });
    const auto client = clientOf(silent.url(), 100ms);
    bool called = false;
    QPointer<PrometheusCall> call = client->query(
        QStringLiteral("up"), {}, this, [&called](const Result<PrometheusAnswer>&) { called = true; });
    QTRY_COMPARE(silent.requests(), 1);
    call->cancel();
    QTRY_VERIFY(call.isNull());
    // Past the deadline that would have told it.
    QVERIFY(!QTest::qWaitFor([&called] { return called; }, 200));
}

void tst_PrometheusClient::cancelledWhileParsing()
{
    HttpAnswers server([](const HttpAnswers::Request&) { return HttpAnswers::json(bigVector(50'000)); });
    const auto client = clientOf(server.url());
    bool called = false;
    QPointer<PrometheusCall> call = client->query(
        QStringLiteral("up"), {}, this, [&called](const Result<PrometheusAnswer>&) { called = true; });
    QTRY_COMPARE(server.requests(), 1);
    call->cancel();
    QTRY_VERIFY(call.isNull());
    // The next answer comes after the cancelled one would have.
    QVERIFY(ask(*client, QStringLiteral("up")));
    QVERIFY(!called);
}

void tst_PrometheusClient::contextGone()
{
    HttpAnswers server([](const HttpAnswers::Request&) { return HttpAnswers::json(bigVector(10)); });
    const auto client = clientOf(server.url());
    bool called = false;
    auto context = std::make_unique<QObject>();
    client->query(QStringLiteral("up"), {}, context.get(),
                  [&called](const Result<PrometheusAnswer>&) { called = true; });
    context.reset();
    QVERIFY(ask(*client, QStringLiteral("up")));
    QVERIFY(!called);
}

void tst_PrometheusClient::sendsCredentialsAndForms()
{
    HttpAnswers::Request seen;
    HttpAnswers server([&seen](const HttpAnswers::Request& request) {
        seen = request;
        return HttpAnswers::json(bigVector(1));
    });
    PrometheusEndpoint endpoint;
    endpoint.url = QUrl(server.url().toString() + QStringLiteral("/prefix/"));
    endpoint.bearerToken = "s3cret";
    auto client = PrometheusClient::create(endpoint);
    QVERIFY(client);
    QVERIFY(ask(**client, QStringLiteral("a+b&c=%41 \"é\"")));
    QVERIFY(seen.head.startsWith("POST /prefix/api/v1/query HTTP/1.1\r\n"));
    QVERIFY(seen.head.contains("Authorization: Bearer s3cret"));
    QCOMPARE(seen.body, QByteArray("query=a%2Bb%26c%3D%2541%20%22%C3%A9%22"));

    endpoint.bearerToken.clear();
    endpoint.user = QStringLiteral("reader");
    endpoint.password = QStringLiteral("pä:ss");
    client = PrometheusClient::create(endpoint);
    QVERIFY(ask(**client, QStringLiteral("up"), kStart + 1ms));
    QVERIFY(seen.head.contains("Authorization: Basic " + QByteArray("reader:pä:ss").toBase64()));
    QCOMPARE(seen.body, QByteArray("query=up&time=1767225600.001"));
}

void tst_PrometheusClient::followsNoRedirectElsewhere()
{
    HttpAnswers elsewhere([](const HttpAnswers::Request&) { return HttpAnswers::json(bigVector(1)); });
    HttpAnswers server([&elsewhere](const HttpAnswers::Request&) {
        return QByteArray("HTTP/1.1 307 Temporary Redirect\r\nContent-Length: 0\r\nLocation: " +
                          elsewhere.url().toEncoded() + "/api/v1/query\r\n\r\n");
    });
    const auto client = clientOf(server.url());
    QVERIFY(!ask(*client, QStringLiteral("up")));
    QCOMPARE(elsewhere.requests(), 0);
}

QTEST_GUILESS_MAIN(tst_PrometheusClient)
#include "tst_prometheus_client.moc"

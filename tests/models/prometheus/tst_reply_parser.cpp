#include "models/prometheus/reply_parser.h"

#include <QTest>

#include <cmath>

using namespace postern;
using namespace std::chrono_literals;

class tst_ReplyParser : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void vectors();
    void matrices();
    void scalars();
    void specialValues_data();
    void specialValues();
    void warnings();
    void nativeHistogramsAreLeftOut();
    void refuses_data();
    void refuses();
    void serverErrors_data();
    void serverErrors();
    void targets();
};

namespace {

QByteArray vectorOf(const QByteArray& value)
{
    return R"({"status":"success","data":{"resultType":"vector","result":[{"metric":{"api":"a/b"},"value":)" +
           value + "}]}}";
}

} // namespace

void tst_ReplyParser::vectors()
{
    const auto answer = parseQueryReply(200,
                                        R"({"status":"success","data":{"resultType":"vector","result":[
            {"metric":{"__name__":"up","job":"a","zone":"Zürich"},"value":[1767225600.781,"1.5"]},
            {"metric":{},"value":[1767225600.781,"-2"]}]}})");
    QVERIFY(answer);
    QCOMPARE(answer->series.size(), std::size_t(2));
    QCOMPARE(answer->series[0].labels.value(u"job"), QStringLiteral("a"));
    QCOMPARE(answer->series[0].labels.value(u"zone"), QStringLiteral("Zürich"));
    QCOMPARE(answer->series[0].labels.value(u"none"), QString());
    QCOMPARE(answer->series[0].last(), 1.5);
    QVERIFY(answer->series[0].points[0].at == Clock::Wall(1'767'225'600'781ms));
    QCOMPARE(answer->series[1].last(), -2.0);
    QVERIFY(answer->warnings.isEmpty());
}

void tst_ReplyParser::matrices()
{
    const auto answer = parseQueryReply(200,
                                        R"({"status":"success","data":{"resultType":"matrix","result":[
            {"metric":{"api":"a/b"},"values":[[1000,"1"],[1015,"NaN"],[1030,"3e2"]]},{"metric":{},"values":[]}]}})");
    QVERIFY(answer);
    QCOMPARE(answer->series[0].points.size(), std::size_t(3));
    QVERIFY(std::isnan(answer->series[0].points[1].value));
    QCOMPARE(answer->series[0].last(), 300.0);
    QVERIFY(std::isnan(answer->series[1].last()));
}

void tst_ReplyParser::scalars()
{
    const auto answer =
        parseQueryReply(200, R"({"status":"success","data":{"resultType":"scalar","result":[10.5,"42"]}})");
    QVERIFY(answer);
    QCOMPARE(answer->series.size(), std::size_t(1));
    QCOMPARE(answer->series[0].last(), 42.0);
}

void tst_ReplyParser::specialValues_data()
{
    QTest::addColumn<QByteArray>("written");
    QTest::addColumn<double>("value");
    QTest::newRow("infinity") << QByteArray("+Inf") << std::numeric_limits<double>::infinity();
    QTest::newRow("minus infinity") << QByteArray("-Inf") << -std::numeric_limits<double>::infinity();
    QTest::newRow("exponent") << QByteArray("1.7976931348623157e+308") << std::numeric_limits<double>::max();
    QTest::newRow("smallest") << QByteArray("5e-324") << std::numeric_limits<double>::denorm_min();
    QTest::newRow("minus zero") << QByteArray("-0") << -0.0;
}

void tst_ReplyParser::specialValues()
{
    QFETCH(QByteArray, written);
    QFETCH(double, value);
    const auto answer = parseQueryReply(200, vectorOf("[1,\"" + written + "\"]"));
    QVERIFY(answer);
    QCOMPARE(answer->series[0].last(), value);
}

void tst_ReplyParser::warnings()
{
    const auto answer = parseQueryReply(
        200,
        R"({"status":"success","data":{"resultType":"vector","result":[]},"warnings":["store b: unavailable"]})");
    QVERIFY(answer);
    QCOMPARE(answer->warnings, QStringList{QStringLiteral("store b: unavailable")});
}

void tst_ReplyParser::nativeHistogramsAreLeftOut()
{
    const auto answer = parseQueryReply(200,
                                        R"({"status":"success","data":{"resultType":"vector","result":[
            {"metric":{},"histogram":[1,{"count":"1","sum":"1","buckets":[]}]},{"metric":{},"value":[1,"2"]}]}})");
    QVERIFY(answer);
    QCOMPARE(answer->series.size(), std::size_t(1));
    QCOMPARE(answer->warnings.size(), 1);
}

void tst_ReplyParser::refuses_data()
{
    QTest::addColumn<QByteArray>("body");
    QTest::newRow("nothing") << QByteArray();
    QTest::newRow("no JSON") << QByteArray("<html>");
    QTest::newRow("truncated") << QByteArray(R"({"status":"success","data":{"resultType":"vector","res)");
    QTest::newRow("an array") << QByteArray("[]");
    QTest::newRow("no data") << QByteArray(R"({"status":"success"})");
    QTest::newRow("no result") << QByteArray(R"({"status":"success","data":{"resultType":"vector"}})");
    QTest::newRow("a string") << QByteArray(
        R"({"status":"success","data":{"resultType":"string","result":[1,"x"]}})");
    QTest::newRow("value is no pair") << vectorOf("[1]");
    QTest::newRow("value is a number") << vectorOf("[1,2]");
    QTest::newRow("value is a word") << vectorOf(R"([1,"many"])");
    QTest::newRow("value is half a number") << vectorOf(R"([1,"1x"])");
    QTest::newRow("time is a word") << vectorOf(R"(["now","1"])");
    QTest::newRow("time beyond the clock") << vectorOf(R"([1e300,"1"])");
    QTest::newRow("invalid UTF-8") << vectorOf("[1,\"1\xFF\"]");
    QTest::newRow("deep") << QByteArray(4000, '[');
    QTest::newRow("metric is no object") << QByteArray(
        R"({"status":"success","data":{"resultType":"vector","result":[{"metric":1,"value":[1,"1"]}]}})");
    QTest::newRow("label is a number") << QByteArray(
        R"({"status":"success","data":{"resultType":"vector","result":[{"metric":{"a":1},"value":[1,"1"]}]}})");
}

void tst_ReplyParser::refuses()
{
    QFETCH(QByteArray, body);
    const auto answer = parseQueryReply(200, body);
    QVERIFY(!answer);
    QCOMPARE(answer.error().kind, Error::Kind::Invalid);
    QCOMPARE(answer.error().fault, Error::Fault::Upstream);
    QVERIFY(!answer.error().message.isEmpty());
}

void tst_ReplyParser::serverErrors_data()
{
    QTest::addColumn<int>("status");
    QTest::addColumn<QByteArray>("body");
    QTest::addColumn<int>("kind");
    QTest::addColumn<bool>("retryable");
    QTest::addColumn<QString>("words");
    const auto row = [](const char* name, int status, const char* body, Error::Kind kind, bool retryable,
                        const char* words) {
        QTest::newRow(name) << status << QByteArray(body) << int(kind) << retryable
                            << QString::fromLatin1(words);
    };
    row("bad query", 400, R"({"status":"error","errorType":"bad_data","error":"parse error"})",
        Error::Kind::Invalid, false, "Prometheus answered 400 bad_data: parse error");
    row("not executable", 422,
        R"({"status":"error","errorType":"execution","error":"many-to-many matching"})", Error::Kind::Invalid,
        false, "Prometheus answered 422 execution: many-to-many matching");
    row("too many samples", 422,
        R"({"status":"error","errorType":"execution","error":"query processing would load too many samples"})",
        Error::Kind::Exhausted, false,
        "Prometheus answered 422 execution: query processing would load too many samples");
    row("timeout", 503, R"({"status":"error","errorType":"timeout","error":"query timed out"})",
        Error::Kind::TimedOut, true, "Prometheus answered 503 timeout: query timed out");
    row("starting", 503, "Service Unavailable", Error::Kind::Unavailable, true, "Prometheus answered 503");
    row("a proxy's page", 502, "<html>Bad Gateway</html>", Error::Kind::Unavailable, true,
        "Prometheus answered 502");
    row("forbidden", 403, "", Error::Kind::Denied, false, "Prometheus answered 403");
    row("unauthorised", 401, "Unauthorized", Error::Kind::Denied, false, "Prometheus answered 401");
    row("not there", 404, "404 page not found", Error::Kind::NotFound, false, "Prometheus answered 404");
    row("too many requests", 429, "", Error::Kind::Exhausted, false, "Prometheus answered 429");
}

void tst_ReplyParser::serverErrors()
{
    QFETCH(int, status);
    QFETCH(QByteArray, body);
    QFETCH(int, kind);
    const auto answer = parseQueryReply(status, body);
    QVERIFY(!answer);
    QCOMPARE(int(answer.error().kind), kind);
    QTEST(answer.error().retryable, "retryable");
    QTEST(answer.error().message, "words");
}

void tst_ReplyParser::targets()
{
    const auto targets = parseTargetsReply(
        200,
        R"({"status":"success","data":{"activeTargets":[{"labels":{"instance":"127.0.0.1:9911","job":"postern"},
            "health":"down","lastError":"connection refused","scrapeInterval":"15s","scrapeTimeout":"10s"}],
            "droppedTargets":[]}})");
    QVERIFY(targets);
    QCOMPARE(targets->size(), std::size_t(1));
    QCOMPARE(targets->front().instance, QStringLiteral("127.0.0.1:9911"));
    QCOMPARE(targets->front().health, QStringLiteral("down"));
    QCOMPARE(targets->front().lastError, QStringLiteral("connection refused"));
    QCOMPARE(targets->front().scrapeInterval, std::chrono::milliseconds(15s));
    QVERIFY(!parseTargetsReply(200, R"({"status":"success","data":{}})"));
}

QTEST_GUILESS_MAIN(tst_ReplyParser)
#include "tst_reply_parser.moc"

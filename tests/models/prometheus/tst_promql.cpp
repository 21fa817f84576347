#include "models/prometheus/promql.h"

#include <QTest>

using namespace postern;
using namespace std::chrono_literals;

class tst_Promql : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void quotes_data();
    void quotes();
    void durations_data();
    void durations();
    void refusesDurations_data();
    void refusesDurations();
    void selectors();
    void expressions();
    void rateWindows_data();
    void rateWindows();
    void steps_data();
    void steps();
};

void tst_Promql::quotes_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("quoted");
    QTest::newRow("plain") << QStringLiteral("payments/accounts") << QStringLiteral(R"("payments/accounts")");
    QTest::newRow("quote") << QStringLiteral(R"(a"b)") << QStringLiteral(R"("a\"b")");
    QTest::newRow("backslash") << QStringLiteral(R"(a\)") << QStringLiteral(R"("a\\")");
    QTest::newRow("line end") << QStringLiteral("a\nb") << QStringLiteral(R"("a\x0ab")");
    QTest::newRow("not latin") << QStringLiteral("Zürich–東京") << QStringLiteral("\"Zürich–東京\"");
    QTest::newRow("injection") << QStringLiteral(R"(x"} or up{a=")")
                               << QStringLiteral(R"("x\"} or up{a=\"")");
}

void tst_Promql::quotes()
{
    QFETCH(QString, text);
    QTEST(promql::quoted(text), "quoted");
}

void tst_Promql::durations_data()
{
    QTest::addColumn<qint64>("ms");
    QTest::addColumn<QString>("text");
    QTest::newRow("nothing") << qint64(0) << QStringLiteral("0s");
    QTest::newRow("milliseconds") << qint64(250) << QStringLiteral("250ms");
    QTest::newRow("seconds") << qint64(15'000) << QStringLiteral("15s");
    QTest::newRow("minutes") << qint64(300'000) << QStringLiteral("5m");
    QTest::newRow("mixed") << qint64(5'400'000) << QStringLiteral("1h30m");
    QTest::newRow("days") << qint64(30) * 86'400'000 << QStringLiteral("30d");
    QTest::newRow("weeks") << qint64(28) * 86'400'000 << QStringLiteral("4w");
    QTest::newRow("year") << qint64(365) * 86'400'000 << QStringLiteral("1y");
}

void tst_Promql::durations()
{
    QFETCH(qint64, ms);
    QTEST(promql::duration(std::chrono::milliseconds(ms)), "text");
    QFETCH(QString, text);
    QCOMPARE(promql::parseDuration(text).value_or(-1ms).count(), ms);
}

void tst_Promql::refusesDurations_data()
{
    QTest::addColumn<QString>("text");
    for (const char* text : {"", "5", "m", "5x", "5m5m", "5s5m", "-5m", " 5m", "5 m", "99999999999d", "1.5h"})
        QTest::newRow(*text ? text : "empty") << QString::fromLatin1(text);
}

void tst_Promql::refusesDurations()
{
    QFETCH(QString, text);
    QVERIFY(!promql::parseDuration(text));
}

void tst_Promql::selectors()
{
    const promql::Selector requests(QStringLiteral("postern_requests_total"));
    QCOMPARE(requests.text(), QStringLiteral("postern_requests_total"));
    QCOMPARE(
        requests.is(QStringLiteral("api"), QStringLiteral("a/b"))
            .isNot(QStringLiteral("route"), QStringLiteral("-"))
            .matches(QStringLiteral("code"), QStringLiteral("5.."))
            .matchesNot(QStringLiteral("method"), QStringLiteral("GET|HEAD"))
            .text(),
        QStringLiteral(R"(postern_requests_total{api="a/b",route!="-",code=~"5..",method!~"GET|HEAD"})"));
    QCOMPARE(requests.isOneOf(QStringLiteral("le"), {QStringLiteral("0.25"), QStringLiteral("a|b")}).text(),
             QStringLiteral(R"(postern_requests_total{le=~"0\\.25|a\\|b"})"));
    QCOMPARE(requests.having(QStringLiteral(R"(code=~"5..")")).text(),
             QStringLiteral(R"(postern_requests_total{code=~"5.."})"));
}

void tst_Promql::expressions()
{
    const QString up = QStringLiteral("up");
    QCOMPARE(promql::rate(up, 60s), QStringLiteral("rate(up[1m])"));
    QCOMPARE(promql::sumBy({QStringLiteral("api"), QStringLiteral("le")}, up),
             QStringLiteral("sum by (api, le) (up)"));
    QCOMPARE(promql::histogramQuantile(0.99, up), QStringLiteral("histogram_quantile(0.99, up)"));
    QCOMPARE(promql::together({promql::tagged(up, QStringLiteral("part"), QStringLiteral("a$1")), up}),
             QStringLiteral(R"(label_replace(up, "part", "a$$1", "", "") or up)"));
}

void tst_Promql::rateWindows_data()
{
    QTest::addColumn<int>("scrapeMs");
    QTest::addColumn<int>("seconds");
    QTest::newRow("500 ms") << 500 << 4;
    QTest::newRow("1 s") << 1000 << 4;
    QTest::newRow("15 s") << 15'000 << 60;
    QTest::newRow("1 min") << 60'000 << 240;
    QTest::newRow("odd") << 1100 << 5;
}

void tst_Promql::rateWindows()
{
    QFETCH(int, scrapeMs);
    QFETCH(int, seconds);
    QCOMPARE(promql::rateWindow(std::chrono::milliseconds(scrapeMs)).count(), seconds);
}

void tst_Promql::steps_data()
{
    QTest::addColumn<int>("range");
    QTest::addColumn<int>("points");
    QTest::addColumn<int>("scrapeMs");
    QTest::addColumn<int>("step");
    QTest::newRow("6 h, 72 points") << 21'600 << 72 << 15'000 << 300;
    QTest::newRow("6 h, 240 points") << 21'600 << 240 << 15'000 << 120;
    QTest::newRow("5 min: never under a scrape") << 300 << 240 << 15'000 << 15;
    QTest::newRow("a demo's") << 60 << 240 << 1000 << 1;
    QTest::newRow("30 d") << 2'592'000 << 720 << 60'000 << 3600;
    QTest::newRow("ten years") << 315'360'000 << 240 << 15'000 << 1'382'400;
}

void tst_Promql::steps()
{
    QFETCH(int, range);
    QFETCH(int, points);
    QFETCH(int, scrapeMs);
    QFETCH(int, step);
    const auto got =
        promql::stepFor(std::chrono::seconds(range), points, std::chrono::milliseconds(scrapeMs));
    QCOMPARE(got.count(), step);
}

QTEST_GUILESS_MAIN(tst_Promql)
#include "tst_promql.moc"

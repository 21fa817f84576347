#include "models/slo/alert_windows.h"
#include "models/slo/indicator.h"

#include <QFile>
#include <QRegularExpression>
#include <QTest>

#include <set>

using namespace postern::slo;
using namespace std::chrono_literals;
using std::chrono::seconds;

class tst_AlertWindows : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void agreesWithSloth_data();
    void agreesWithSloth();
    void windowsAreSlothsToo();
    void countersAreTheContracts();
    void bucketLabels_data();
    void bucketLabels();
};

namespace {

QString read(const QString& name)
{
    QFile file(QStringLiteral(POSTERN_TEST_DATA "/slo-rules/") + name);
    return file.open(QIODevice::ReadOnly) ? QString::fromUtf8(file.readAll()) : QString();
}

seconds windowOf(const QString& text)
{
    const qint64 count = text.left(text.size() - 1).toLongLong();
    const QChar unit = text.back();
    return seconds(count * (unit == u'm' ? 60 : unit == u'h' ? 3600 : 86'400));
}

/// severity, short, long, threshold
using Pair = std::tuple<QString, qint64, qint64, double>;

/// The pairs of Sloth's alerts: `ratio_rate5m{…} > (14.4 * …)` and `ratio_rate1h{…} > (14.4 * …)`.
std::set<Pair> slothPairs(const QString& rules)
{
    std::set<Pair> pairs;
    const QRegularExpression alert(QStringLiteral("- alert:(.*?)sloth_severity: (page|ticket)"),
                                   QRegularExpression::DotMatchesEverythingOption);
    const QRegularExpression side(QStringLiteral("ratio_rate(\\d+[mhd])\\{[^}]*\\} > \\(([0-9.]+) \\*"));
    auto alerts = alert.globalMatch(rules);
    while (alerts.hasNext()) {
        const auto one = alerts.next();
        auto sides = side.globalMatch(one.captured(1));
        while (sides.hasNext()) {
            const auto first = sides.next();
            const auto second = sides.next();
            pairs.insert({one.captured(2), windowOf(first.captured(1)).count(),
                          windowOf(second.captured(1)).count(), first.captured(2).toDouble()});
        }
    }
    return pairs;
}

} // namespace

void tst_AlertWindows::agreesWithSloth_data()
{
    QTest::addColumn<QString>("file");
    QTest::newRow("getting started") << QStringLiteral("expected-getting-started.yml");
    QTest::newRow("home wifi") << QStringLiteral("expected-home-wifi.yml");
}

void tst_AlertWindows::agreesWithSloth()
{
    QFETCH(QString, file);
    std::set<Pair> ours;
    for (const AlertWindow& pair : alertWindows())
        ours.insert({pair.verdict == Verdict::Page ? QStringLiteral("page") : QStringLiteral("ticket"),
                     pair.shortWindow.count(), pair.longWindow.count(),
                     std::round(pair.threshold(720h) * 1e9) / 1e9});
    const std::set<Pair> theirs = slothPairs(read(file));
    QCOMPARE(theirs.size(), std::size_t(4));
    QVERIFY(ours == theirs);
}

/// Sloth records the ratio over these windows, and over the objective's own.
void tst_AlertWindows::windowsAreSlothsToo()
{
    std::set<qint64> theirs;
    auto match = QRegularExpression(QStringLiteral("record: slo:sli_error:ratio_rate(\\d+[mhd])"))
                     .globalMatch(read(QStringLiteral("expected-getting-started.yml")));
    while (match.hasNext())
        theirs.insert(windowOf(match.next().captured(1)).count());
    QVERIFY(theirs.erase(seconds(720h).count()) == 1);
    const std::vector<seconds> windows = burnWindows();
    std::set<qint64> ours;
    for (const seconds window : windows)
        ours.insert(window.count());
    QCOMPARE(ours, theirs);
    QVERIFY(std::is_sorted(windows.begin(), windows.end()));
}

void tst_AlertWindows::countersAreTheContracts()
{
    QCOMPARE(availabilityBad().selector(),
             QStringLiteral(R"(postern_requests_total{route!="-",code=~"5.."})"));
    QCOMPARE(availabilityTotal().selector(),
             QStringLiteral(R"(postern_requests_total{route!="-",code!~"4.."})"));
    QCOMPARE(latencyTotal().selector(),
             QStringLiteral(R"(postern_request_duration_seconds_count{route!="-",outcome="ok"})"));
    QCOMPARE(latencyWithin({250ms, 1s}).selector(),
             QStringLiteral(
                 R"(postern_request_duration_seconds_bucket{route!="-",outcome="ok",le=~"0\\.25|1|1\\.0"})"));
}

void tst_AlertWindows::bucketLabels_data()
{
    QTest::addColumn<int>("ms");
    QTest::addColumn<QStringList>("labels");
    QTest::newRow("a half millisecond's neighbour") << 1 << QStringList{QStringLiteral("0.001")};
    QTest::newRow("quarter") << 250 << QStringList{QStringLiteral("0.25")};
    QTest::newRow("second") << 1000 << QStringList{QStringLiteral("1"), QStringLiteral("1.0")};
    QTest::newRow("ten") << 10'000 << QStringList{QStringLiteral("10"), QStringLiteral("10.0")};
    QTest::newRow("odd") << 1337 << QStringList{QStringLiteral("1.337")};
}

void tst_AlertWindows::bucketLabels()
{
    QFETCH(int, ms);
    QTEST(postern::slo::bucketLabels(std::chrono::milliseconds(ms)), "labels");
}

QTEST_GUILESS_MAIN(tst_AlertWindows)
#include "tst_alert_windows.moc"

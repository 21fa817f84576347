#include "gateway/upstream/outlier_detector.h"
#include "gateway/upstream/upstream_directory.h"
#include "models/document/upstream.h"
#include "tests/support/fake_clock.h"

#include <QTest>

using namespace postern;
using namespace postern::test;
using namespace std::chrono_literals;

using Counts = EndpointCensus::Counts;

class TestOutlierDetector : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void errorsInARow_data();
    void errorsInARow();
    void workersCountTogether();
    void longerEachTime();
    void neverTooMany_data();
    void neverTooMany();
    void withoutRulesNothing();
    void servingIsHealthy_data();
    void servingIsHealthy();
    void livesThroughAReload();

private:
    static Upstream upstreamOf(int endpoints)
    {
        Upstream upstream;
        for (int i = 0; i < endpoints; ++i)
            upstream.endpoints.push_back({QStringLiteral("10.0.0.%1:80").arg(i), 1});
        return upstream;
    }
    void fail(const OutlierDetector& detector, UpstreamDirectory& directory, std::size_t endpoint,
              int times = 3)
    {
        for (int i = 0; i < times; ++i)
            detector.judge(*directory.entries()[endpoint].health, AttemptOutcome::ServerError,
                           m_clock.steady());
    }

    FakeClock m_clock;
    const OutlierRules m_rules{3, 10s, 50};
};

void TestOutlierDetector::errorsInARow_data()
{
    QTest::addColumn<QList<int>>("outcomes");
    QTest::addColumn<bool>("ejected");
    const int good = int(AttemptOutcome::Success);
    const int bad = int(AttemptOutcome::ServerError);
    const int reset = int(AttemptOutcome::Reset);
    const int late = int(AttemptOutcome::Timeout);
    const int refused = int(AttemptOutcome::ConnectFailure);
    QTest::addRow("enough") << QList<int>{bad, bad, bad} << true;
    QTest::addRow("of any kind") << QList<int>{reset, late, refused} << true;
    QTest::addRow("too few") << QList<int>{bad, bad} << false;
    QTest::addRow("not in a row") << QList<int>{bad, bad, good, bad, bad} << false;
}

void TestOutlierDetector::errorsInARow()
{
    QFETCH(QList<int>, outcomes);
    QFETCH(bool, ejected);
    const auto directory = UpstreamDirectory::create(upstreamOf(4), nullptr);
    const OutlierDetector detector(m_rules, directory);
    EndpointHealth& health = *directory->entries()[1].health;
    for (const int outcome : outcomes)
        detector.judge(health, static_cast<AttemptOutcome>(outcome), m_clock.steady());
    QCOMPARE(health.isEjected(m_clock.steady()), ejected);
    QCOMPARE(directory->count(m_clock.steady())[2], std::uint64_t(ejected));
}

void TestOutlierDetector::workersCountTogether()
{
    const auto directory = UpstreamDirectory::create(upstreamOf(4), nullptr);
    const OutlierDetector one(m_rules, directory);
    const OutlierDetector other(m_rules, directory);
    fail(one, *directory, 0, 2);
    fail(other, *directory, 0, 1);
    QCOMPARE(directory->count(m_clock.steady()), (Counts{3, 0, 1}));
}

/// Ten seconds, then twenty; and shorter again after good times.
void TestOutlierDetector::longerEachTime()
{
    const auto directory = UpstreamDirectory::create(upstreamOf(4), nullptr);
    const OutlierDetector detector(m_rules, directory);
    const auto ejected = [&] { return directory->entries()[0].health->isEjected(m_clock.steady()); };
    fail(detector, *directory, 0);
    m_clock.advance(9s);
    QVERIFY(ejected());
    m_clock.advance(1s);
    QVERIFY(!ejected());
    fail(detector, *directory, 0);
    m_clock.advance(19s);
    QVERIFY(ejected());
    m_clock.advance(1s);
    QVERIFY(!ejected());
    m_clock.advance(20s); // both are forgotten
    fail(detector, *directory, 0);
    m_clock.advance(10s);
    QVERIFY(!ejected());
    for (int i = 0; i < 100; ++i) { // without end, but not for ever
        fail(detector, *directory, 0);
        m_clock.advance(OutlierRules::kLongestEjection);
        QVERIFY(!ejected());
    }
}

void TestOutlierDetector::neverTooMany_data()
{
    QTest::addColumn<int>("endpoints");
    QTest::addColumn<double>("most"); // %
    QTest::addColumn<int>("ejected"); // when all of them fail
    QTest::addRow("half") << 4 << 50.0 << 2;
    QTest::addRow("the first may always go") << 4 << 1.0 << 1;
    QTest::addRow("the only one, too") << 1 << 50.0 << 1;
    QTest::addRow("none") << 4 << 0.0 << 0;
    QTest::addRow("all") << 4 << 100.0 << 4;
    QTest::addRow("a third of ten") << 10 << 33.0 << 4; // three are 30 %, which is less than 33
}

void TestOutlierDetector::neverTooMany()
{
    QFETCH(int, endpoints);
    QFETCH(double, most);
    QFETCH(int, ejected);
    const auto directory = UpstreamDirectory::create(upstreamOf(endpoints), nullptr);
    const OutlierDetector detector(OutlierRules{3, 10s, most}, directory);
    for (int i = 0; i < endpoints; ++i)
        fail(detector, *directory, std::size_t(i));
    QCOMPARE(directory->count(m_clock.steady())[2], std::uint64_t(ejected));
    m_clock.advance(10s);
    QCOMPARE(directory->count(m_clock.steady()), (Counts{std::uint64_t(endpoints), 0, 0}));
}

void TestOutlierDetector::withoutRulesNothing()
{
    const auto directory = UpstreamDirectory::create(upstreamOf(2), nullptr);
    fail(OutlierDetector(std::nullopt, directory), *directory, 0, 1000);
    QCOMPARE(directory->count(m_clock.steady()), (Counts{2, 0, 0}));
}

void TestOutlierDetector::servingIsHealthy_data()
{
    QTest::addColumn<bool>("rules");
    QTest::addRow("with rules") << true;
    QTest::addRow("without") << false;
}

/// One connection was refused, and those that are there go on: there may never be a new one.
void TestOutlierDetector::servingIsHealthy()
{
    QFETCH(bool, rules);
    const auto directory = UpstreamDirectory::create(upstreamOf(2), nullptr);
    const OutlierDetector detector(rules ? std::optional(m_rules) : std::nullopt, directory);
    EndpointHealth& health = *directory->entries()[0].health;
    detector.judge(health, AttemptOutcome::ConnectFailure, m_clock.steady());
    detector.judge(health, AttemptOutcome::Success, m_clock.steady()); // says nothing of new connections
    QVERIFY(!health.isWorthTrying(m_clock.steady()));
    QCOMPARE(directory->count(m_clock.steady()), (Counts{1, 1, 0}));
    m_clock.advance(1s);
    detector.judge(health, AttemptOutcome::ServerError, m_clock.steady());
    QCOMPARE(directory->count(m_clock.steady()), (Counts{1, 1, 0}));
    detector.judge(health, AttemptOutcome::Success, m_clock.steady());
    QCOMPARE(directory->count(m_clock.steady()), (Counts{2, 0, 0}));
}

/// What is known of an endpoint stays known, wherever it now stands in the list.
void TestOutlierDetector::livesThroughAReload()
{
    Upstream upstream = upstreamOf(3);
    const auto before = UpstreamDirectory::create(upstream, nullptr);
    fail(OutlierDetector(m_rules, before), *before, 0);
    std::ranges::reverse(upstream.endpoints);
    const auto after = UpstreamDirectory::create(upstream, before);
    QVERIFY(after->entries()[2].health->isEjected(m_clock.steady()));
    upstream.endpoints.pop_back();
    QCOMPARE(UpstreamDirectory::create(upstream, after)->count(m_clock.steady()), (Counts{2, 0, 0}));
}

QTEST_GUILESS_MAIN(TestOutlierDetector)

#include "tst_outlier_detector.moc"

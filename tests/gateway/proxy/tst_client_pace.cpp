#include "gateway/proxy/client_pace.h"

#include <QTest>

#include <limits>

using namespace postern;
using namespace std::chrono_literals;

namespace {

Limits limits(quint64 rate, std::chrono::milliseconds grace)
{
    Limits result;
    result.minimumRate = Bytes{rate};
    result.minimumRateGrace = grace;
    return result;
}

} // namespace

class TestClientPace : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void addsUp_data();
    void addsUp();
    void knowsNoLimitWithoutARate();
    void survivesAnything();
};

void TestClientPace::addsUp_data()
{
    QTest::addColumn<int>("pause"); // milliseconds, for each of the bytes
    QTest::addColumn<quint64>("bytes");
    QTest::addColumn<int>("times");
    QTest::addColumn<int>("left"); // of ten seconds, at a hundred bytes a second
    QTest::newRow("nothing yet") << 0 << quint64{0} << 0 << 10'000;
    QTest::newRow("a pause") << 4000 << quint64{0} << 1 << 6000;
    QTest::newRow("a byte just before each timeout") << 4000 << quint64{1} << 3 << -1970;
    QTest::newRow("exactly as fast as it must be") << 500 << quint64{50} << 1000 << 10'000;
    QTest::newRow("half as fast") << 1000 << quint64{50} << 20 << 0;
    QTest::newRow("fast") << 10 << quint64{100'000} << 100 << 10'000; // and saves nothing up
}

void TestClientPace::addsUp()
{
    QFETCH(int, pause);
    QFETCH(quint64, bytes);
    QFETCH(int, times);
    QFETCH(int, left);
    const Limits wanted = limits(100, 10s);
    ClientPace pace;
    pace.begin(wanted);
    for (int i = 0; i < times; ++i)
        pace.spend(std::chrono::milliseconds(pause), bytes, wanted);
    QCOMPARE(std::chrono::duration_cast<std::chrono::milliseconds>(pace.left(wanted)).count(), left);
    pace.begin(wanted);
    QCOMPARE(pace.left(wanted), ClientPace::Duration(10s));
}

void TestClientPace::knowsNoLimitWithoutARate()
{
    const Limits wanted = limits(0, 10s);
    ClientPace pace;
    pace.begin(wanted);
    pace.spend(24h, 0, wanted);
    QCOMPARE(pace.left(wanted), ClientPace::Duration::max());
}

void TestClientPace::survivesAnything()
{
    for (const Limits& wanted : {limits(1, 10min), limits(1024 * 1024, 10min), limits(1024 * 1024, 1ms)}) {
        ClientPace pace;
        pace.begin(wanted);
        pace.spend(1ms, std::numeric_limits<std::uint64_t>::max(), wanted);
        QCOMPARE(pace.left(wanted), ClientPace::Duration(wanted.minimumRateGrace));
    }
}

QTEST_GUILESS_MAIN(TestClientPace)
#include "tst_client_pace.moc"

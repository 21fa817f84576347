#include "gateway/proxy/reading_watch.h"
#include "tests/support/fake_clock.h"

#include <QTest>

using namespace postern;
using namespace postern::test;
using namespace std::chrono_literals;

namespace {

/// Looks every second; a byte a second is fast enough, and ten seconds of waiting are had at first.
Limits limits()
{
    Limits result;
    result.writeTimeout = 4s;
    result.minimumRate = Bytes{1};
    result.minimumRateGrace = 10s;
    return result;
}

} // namespace

class TestReadingWatch : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void looksOnlyWhileSomethingIsPending();
    void endsWhoDoesNotRead();
    void endsWhoReadsTooSlowly();
    void sparesWhoReads_data();
    void sparesWhoReads();
    void roomIsASignOfReading();
    void paceCountsOverTheMessage_data();
    void paceCountsOverTheMessage();
    void whatWentInBetweenIsNotReading();

private:
    /// As a connection does: whenever it is time. \returns how long that went well; at most a minute.
    static std::chrono::seconds watch(ReadingWatch& reading, FakeClock& clock, std::int64_t bytesASecond,
                                      const Limits& limits);
};

std::chrono::seconds TestReadingWatch::watch(ReadingWatch& reading, FakeClock& clock,
                                             std::int64_t bytesASecond, const Limits& limits)
{
    std::int64_t taken = 0;
    for (auto past = 0s; past < 60s; past += 1s) {
        clock.advance(1s);
        taken += bytesASecond;
        if (reading.nextLook() <= clock.steady() && !reading.look(clock.steady(), taken, limits))
            return past + 1s;
    }
    return 60s;
}

void TestReadingWatch::looksOnlyWhileSomethingIsPending()
{
    FakeClock clock;
    ReadingWatch reading;
    QVERIFY(reading.nextLook() == ReadingWatch::kNever);
    reading.tookSome(clock);
    reading.pause();
    QVERIFY(reading.nextLook() == ReadingWatch::kNever);
    const Clock::Steady begun = clock.steady();
    reading.begin(clock, limits());
    QVERIFY(reading.nextLook() == begun + 1s);
    clock.advance(500ms);
    reading.begin(clock, limits()); // more became pending
    QVERIFY(reading.nextLook() == begun + 1s);
    clock.advance(600ms);
    QVERIFY(reading.look(clock.steady(), 0, limits()));
    QVERIFY(reading.nextLook() == clock.steady() + 1s);
    reading.pause();
    QVERIFY(reading.nextLook() == ReadingWatch::kNever);
    reading.begin(clock, limits());
    reading.end();
    QVERIFY(reading.nextLook() == ReadingWatch::kNever);

    // The shorter of the two times says how often.
    Limits hasty = limits();
    hasty.minimumRateGrace = 2s;
    reading.begin(clock, hasty);
    QVERIFY(reading.nextLook() == clock.steady() + 500ms);
}

void TestReadingWatch::endsWhoDoesNotRead()
{
    FakeClock clock;
    ReadingWatch reading;
    reading.begin(clock, limits());
    QCOMPARE(watch(reading, clock, 0, limits()).count(), 4);
}

void TestReadingWatch::endsWhoReadsTooSlowly()
{
    FakeClock clock;
    ReadingWatch reading;
    Limits wanted = limits();
    wanted.minimumRate = Bytes{10};
    reading.begin(clock, wanted);
    // Half a second lost in each; the first look knows only where the count stands.
    QCOMPARE(watch(reading, clock, 5, wanted).count(), 21);
}

void TestReadingWatch::sparesWhoReads_data()
{
    QTest::addColumn<int>("bytesASecond");
    QTest::addColumn<quint64>("minimumRate");
    QTest::newRow("as fast as it must") << 10 << quint64{10};
    QTest::newRow("faster") << 1'000'000 << quint64{10};
    QTest::newRow("a byte now and then, and no rate is wanted") << 1 << quint64{0};
}

void TestReadingWatch::sparesWhoReads()
{
    QFETCH(int, bytesASecond);
    QFETCH(quint64, minimumRate);
    FakeClock clock;
    ReadingWatch reading;
    Limits wanted = limits();
    wanted.minimumRate = Bytes{minimumRate};
    reading.begin(clock, wanted);
    QCOMPARE(watch(reading, clock, bytesASecond, wanted).count(), 60);
}

void TestReadingWatch::roomIsASignOfReading()
{
    // The kernel told of room, though as much is on its way again as before.
    FakeClock clock;
    ReadingWatch reading;
    Limits wanted = limits();
    wanted.minimumRate = Bytes{0};
    reading.begin(clock, wanted);
    for (int i = 0; i < 10; ++i) {
        clock.advance(3s);
        reading.tookSome(clock);
        QVERIFY(reading.look(clock.steady(), 0, wanted));
    }
    clock.advance(4s);
    QVERIFY(!reading.look(clock.steady(), 0, wanted));
}

void TestReadingWatch::paceCountsOverTheMessage_data()
{
    QTest::addColumn<bool>("sameMessage");
    QTest::addColumn<int>("times"); // of two seconds, and a second before them that is not known of
    QTest::newRow("one message") << true << 5;
    QTest::newRow("a message each") << false << 50;
}

void TestReadingWatch::paceCountsOverTheMessage()
{
    QFETCH(bool, sameMessage);
    QFETCH(int, times);
    FakeClock clock;
    ReadingWatch reading;
    int done = 0;
    for (bool reads = true; reads && done < 50; ++done) {
        reading.begin(clock, limits());
        clock.advance(1s);
        QVERIFY(reading.look(clock.steady(), 0, limits()));
        clock.advance(2s);
        reads = reading.look(clock.steady(), 0, limits());
        if (sameMessage)
            reading.pause();
        else
            reading.end();
    }
    QCOMPARE(done, times);
}

void TestReadingWatch::whatWentInBetweenIsNotReading()
{
    FakeClock clock;
    ReadingWatch reading;
    reading.begin(clock, limits());
    clock.advance(1s);
    QVERIFY(reading.look(clock.steady(), 0, limits()));
    reading.pause();
    clock.advance(1h); // and nothing is pending
    reading.begin(clock, limits());
    clock.advance(3s);
    QVERIFY(reading.look(clock.steady(), 1'000'000, limits())); // the megabyte went before it was pending
    clock.advance(1s);
    QVERIFY(!reading.look(clock.steady(), 1'000'000, limits()));
}

QTEST_GUILESS_MAIN(TestReadingWatch)
#include "tst_reading_watch.moc"

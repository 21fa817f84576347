#include "gateway/event/deadline_sweep.h"
#include "tests/support/fake_clock.h"

#include <QTest>

#include <functional>
#include <memory>
#include <random>

using namespace postern;
using namespace std::chrono_literals;
using postern::test::FakeClock;

namespace {

class Counted final : public Deadline
{
public:
    std::function<void()> onReached = [] {};
    int count = 0;

private:
    void reached() override
    {
        ++count;
        onReached();
    }
};

} // namespace

class TestDeadlineSweep : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void reachedInTime_data();
    void reachedInTime();
    void movedLaterAndEarlier();
    void cancelled();
    void setAgainInItsOwnHandler();
    void destroysOthersInItsHandler();
    void ticksByItself();
    void manyAtRandom();
};

void TestDeadlineSweep::reachedInTime_data()
{
    QTest::addColumn<int>("delay");
    QTest::addRow("now") << 0;
    QTest::addRow("short") << 1;
    QTest::addRow("a tick") << 25;
    QTest::addRow("seconds") << 2000;
    QTest::addRow("just under a turn") << 25 * 511;
    QTest::addRow("a turn") << 25 * 512;
    QTest::addRow("many turns") << 100'003;
}

void TestDeadlineSweep::reachedInTime()
{
    QFETCH(int, delay);
    FakeClock clock;
    DeadlineSweep sweep(clock);
    Counted deadline;
    const auto start = clock.steady();
    sweep.set(deadline, start + std::chrono::milliseconds(delay));
    while (deadline.count == 0 && clock.steady() < start + 200s) {
        clock.advance(1ms);
        sweep.sweep();
    }
    const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(clock.steady() - start).count();
    QVERIFY2(took >= delay && took <= delay + 50, qPrintable(QString::number(took)));
    QVERIFY(!deadline.isSet());
}

void TestDeadlineSweep::movedLaterAndEarlier()
{
    FakeClock clock;
    DeadlineSweep sweep(clock);
    Counted deadline;
    const auto start = clock.steady();
    sweep.set(deadline, start + 1s);
    sweep.set(deadline, start + 60s);
    clock.advance(59s);
    sweep.sweep();
    QCOMPARE(deadline.count, 0);
    sweep.set(deadline, start + 59s + 100ms);
    clock.advance(150ms);
    sweep.sweep();
    QCOMPARE(deadline.count, 1);
    clock.advance(100s);
    sweep.sweep();
    QCOMPARE(deadline.count, 1);
}

void TestDeadlineSweep::cancelled()
{
    FakeClock clock;
    DeadlineSweep sweep(clock);
    Counted deadline;
    sweep.set(deadline, clock.steady() + 1s);
    deadline.cancel();
    deadline.cancel();
    clock.advance(5s);
    sweep.sweep();
    QCOMPARE(deadline.count, 0);
}

void TestDeadlineSweep::setAgainInItsOwnHandler()
{
    FakeClock clock;
    DeadlineSweep sweep(clock);
    Counted deadline;
    deadline.onReached = [&] { sweep.set(deadline, clock.steady()); };
    sweep.set(deadline, clock.steady());
    for (int i = 1; i <= 3; ++i) {
        clock.advance(50ms);
        sweep.sweep();
        QVERIFY(deadline.count >= i && deadline.count <= 2 * i);
    }
}

void TestDeadlineSweep::destroysOthersInItsHandler()
{
    FakeClock clock;
    DeadlineSweep sweep(clock);
    auto one = std::make_unique<Counted>();
    auto two = std::make_unique<Counted>();
    auto three = std::make_unique<Counted>();
    one->onReached = [&] {
        two.reset();
        three.reset();
    };
    for (Counted* deadline : {one.get(), two.get(), three.get()})
        sweep.set(*deadline, clock.steady() + 1s);
    clock.advance(2s);
    sweep.sweep();
    QCOMPARE(one->count, 1);
    QVERIFY(!two && !three);
}

void TestDeadlineSweep::ticksByItself()
{
    const SystemClock clock;
    DeadlineSweep sweep(clock);
    Counted deadline;
    const auto start = clock.steady();
    sweep.set(deadline, start + 80ms);
    QTRY_COMPARE(deadline.count, 1);
    QVERIFY(clock.steady() - start >= 80ms);
}

void TestDeadlineSweep::manyAtRandom()
{
    FakeClock clock;
    DeadlineSweep sweep(clock);
    std::mt19937 random(7);
    std::vector<std::unique_ptr<Counted>> deadlines;
    std::vector<int> expected;
    for (int i = 0; i < 500; ++i) {
        deadlines.push_back(std::make_unique<Counted>());
        expected.push_back(0);
        Counted* deadline = deadlines.back().get();
        deadline->onReached = [deadline, &clock] { QVERIFY(deadline->when() <= clock.steady()); };
    }
    for (int step = 0; step < 20'000; ++step) {
        const std::size_t which = random() % deadlines.size();
        Counted& deadline = *deadlines[which];
        if (deadline.count > expected[which]) {
            QCOMPARE(deadline.count, expected[which] + 1);
            expected[which] = deadline.count;
        }
        if (random() % 10 == 0)
            deadline.cancel();
        else
            sweep.set(deadline, clock.steady() + std::chrono::milliseconds(random() % 30'000));
        clock.advance(std::chrono::milliseconds(random() % 10));
        sweep.sweep();
        // Nobody set is overdue by more than two ticks.
        for (const auto& other : deadlines)
            QVERIFY(!other->isSet() || other->when() + 2 * DeadlineSweep::kTick > clock.steady());
    }
}

QTEST_GUILESS_MAIN(TestDeadlineSweep)
#include "tst_deadline_sweep.moc"

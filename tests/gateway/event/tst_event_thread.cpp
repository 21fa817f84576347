#include "gateway/event/event_thread.h"

#include <QTest>
#include <QThread>
#include <QTimer>

using namespace postern;

class TestEventThread : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void runsTasksOnItsThread();
    void keepsTheirOrder();
    void runsTimers();
    void runsWhatWasPostedBeforeItStops();
    void passesValuesAndMoveOnlyTasks();
};

void TestEventThread::runsTasksOnItsThread()
{
    const auto thread = std::move(*EventThread::start(QStringLiteral("worker")));
    QThread* const there = thread->call([] { return QThread::currentThread(); });
    QVERIFY(there != QThread::currentThread());
    QCOMPARE(thread->call([] { return QAbstractEventDispatcher::instance(); }), &thread->dispatcher());
}

void TestEventThread::keepsTheirOrder()
{
    const auto thread = std::move(*EventThread::start(QStringLiteral("worker")));
    std::vector<int> seen;
    for (int i = 0; i < 1000; ++i)
        thread->post([&seen, i] { seen.push_back(i); });
    thread->call([] {});
    QCOMPARE(seen.size(), 1000U);
    QVERIFY(std::ranges::is_sorted(seen));
}

void TestEventThread::runsTimers()
{
    const auto thread = std::move(*EventThread::start(QStringLiteral("worker")));
    std::promise<void> fired;
    thread->post([&fired] { QTimer::singleShot(1, [&fired] { fired.set_value(); }); });
    QCOMPARE(fired.get_future().wait_for(std::chrono::seconds(10)), std::future_status::ready);
}

void TestEventThread::runsWhatWasPostedBeforeItStops()
{
    int ran = 0;
    const auto thread = std::move(*EventThread::start(QStringLiteral("worker")));
    for (int i = 0; i < 100; ++i)
        thread->post([&ran] { ++ran; });
    thread->stop();
    thread->stop();
    QCOMPARE(ran, 100);
}

void TestEventThread::passesValuesAndMoveOnlyTasks()
{
    const auto thread = std::move(*EventThread::start(QStringLiteral("worker")));
    auto number = std::make_unique<int>(7);
    QCOMPARE(thread->call([number = std::move(number)] { return *number; }), 7);
}

QTEST_GUILESS_MAIN(TestEventThread)
#include "tst_event_thread.moc"

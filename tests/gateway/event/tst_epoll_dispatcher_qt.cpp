#include "gateway/event/epoll_dispatcher.h"
#include "tests/support/epoll_thread.h"

#include <QCoreApplication>
#include <QElapsedTimer>
#include <QEventLoop>
#include <QNetworkAccessManager>
#include <QNetworkReply>
#include <QSignalSpy>
#include <QTcpServer>
#include <QTcpSocket>
#include <QTemporaryFile>
#include <QTest>
#include <QThread>
#include <QTimer>

#include <sys/socket.h>
#include <unistd.h>

using namespace postern;
using namespace std::chrono_literals;

namespace {

/// A connected pair of descriptors.
struct Pair
{
    Pair()
    {
        int fds[2];
        if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds) == 0) {
            near = FileDescriptor(fds[0]);
            far = FileDescriptor(fds[1]);
        }
    }
    FileDescriptor near;
    FileDescriptor far;
};

/// Answers every request with 200 and the request's target as the body.
class EchoServer : public QTcpServer
{
public:
    EchoServer()
    {
        connect(this, &QTcpServer::newConnection, this, [this] {
            QTcpSocket* socket = nextPendingConnection();
            connect(socket, &QTcpSocket::readyRead, socket, [socket] {
                const QByteArray head = socket->readAll();
                const QByteArray target = head.split(' ').value(1);
                socket->write("HTTP/1.1 200 OK\r\nContent-Length: " + QByteArray::number(target.size()) +
                              "\r\n\r\n" + target);
            });
        });
    }
};

} // namespace

/// What Qt code relies on, with the dispatcher under this test's own thread (see main below).
class TestEpollDispatcherQt : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void timerFiresInTime_data();
    void timerFiresInTime();
    void zeroTimerFiresEachTurn();
    void singleShotFiresOnce();
    void timerStoppedInItsHandler();
    void timerStoppedInAnotherHandler();
    void timerIsNotReentered();
    void remainingTimeAndRegisteredTimers();
    void timersFollowTheirObjectAway();
    void timersCanBeExcluded();
    void notifierReadAndWrite();
    void notifierSeesHangUp();
    void notifierDisabledInAHandler();
    void notifierOnARegularFile();
    void notifiersCanBeExcluded();
    void reusedDescriptorNumber();
    void postedEventsAndDeferredDelete();
    void processEventsReportsWork();
    void interruptEndsAWait();
    void wakeUpFromOtherThreads();
    void networkAccessManager();
};

void TestEpollDispatcherQt::timerFiresInTime_data()
{
    QTest::addColumn<int>("interval");
    QTest::addColumn<Qt::TimerType>("type");
    QTest::addColumn<int>("earliest");
    QTest::addRow("precise") << 60 << Qt::PreciseTimer << 60;
    QTest::addRow("coarse short") << 15 << Qt::CoarseTimer << 15;
    QTest::addRow("coarse") << 100 << Qt::CoarseTimer << 95;
    QTest::addRow("very coarse") << 1000 << Qt::VeryCoarseTimer << 500;
}

void TestEpollDispatcherQt::timerFiresInTime()
{
    QFETCH(int, interval);
    QFETCH(Qt::TimerType, type);
    QFETCH(int, earliest);
    QTimer timer;
    timer.setTimerType(type);
    timer.setSingleShot(true);
    QSignalSpy fired(&timer, &QTimer::timeout);
    QElapsedTimer elapsed;
    elapsed.start();
    timer.start(interval);
    QVERIFY(fired.wait(10'000));
    QVERIFY2(elapsed.elapsed() >= earliest, qPrintable(QString::number(elapsed.elapsed())));
    QCOMPARE(fired.count(), 1);
}

void TestEpollDispatcherQt::zeroTimerFiresEachTurn()
{
    QTimer timer;
    int count = 0;
    connect(&timer, &QTimer::timeout, this, [&] { ++count; });
    timer.start(0);
    for (int turn = 1; turn <= 5; ++turn) {
        QCoreApplication::eventDispatcher()->processEvents(QEventLoop::AllEvents);
        QCOMPARE(count, turn);
    }
}

void TestEpollDispatcherQt::singleShotFiresOnce()
{
    int count = 0;
    QTimer::singleShot(1ms, this, [&] { ++count; });
    QTRY_COMPARE(count, 1);
    QTest::qWait(20);
    QCOMPARE(count, 1);
}

void TestEpollDispatcherQt::timerStoppedInItsHandler()
{
    QTimer timer;
    int count = 0;
    connect(&timer, &QTimer::timeout, this, [&] {
        if (++count == 3)
            timer.stop();
    });
    timer.start(1);
    QTRY_COMPARE(count, 3);
    QTest::qWait(20);
    QCOMPARE(count, 3);
}

void TestEpollDispatcherQt::timerStoppedInAnotherHandler()
{
    // Both are due in the same turn; whichever comes first stops the other.
    QTimer first;
    QTimer second;
    int count = 0;
    const auto fire = [&] {
        ++count;
        first.stop();
        second.stop();
    };
    connect(&first, &QTimer::timeout, this, fire);
    connect(&second, &QTimer::timeout, this, fire);
    first.start(5);
    second.start(5);
    QThread::msleep(20);
    QTRY_COMPARE(count, 1);
    QTest::qWait(20);
    QCOMPARE(count, 1);
}

void TestEpollDispatcherQt::timerIsNotReentered()
{
    QTimer timer;
    int depth = 0;
    int deepest = 0;
    int count = 0;
    connect(&timer, &QTimer::timeout, this, [&] {
        ++count;
        deepest = std::max(deepest, ++depth);
        if (count == 1)
            QTest::qWait(20);
        --depth;
    });
    timer.start(1);
    QTRY_VERIFY(count >= 3);
    QCOMPARE(deepest, 1);
}

void TestEpollDispatcherQt::remainingTimeAndRegisteredTimers()
{
    QObject owner;
    QAbstractEventDispatcher* dispatcher = QAbstractEventDispatcher::instance();
    const int id = owner.startTimer(10'000, Qt::PreciseTimer);
    const int remaining = dispatcher->remainingTime(id);
    QVERIFY(remaining > 9'000 && remaining <= 10'000);
    const auto timers = dispatcher->registeredTimers(&owner);
    QCOMPARE(timers.size(), 1);
    QCOMPARE(timers.first().timerId, id);
    QCOMPARE(timers.first().interval, 10'000);
    QCOMPARE(timers.first().timerType, Qt::PreciseTimer);
    owner.killTimer(id);
    QCOMPARE(dispatcher->remainingTime(id), -1);
    QVERIFY(dispatcher->registeredTimers(&owner).isEmpty());
}

void TestEpollDispatcherQt::timersFollowTheirObjectAway()
{
    QAbstractEventDispatcher* dispatcher = QAbstractEventDispatcher::instance();
    auto owner = std::make_unique<QObject>();
    const int one = owner->startTimer(5000);
    const int two = owner->startTimer(5000);
    owner.reset();
    QCOMPARE(dispatcher->remainingTime(one), -1);
    QCOMPARE(dispatcher->remainingTime(two), -1);
}

void TestEpollDispatcherQt::timersCanBeExcluded()
{
    QTimer timer;
    QSignalSpy fired(&timer, &QTimer::timeout);
    timer.start(0);
    QAbstractEventDispatcher::instance()->processEvents(QEventLoop::X11ExcludeTimers);
    QCOMPARE(fired.count(), 0);
    QAbstractEventDispatcher::instance()->processEvents(QEventLoop::AllEvents);
    QCOMPARE(fired.count(), 1);
}

void TestEpollDispatcherQt::notifierReadAndWrite()
{
    Pair pair;
    QSocketNotifier reader(pair.near.fd(), QSocketNotifier::Read);
    QSocketNotifier writer(pair.near.fd(), QSocketNotifier::Write);
    QSignalSpy readable(&reader, &QSocketNotifier::activated);
    QSignalSpy writable(&writer, &QSocketNotifier::activated);
    QVERIFY(writable.wait(30'000));
    QCOMPARE(readable.count(), 0);
    writer.setEnabled(false);
    QCOMPARE(::write(pair.far.fd(), "x", 1), 1);
    QVERIFY(readable.wait(30'000));
    // Level-triggered: what is left unread is reported again.
    const int seen = static_cast<int>(readable.count());
    QTRY_VERIFY(readable.count() > seen);
    char byte = 0;
    QCOMPARE(::read(pair.near.fd(), &byte, 1), 1);
}

void TestEpollDispatcherQt::notifierSeesHangUp()
{
    Pair pair;
    QSocketNotifier reader(pair.near.fd(), QSocketNotifier::Read);
    QSignalSpy readable(&reader, &QSocketNotifier::activated);
    pair.far.reset();
    QVERIFY(readable.wait(30'000));
}

void TestEpollDispatcherQt::notifierDisabledInAHandler()
{
    // Both are due in the same turn; whichever comes first disables the other.
    Pair one;
    Pair two;
    QSocketNotifier first(one.near.fd(), QSocketNotifier::Read);
    QSocketNotifier second(two.near.fd(), QSocketNotifier::Read);
    int count = 0;
    const auto act = [&] {
        ++count;
        first.setEnabled(false);
        second.setEnabled(false);
    };
    connect(&first, &QSocketNotifier::activated, this, act);
    connect(&second, &QSocketNotifier::activated, this, act);
    QCOMPARE(::write(one.far.fd(), "x", 1), 1);
    QCOMPARE(::write(two.far.fd(), "x", 1), 1);
    QTRY_COMPARE(count, 1);
    QTest::qWait(20);
    QCOMPARE(count, 1);
}

void TestEpollDispatcherQt::notifierOnARegularFile()
{
    QTemporaryFile file;
    QVERIFY(file.open());
    QSocketNotifier reader(file.handle(), QSocketNotifier::Read);
    QSignalSpy readable(&reader, &QSocketNotifier::activated);
    QVERIFY(readable.wait(30'000));
}

void TestEpollDispatcherQt::notifiersCanBeExcluded()
{
    Pair pair;
    QSocketNotifier reader(pair.near.fd(), QSocketNotifier::Read);
    QSignalSpy readable(&reader, &QSocketNotifier::activated);
    QCOMPARE(::write(pair.far.fd(), "x", 1), 1);
    QAbstractEventDispatcher* dispatcher = QAbstractEventDispatcher::instance();
    while (dispatcher->processEvents(QEventLoop::ExcludeSocketNotifiers)) {
    }
    QTimer timer;
    timer.start(20);
    // Waits for the timer; a readable but excluded descriptor must not cut the wait short.
    QElapsedTimer elapsed;
    elapsed.start();
    QVERIFY(dispatcher->processEvents(QEventLoop::ExcludeSocketNotifiers | QEventLoop::WaitForMoreEvents));
    QVERIFY(elapsed.elapsed() >= 15);
    QCOMPARE(readable.count(), 0);
    dispatcher->processEvents(QEventLoop::AllEvents);
    QCOMPARE(readable.count(), 1);
}

void TestEpollDispatcherQt::reusedDescriptorNumber()
{
    auto pair = std::make_unique<Pair>();
    const int number = pair->near.fd();
    auto stale = std::make_unique<QSocketNotifier>(number, QSocketNotifier::Read);
    pair.reset(); // closed under the notifier, as careless code does
    stale.reset();
    Pair next;
    FileDescriptor reused(::dup2(next.near.fd(), number));
    QSocketNotifier reader(reused.fd(), QSocketNotifier::Read);
    QSignalSpy readable(&reader, &QSocketNotifier::activated);
    QCOMPARE(::write(next.far.fd(), "x", 1), 1);
    QVERIFY(readable.wait(30'000));
}

void TestEpollDispatcherQt::postedEventsAndDeferredDelete()
{
    auto* object = new QObject;
    QSignalSpy destroyed(object, &QObject::destroyed);
    object->deleteLater();
    QVERIFY(destroyed.wait(30'000));
    bool invoked = false;
    QMetaObject::invokeMethod(
        this, [&] { invoked = true; }, Qt::QueuedConnection);
    QVERIFY(!invoked);
    QTRY_VERIFY(invoked);
}

void TestEpollDispatcherQt::processEventsReportsWork()
{
    QAbstractEventDispatcher* dispatcher = QAbstractEventDispatcher::instance();
    while (dispatcher->processEvents(QEventLoop::AllEvents)) {
    }
    QVERIFY(!dispatcher->processEvents(QEventLoop::AllEvents));
    QTimer timer;
    timer.start(0);
    QVERIFY(dispatcher->processEvents(QEventLoop::AllEvents));
}

void TestEpollDispatcherQt::interruptEndsAWait()
{
    QAbstractEventDispatcher* dispatcher = QAbstractEventDispatcher::instance();
    const std::unique_ptr<QThread> other(QThread::create([dispatcher] { dispatcher->interrupt(); }));
    other->start();
    dispatcher->processEvents(QEventLoop::WaitForMoreEvents); // would wait for ever
    QVERIFY(other->wait(10'000));
}

void TestEpollDispatcherQt::wakeUpFromOtherThreads()
{
#ifdef __SANITIZE_THREAD__
    QSKIP("Qt's own queues are what this is about, and ThreadSanitizer does not see through them");
#endif
    constexpr int kThreads = 4;
    constexpr int kEach = 2000;
    int received = 0;
    std::vector<std::unique_ptr<QThread>> threads;
    for (int i = 0; i < kThreads; ++i) {
        threads.emplace_back(QThread::create([this, &received] {
            for (int n = 0; n < kEach; ++n)
                QMetaObject::invokeMethod(
                    this, [&received] { ++received; }, Qt::QueuedConnection);
        }));
        threads.back()->start();
    }
    QTRY_COMPARE_WITH_TIMEOUT(received, kThreads * kEach, 30'000);
    for (const auto& thread : threads)
        QVERIFY(thread->wait(10'000));
}

void TestEpollDispatcherQt::networkAccessManager()
{
#ifdef __SANITIZE_THREAD__
    QSKIP("QNetworkAccessManager's own thread and queues, which ThreadSanitizer does not see through");
#endif
    EchoServer server;
    QVERIFY(server.listen(QHostAddress::LocalHost, 0));
    QNetworkAccessManager manager;
    std::vector<std::unique_ptr<QNetworkReply>> replies;
    for (int i = 0; i < 20; ++i) {
        const QUrl url(QStringLiteral("http://127.0.0.1:%1/item/%2").arg(server.serverPort()).arg(i));
        replies.emplace_back(manager.get(QNetworkRequest(url)));
    }
    for (std::size_t i = 0; i < replies.size(); ++i) {
        QTRY_VERIFY_WITH_TIMEOUT(replies[i]->isFinished(), 10'000);
        QCOMPARE(replies[i]->readAll(), "/item/" + QByteArray::number(static_cast<int>(i)));
    }
}

int main(int argc, char** argv) { return postern::test::runUnderEpoll<TestEpollDispatcherQt>(argc, argv); }

#include "tst_epoll_dispatcher_qt.moc"

#include "gateway/event/epoll_dispatcher.h"
#include "gateway/event/mailbox.h"
#include "tests/support/epoll_thread.h"

#include <QSignalSpy>
#include <QTest>
#include <QThread>
#include <QTimer>

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <functional>
#include <thread>

using namespace postern;
using postern::test::epollDispatcher;

namespace {

/// One registered descriptor whose events go to a function.
class Watched final : public FdHandler
{
public:
    explicit Watched(FileDescriptor fd) : m_fd(std::move(fd)) {}
    ~Watched() { close(); }

    bool watch()
    {
        auto token = epollDispatcher().add(m_fd.fd(), *this);
        m_token = token.value_or(FdToken{});
        return token.has_value();
    }
    void close()
    {
        epollDispatcher().forget(m_token);
        m_fd.reset();
    }
    void again() { epollDispatcher().again(m_token); }
    void remove() { epollDispatcher().remove(m_token); }
    [[nodiscard]] int fd() const { return m_fd.fd(); }

    std::function<void(FdEvents)> onReady = [](FdEvents) {};
    int calls = 0;
    FdEvents lastEvents = 0;

private:
    void ready(FdEvents events) override
    {
        ++calls;
        lastEvents = events;
        onReady(events);
    }

    FileDescriptor m_fd;
    FdToken m_token;
};

struct Pair
{
    Pair()
    {
        int fds[2] = {-1, -1};
        if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds) != 0)
            qFatal("socketpair");
        near = std::make_unique<Watched>(FileDescriptor(fds[0]));
        far = FileDescriptor(fds[1]);
    }
    std::unique_ptr<Watched> near;
    FileDescriptor far;
};

bool turn() { return epollDispatcher().processEvents(QEventLoop::AllEvents); }

} // namespace

class TestEpollDispatcherNative : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void eventsAreEdges();
    void hangUpIsReported();
    void removedWithinTheSameBatch();
    void successorOfAClosedDescriptorSeesOnlyItsOwnEvents();
    void removeKeepsTheDescriptorOpen();
    void againComesNextTurnWithoutWaiting();
    void nestedLoopSeesATimerOfTheSameBatch();
    void handlerWithoutADescriptor();
    void retiredObjectsOutliveTheirHandler();
    void busyDescriptorsStarveNobody();
    void tenThousandDescriptors();
    void mailboxKeepsOrderAcrossThreads();
    void mailboxTakesMoveOnlyTasks();
    void mailboxDestroyedByItsOwnMessage();
};

void TestEpollDispatcherNative::eventsAreEdges()
{
    Pair pair;
    QVERIFY(pair.near->watch());
    turn(); // writable at once
    QCOMPARE(pair.near->calls, 1);
    QVERIFY(pair.near->lastEvents & EPOLLOUT);
    QCOMPARE(::write(pair.far.fd(), "x", 1), 1);
    turn();
    QCOMPARE(pair.near->calls, 2);
    QVERIFY(pair.near->lastEvents & EPOLLIN);
    turn(); // unread, but told once
    QCOMPARE(pair.near->calls, 2);
}

void TestEpollDispatcherNative::hangUpIsReported()
{
    Pair pair;
    QVERIFY(pair.near->watch());
    turn();
    QCOMPARE(::shutdown(pair.far.fd(), SHUT_WR), 0);
    turn();
    QVERIFY(pair.near->lastEvents & EPOLLRDHUP);
    QVERIFY(!(pair.near->lastEvents & EPOLLHUP));
}

void TestEpollDispatcherNative::removedWithinTheSameBatch()
{
    Pair one;
    Pair two;
    QVERIFY(one.near->watch() && two.near->watch());
    turn();
    int calls = 0;
    const auto act = [&](FdEvents) {
        ++calls;
        one.near->close();
        two.near->close();
    };
    one.near->onReady = act;
    two.near->onReady = act;
    QCOMPARE(::write(one.far.fd(), "x", 1), 1);
    QCOMPARE(::write(two.far.fd(), "x", 1), 1);
    turn();
    QCOMPARE(calls, 1);
}

void TestEpollDispatcherNative::successorOfAClosedDescriptorSeesOnlyItsOwnEvents()
{
    Pair one;
    Pair two;
    Pair fresh;
    std::unique_ptr<Watched> successor;
    QVERIFY(one.near->watch() && two.near->watch());
    turn();
    // Whoever is first in the batch replaces the other by a successor with the same number and the same slot.
    const auto replace = [&](Watched& other) {
        if (successor)
            return;
        const int number = other.fd();
        other.close();
        successor = std::make_unique<Watched>(FileDescriptor(::dup2(fresh.near->fd(), number)));
        QVERIFY(successor->watch());
    };
    one.near->onReady = [&](FdEvents) { replace(*two.near); };
    two.near->onReady = [&](FdEvents) { replace(*one.near); };
    QCOMPARE(::write(one.far.fd(), "x", 1), 1);
    QCOMPARE(::write(two.far.fd(), "x", 1), 1);
    turn();
    QVERIFY(successor);
    QCOMPARE(successor->calls, 0);
    turn();
    QCOMPARE(successor->calls, 1);
    QVERIFY(!(successor->lastEvents & EPOLLIN));
}

void TestEpollDispatcherNative::removeKeepsTheDescriptorOpen()
{
    Pair pair;
    QVERIFY(pair.near->watch());
    turn();
    pair.near->remove();
    QCOMPARE(::write(pair.far.fd(), "x", 1), 1);
    turn();
    QCOMPARE(pair.near->calls, 1);
    QVERIFY(pair.near->watch()); // registers anew, and is told what waits
    turn();
    QVERIFY(pair.near->lastEvents & EPOLLIN);
}

void TestEpollDispatcherNative::againComesNextTurnWithoutWaiting()
{
    Pair pair;
    QVERIFY(pair.near->watch());
    turn();
    pair.near->onReady = [&](FdEvents) {
        if (pair.near->calls < 4)
            pair.near->again();
    };
    pair.near->again();
    for (int calls = 2; calls <= 4; ++calls) {
        QVERIFY(epollDispatcher().processEvents(QEventLoop::WaitForMoreEvents)); // would wait for ever
        QCOMPARE(pair.near->calls, calls);
        QCOMPARE(pair.near->lastEvents, 0u);
    }
    turn();
    QCOMPARE(pair.near->calls, 4);
}

void TestEpollDispatcherNative::nestedLoopSeesATimerOfTheSameBatch()
{
    Pair pair;
    QVERIFY(pair.near->watch());
    turn();
    QEventLoop nested;
    QTimer timer;
    timer.setTimerType(Qt::PreciseTimer);
    connect(&timer, &QTimer::timeout, &nested, &QEventLoop::quit);
    bool fired = false;
    pair.near->onReady = [&](FdEvents) {
        nested.exec(); // for ever, unless the timer that is due already is seen
        fired = true;
    };
    timer.start(5);
    turn(); // the timer is known to the dispatcher
    const char byte = 0;
    QCOMPARE(::write(pair.far.fd(), &byte, 1), 1);
    QThread::msleep(20); // both are ready now: one batch
    QVERIFY(epollDispatcher().processEvents(QEventLoop::WaitForMoreEvents));
    QVERIFY(fired);
}

void TestEpollDispatcherNative::handlerWithoutADescriptor()
{
    Watched watched{FileDescriptor()};
    const FdToken token = epollDispatcher().addWithoutDescriptor(watched);
    turn();
    QCOMPARE(watched.calls, 0);
    epollDispatcher().again(token);
    turn();
    turn();
    QCOMPARE(watched.calls, 1);
    epollDispatcher().again(token);
    epollDispatcher().forget(token);
    turn();
    QCOMPARE(watched.calls, 1);
}

void TestEpollDispatcherNative::retiredObjectsOutliveTheirHandler()
{
    Pair pair;
    QVERIFY(pair.near->watch());
    turn();
    bool aliveInHandler = false;
    auto witness = std::make_shared<int>(0);
    const std::weak_ptr<int> watch = witness;
    Watched* watched = pair.near.get();
    watched->onReady = [&, held = std::move(witness)](FdEvents) {
        epollDispatcher().retire(std::move(pair.near));
        aliveInHandler = !watch.expired() && watched->calls == 2; // reads what was retired
    };
    QCOMPARE(::write(pair.far.fd(), "x", 1), 1);
    turn();
    QVERIFY(aliveInHandler);
    QVERIFY(!watch.expired());
    turn();
    QVERIFY(watch.expired());
}

void TestEpollDispatcherNative::busyDescriptorsStarveNobody()
{
    // More busy descriptors than one batch holds, all of them ready on every turn.
    std::vector<std::unique_ptr<Watched>> busy;
    for (int i = 0; i < 600; ++i) {
        busy.push_back(std::make_unique<Watched>(FileDescriptor(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC))));
        Watched* watched = busy.back().get();
        QVERIFY(watched->watch());
        watched->onReady = [watched](FdEvents) {
            const std::uint64_t one = 1;
            QCOMPARE(::write(watched->fd(), &one, sizeof one), 8);
        };
    }
    Pair quiet;
    QVERIFY(quiet.near->watch());
    Pair qt;
    QSocketNotifier notifier(qt.near->fd(), QSocketNotifier::Read);
    QSignalSpy notified(&notifier, &QSocketNotifier::activated);
    QTimer timer;
    QSignalSpy ticked(&timer, &QTimer::timeout);
    timer.start(1);
    for (int i = 0; i < 4; ++i)
        turn();
    const int quietBefore = quiet.near->calls;
    bool posted = false;
    QMetaObject::invokeMethod(
        this, [&] { posted = true; }, Qt::QueuedConnection);
    QCOMPARE(::write(qt.far.fd(), "x", 1), 1);
    QCOMPARE(::write(quiet.far.fd(), "x", 1), 1);
    // 600 busy ones are three batches: four turns serve everyone once.
    for (int i = 0; i < 4; ++i)
        turn();
    QVERIFY(posted);
    QVERIFY(notified.count() >= 1);
    QCOMPARE(quiet.near->calls, quietBefore + 1);
    QTRY_VERIFY(ticked.count() >= 2);
    for (const auto& watched : busy)
        QVERIFY(watched->calls >= 2);
}

void TestEpollDispatcherNative::tenThousandDescriptors()
{
    constexpr std::size_t kCount = 10'000;
    rlimit limit{};
    QCOMPARE(::getrlimit(RLIMIT_NOFILE, &limit), 0);
    limit.rlim_cur = limit.rlim_max;
    QCOMPARE(::setrlimit(RLIMIT_NOFILE, &limit), 0);
    if (limit.rlim_max < kCount + 100)
        QSKIP("ten thousand descriptors are over this machine's hard limit, which only root may raise");
    std::vector<std::unique_ptr<Watched>> all;
    for (std::size_t i = 0; i < kCount; ++i) {
        all.push_back(std::make_unique<Watched>(FileDescriptor(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC))));
        QVERIFY(all.back()->watch());
    }
    QCOMPARE(epollDispatcher().descriptors(), kCount);
    const auto served = [&](int calls) {
        return std::all_of(all.begin(), all.end(), [calls](const auto& one) { return one->calls == calls; });
    };
    QTRY_VERIFY(served(1)); // all writable
    for (const auto& one : all) {
        const std::uint64_t value = 1;
        QCOMPARE(::write(one->fd(), &value, sizeof value), 8);
    }
    QTRY_VERIFY(served(2));
    while (turn()) {
    }
    QVERIFY(served(2)); // each was told exactly once
    all.clear();
    QCOMPARE(epollDispatcher().descriptors(), 0u);
}

void TestEpollDispatcherNative::mailboxKeepsOrderAcrossThreads()
{
    constexpr int kThreads = 4;
    constexpr int kEach = 5000;
    auto mailbox = Mailbox::create(epollDispatcher());
    QVERIFY(mailbox);
    std::array<std::vector<int>, kThreads> received;
    std::vector<std::thread> threads;
    for (std::size_t t = 0; t < kThreads; ++t) {
        threads.emplace_back([&, t] {
            for (int n = 0; n < kEach; ++n)
                (*mailbox)->post([&received, t, n] { received[t].push_back(n); });
        });
    }
    for (const auto& sequence : received)
        QTRY_COMPARE_WITH_TIMEOUT(sequence.size(), std::size_t{kEach}, 30'000);
    for (std::thread& thread : threads)
        thread.join();
    for (const auto& sequence : received)
        QVERIFY(std::is_sorted(sequence.begin(), sequence.end()));
}

void TestEpollDispatcherNative::mailboxTakesMoveOnlyTasks()
{
    auto mailbox = Mailbox::create(epollDispatcher());
    QVERIFY(mailbox);
    int received = 0;
    (*mailbox)->post([value = std::make_unique<int>(7), &received] { received = *value; });
    QTRY_COMPARE(received, 7);
}

void TestEpollDispatcherNative::mailboxDestroyedByItsOwnMessage()
{
    auto mailbox = Mailbox::create(epollDispatcher());
    QVERIFY(mailbox);
    bool after = false;
    (*mailbox)->post([&] { mailbox->reset(); });
    (*mailbox)->post([&] { after = true; });
    QTRY_VERIFY(!*mailbox);
    QTRY_VERIFY(after); // taken out before, so it still runs
}

int main(int argc, char** argv)
{
    return postern::test::runUnderEpoll<TestEpollDispatcherNative>(argc, argv);
}

#include "tst_epoll_dispatcher_native.moc"

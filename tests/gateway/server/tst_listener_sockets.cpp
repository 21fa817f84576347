#include "gateway/server/listener_sockets.h"

#include <QTest>

#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

using namespace postern;

namespace {

SocketAddress loopback(quint16 port = 0)
{
    return *SocketAddress::parse(QStringLiteral("127.0.0.1:%1").arg(port));
}

/// A client that began to connect; whether it succeeds shows in connected().
FileDescriptor beginConnect(quint16 port)
{
    FileDescriptor client(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    [[maybe_unused]] const int began =
        ::connect(client.fd(), reinterpret_cast<sockaddr*>(&address), sizeof address);
    return client;
}

bool connected(const FileDescriptor& client, int milliseconds)
{
    pollfd entry{client.fd(), POLLOUT, 0};
    if (::poll(&entry, 1, milliseconds) != 1)
        return false;
    int error = 0;
    socklen_t size = sizeof error;
    return ::getsockopt(client.fd(), SOL_SOCKET, SO_ERROR, &error, &size) == 0 && error == 0;
}

ListenerSockets listen(std::size_t workers)
{
    return std::move(*ListenerSockets::listen(loopback(), workers, ListenerSockets::Neighbours::Refused));
}

} // namespace

class TestListenerSockets : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void givesAllWorkersOnePort();
    void refusesAnAddressThatIsTaken();
    void turnsNewClientsAwayAndKeepsWhoWaits();
    void isFreeAgainWhenClosed();
    void inheritsEverySocket_data();
    void inheritsEverySocket();
};

void TestListenerSockets::givesAllWorkersOnePort()
{
    const ListenerSockets sockets = listen(3);
    QCOMPARE(sockets.asked().port, 0);
    QVERIFY(sockets.bound().port != 0);
    for (std::size_t i = 0; i < 3; ++i) {
        const auto socket = sockets.forWorker(i);
        QVERIFY(socket);
        QCOMPARE(socket->size(), std::size_t{1});
        sockaddr_in address{};
        socklen_t size = sizeof address;
        QCOMPARE(::getsockname(socket->front().fd(), reinterpret_cast<sockaddr*>(&address), &size), 0);
        QCOMPARE(ntohs(address.sin_port), sockets.bound().port);
    }
}

void TestListenerSockets::refusesAnAddressThatIsTaken()
{
    const ListenerSockets sockets = listen(1);
    const auto second = ListenerSockets::listen(sockets.bound(), 1, ListenerSockets::Neighbours::Refused);
    QVERIFY(!second);
    QVERIFY(second.error().message.contains(sockets.bound().text()));
    QVERIFY(ListenerSockets::listen(sockets.bound(), 1, ListenerSockets::Neighbours::Allowed));
}

void TestListenerSockets::turnsNewClientsAwayAndKeepsWhoWaits()
{
    auto sockets = std::make_unique<ListenerSockets>(listen(1));
    FileDescriptor worker = std::move(sockets->forWorker(0)->front());
    const FileDescriptor early = beginConnect(sockets->bound().port);
    QVERIFY(connected(early, 5000));
    QCOMPARE(::send(early.fd(), "hello", 5, MSG_NOSIGNAL),
             5); // its request is on the way, nobody accepted it

    sockets->turnAway();
    const FileDescriptor late = beginConnect(sockets->bound().port);
    QVERIFY(!connected(late, 100)); // neither let in nor refused: it tries again, elsewhere perhaps

    // What waits is still there, with its bytes.
    const FileDescriptor accepted(::accept4(worker.fd(), nullptr, nullptr, SOCK_CLOEXEC));
    QVERIFY(accepted.isOpen());
    char text[5];
    QCOMPARE(::recv(accepted.fd(), text, sizeof text, MSG_WAITALL), 5);
    sockets.reset();
    worker.reset();
    QCOMPARE(::send(accepted.fd(), "there", 5, MSG_NOSIGNAL), 5); // and goes on when the listener is gone
    QCOMPARE(::recv(early.fd(), text, sizeof text, 0), 5);
    QCOMPARE(::send(early.fd(), "again", 5, MSG_NOSIGNAL), 5);
    QCOMPARE(::recv(accepted.fd(), text, sizeof text, MSG_WAITALL), 5);
}

void TestListenerSockets::isFreeAgainWhenClosed()
{
    auto sockets = std::make_unique<ListenerSockets>(listen(2));
    const SocketAddress address = sockets->bound();
    FileDescriptor worker = std::move(sockets->forWorker(1)->front());
    sockets.reset();
    QVERIFY(!ListenerSockets::listen(address, 1, ListenerSockets::Neighbours::Refused));
    worker.reset();
    QVERIFY(ListenerSockets::listen(address, 1, ListenerSockets::Neighbours::Refused));
}

void TestListenerSockets::inheritsEverySocket_data()
{
    QTest::addColumn<int>("before");
    QTest::addColumn<int>("workers");
    QTest::addColumn<int>("after");
    QTest::newRow("as many") << 2 << 2 << 2;
    QTest::newRow("fewer workers") << 5 << 2 << 5;
    QTest::newRow("more workers") << 1 << 3 << 3;
}

void TestListenerSockets::inheritsEverySocket()
{
    QFETCH(int, before);
    QFETCH(int, workers);
    QFETCH(int, after);
    const ListenerSockets old = listen(static_cast<std::size_t>(before));
    const auto heir = ListenerSockets::inherit(old.asked(), old.bound(), std::move(*old.duplicates()),
                                               static_cast<std::size_t>(workers));
    QVERIFY(heir);
    QCOMPARE(heir->bound(), old.bound());
    int sockets = 0;
    for (int worker = 0; worker < workers; ++worker) {
        const auto own = heir->forWorker(static_cast<std::size_t>(worker));
        QVERIFY(own && !own->empty()); // nobody without work
        sockets += static_cast<int>(own->size());
    }
    QCOMPARE(sockets, after);
    QCOMPARE(heir->duplicates()->size(), static_cast<std::size_t>(after));
}

QTEST_GUILESS_MAIN(TestListenerSockets)
#include "tst_listener_sockets.moc"

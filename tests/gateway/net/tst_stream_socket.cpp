#include "gateway/net/stream_socket.h"

#include <QTest>

#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>

using namespace postern;

namespace {

struct Pair
{
    Pair()
    {
        int fds[2] = {-1, -1};
        if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) != 0)
            qFatal("socketpair");
        near = StreamSocket(FileDescriptor(fds[0]));
        far = FileDescriptor(fds[1]);
    }
    std::string read(std::size_t most)
    {
        std::string bytes(most, 0);
        const ssize_t count = ::recv(far.fd(), bytes.data(), most, MSG_DONTWAIT);
        bytes.resize(count < 0 ? 0 : static_cast<std::size_t>(count));
        return bytes;
    }
    StreamSocket near;
    FileDescriptor far;
};

} // namespace

class TestStreamSocket : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void shortReadEndsAnEdge();
    void endThatCameBeforeTheReadIsFetched();
    void partsGoInOrder();
    void whatTheKernelDoesNotTakeIsKept();
    void failsWithoutASignal();
    void quietUntilSomethingComes();
};

void TestStreamSocket::shortReadEndsAnEdge()
{
    Pair pair;
    std::array<char, 4> room;
    QVERIFY(!pair.near.mayRead());
    QCOMPARE(::write(pair.far.fd(), "abcdef", 6), 6);
    pair.near.note(EPOLLIN | EPOLLOUT);
    QCOMPARE(pair.near.receive(room).size, std::size_t{4});
    QVERIFY(pair.near.mayRead()); // the room was filled: there may be more
    QCOMPARE(pair.near.receive(room).size, std::size_t{2});
    QVERIFY(!pair.near.mayRead());
    QVERIFY(pair.near.receive(room).state == StreamSocket::Read::Nothing);
}

void TestStreamSocket::endThatCameBeforeTheReadIsFetched()
{
    Pair pair;
    std::array<char, 16> room;
    QCOMPARE(::write(pair.far.fd(), "last", 4), 4);
    QCOMPARE(::shutdown(pair.far.fd(), SHUT_WR), 0);
    pair.near.note(EPOLLIN | EPOLLRDHUP);
    QVERIFY(pair.near.receive(room).state == StreamSocket::Read::Data);
    QVERIFY(pair.near.mayRead()); // no further edge would tell of the end
    QVERIFY(pair.near.receive(room).state == StreamSocket::Read::End);
    QVERIFY(!pair.near.mayRead());
    QVERIFY(pair.near.peerEnded());
}

void TestStreamSocket::partsGoInOrder()
{
    Pair pair;
    QVERIFY(pair.near.send("one", {}, "three") == StreamSocket::Write::Done);
    QVERIFY(pair.near.send({}) == StreamSocket::Write::Done);
    QCOMPARE(pair.read(100), std::string("onethree"));
    QCOMPARE(pair.near.sent(), std::uint64_t{8});
}

void TestStreamSocket::whatTheKernelDoesNotTakeIsKept()
{
    Pair pair;
    std::string expected;
    std::size_t pieces = 0;
    while (!pair.near.hasPending()) {
        const std::string first(1000, static_cast<char>('a' + pieces % 26));
        const std::string second(70'000, static_cast<char>('A' + pieces % 26));
        QVERIFY(pair.near.send(first, second) != StreamSocket::Write::Failed);
        expected += first + second;
        ++pieces;
    }
    QVERIFY(pair.near.send("behind") == StreamSocket::Write::Pending);
    expected += "behind";
    QCOMPARE(pair.near.sent() + pair.near.pending(), std::uint64_t{expected.size()});
    std::string received;
    while (received.size() < expected.size()) {
        const std::string more = pair.read(50'000);
        received += more;
        if (pair.near.hasPending())
            QVERIFY(pair.near.flush() != StreamSocket::Write::Failed);
        QVERIFY(!more.empty() || pair.near.hasPending());
    }
    QVERIFY(received == expected);
    QVERIFY(!pair.near.hasPending());
}

void TestStreamSocket::failsWithoutASignal()
{
    Pair pair;
    pair.far.reset();
    QVERIFY(pair.near.send("x") == StreamSocket::Write::Failed); // and no SIGPIPE
    QVERIFY(pair.near.error() != 0);
}

void TestStreamSocket::quietUntilSomethingComes()
{
    Pair pair;
    QVERIFY(pair.near.isQuiet());
    QCOMPARE(::write(pair.far.fd(), "x", 1), 1);
    QVERIFY(!pair.near.isQuiet());
    std::array<char, 4> room;
    QCOMPARE(pair.near.receive(room).size, std::size_t{1}); // still there
    QVERIFY(pair.near.isQuiet());
    pair.far.reset();
    QVERIFY(!pair.near.isQuiet());
}

QTEST_GUILESS_MAIN(TestStreamSocket)
#include "tst_stream_socket.moc"

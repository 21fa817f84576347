#include "gateway/net/acceptor.h"
#include "gateway/net/listening_socket.h"
#include "gateway/net/native_address.h"
#include "tests/support/epoll_thread.h"
#include "tests/support/raw_client.h"
#include "tests/support/tcp_options.h"

#include <QElapsedTimer>
#include <QFile>
#include <QTest>

#include <sys/resource.h>
#include <unistd.h>

#include <ctime>

using namespace postern;
using namespace postern::test;

namespace {

FileDescriptor listening(quint16& port)
{
    auto socket = listenOn(*SocketAddress::parse(u"127.0.0.1:0"));
    if (!socket)
        qFatal("%s", qPrintable(socket.error().text()));
    port = localAddress(socket->fd())->port;
    return std::move(*socket);
}

double cpuSeconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

} // namespace

class TestAcceptor : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void handsDescriptorsOver();
    void vanishedClientsAreFound_data();
    void vanishedClientsAreFound();
    void sharesItsPort();
    void ipv6BesideIpv4();
    void stopsAtItsLimit();
    void survivesRunningOutOfDescriptors();
    void takesWhoWaitsBeforeItCloses();
    void saysWhatIsWrong();
};

void TestAcceptor::handsDescriptorsOver()
{
    quint16 port = 0;
    std::vector<FileDescriptor> accepted;
    auto acceptor = Acceptor::create(
        listening(port), [&](FileDescriptor fd) { accepted.push_back(std::move(fd)); }, [] { return true; });
    QVERIFY(acceptor);
    RawClient one(port);
    RawClient two(port);
    QTRY_COMPARE(accepted.size(), std::size_t{2});
    QVERIFY(one.send("x"));
    QVERIFY(two.send("x"));
    char byte = 0;
    for (const FileDescriptor& fd : accepted)
        QCOMPARE(::read(fd.fd(), &byte, 1), 1);
}

void TestAcceptor::vanishedClientsAreFound_data()
{
    QTest::addColumn<QString>("address");
    QTest::newRow("IPv4") << "127.0.0.1:0";
    QTest::newRow("IPv6") << "[::1]:0";
}

/// Nobody sets it on what was accepted: it is inherited.
void TestAcceptor::vanishedClientsAreFound()
{
    QFETCH(QString, address);
    auto socket = listenOn(*SocketAddress::parse(address));
    QVERIFY(socket);
    const SocketAddress bound = *localAddress(socket->fd());
    std::vector<FileDescriptor> accepted;
    auto acceptor = Acceptor::create(
        std::move(*socket), [&](FileDescriptor fd) { accepted.push_back(std::move(fd)); },
        [] { return true; });
    QVERIFY(acceptor);
    const NativeAddress native(bound);
    const FileDescriptor client(::socket(native.family(), SOCK_STREAM | SOCK_CLOEXEC, 0));
    QCOMPARE(::connect(client.fd(), native.data(), native.size), 0);
    QTRY_COMPARE(accepted.size(), std::size_t{1});
    QCOMPARE(livenessOf(accepted[0].fd()), (std::vector<int>{1, 60, 10, 6, 120'000}));
}

void TestAcceptor::sharesItsPort()
{
    quint16 port = 0;
    const FileDescriptor first = listening(port);
    SocketAddress same = *localAddress(first.fd());
    const auto second = listenOn(same);
    QVERIFY(second);
    QCOMPARE(localAddress(second->fd())->port, port);
}

void TestAcceptor::ipv6BesideIpv4()
{
    if (!QFile::exists(QStringLiteral("/proc/net/if_inet6")))
        QSKIP("the kernel of this machine has IPv6 turned off");
    std::vector<FileDescriptor> held; // so that each attempt gets another number
    Result<FileDescriptor> v4 = failure(Error::invalid({}));
    // A number that is free for IPv6 may be somebody else's for IPv4.
    for (int attempt = 0; attempt < 20 && !v4; ++attempt) {
        auto v6 = listenOn(*SocketAddress::parse(u"[::]:0"));
        QVERIFY(v6);
        const SocketAddress bound = *localAddress(v6->fd());
        QVERIFY(!bound.host.isV4);
        v4 = listenOn(*SocketAddress::parse(QStringLiteral("0.0.0.0:%1").arg(bound.port)));
        held.push_back(std::move(*v6));
    }
    QVERIFY2(v4, v4 ? "" : qPrintable(v4.error().text()));
    QVERIFY(localAddress(v4->fd())->host.isV4);
}

void TestAcceptor::stopsAtItsLimit()
{
    quint16 port = 0;
    std::vector<FileDescriptor> accepted;
    auto acceptor = Acceptor::create(
        listening(port), [&](FileDescriptor fd) { accepted.push_back(std::move(fd)); },
        [&] { return accepted.size() < 2; });
    QVERIFY(acceptor);
    std::vector<std::unique_ptr<RawClient>> clients;
    for (int i = 0; i < 5; ++i)
        clients.push_back(std::make_unique<RawClient>(port)); // the backlog takes them all
    QTRY_COMPARE(accepted.size(), std::size_t{2});
    QVERIFY((*acceptor)->isPaused());
    const double before = cpuSeconds();
    QTest::qWait(300);
    QVERIFY2(cpuSeconds() - before < 0.1, "it spins");
    QCOMPARE(accepted.size(), std::size_t{2});
    accepted.pop_back();
    (*acceptor)->resume();
    QTRY_COMPARE(accepted.size(), std::size_t{2});
    accepted.clear(); // and nobody says so: it looks for itself
    QTRY_COMPARE(accepted.size(), std::size_t{2});
}

void TestAcceptor::survivesRunningOutOfDescriptors()
{
    quint16 port = 0;
    std::vector<FileDescriptor> accepted;
    auto acceptor = Acceptor::create(
        listening(port), [&](FileDescriptor fd) { accepted.push_back(std::move(fd)); }, [] { return true; });
    QVERIFY(acceptor);
    RawClient served(port);
    QTRY_COMPARE(accepted.size(), std::size_t{1});
    RawClient waiting(port); // connected by the kernel, not yet accepted
    QVERIFY(waiting.isConnected());
    rlimit normal{};
    QCOMPARE(::getrlimit(RLIMIT_NOFILE, &normal), 0);
    rlimit none = normal;
    none.rlim_cur = static_cast<rlim_t>(waiting.fd()); // every number below is taken
    QCOMPARE(::setrlimit(RLIMIT_NOFILE, &none), 0);
    const double before = cpuSeconds();
    QTest::qWait(500);
    const double used = cpuSeconds() - before;
    const std::size_t whileNone = accepted.size();
    // Who is served goes on.
    const bool stillServed = served.send("x");
    char byte = 0;
    const bool received = ::read(accepted[0].fd(), &byte, 1) == 1;
    QCOMPARE(::setrlimit(RLIMIT_NOFILE, &normal), 0);
    QCOMPARE(whileNone, std::size_t{1});
    QVERIFY2(used < 0.15, "it spins");
    QVERIFY(stillServed && received);
    QTRY_COMPARE(accepted.size(), std::size_t{2}); // who waited comes in
}

void TestAcceptor::takesWhoWaitsBeforeItCloses()
{
    quint16 port = 0;
    std::vector<FileDescriptor> accepted;
    auto acceptor = Acceptor::create(
        listening(port), [&](FileDescriptor fd) { accepted.push_back(std::move(fd)); }, [] { return true; });
    QVERIFY(acceptor);
    RawClient one(port);
    RawClient two(port);
    (*acceptor)->acceptLastAndClose(); // no turn of the loop in between
    QCOMPARE(accepted.size(), std::size_t{2});
    QVERIFY(!RawClient(port).isConnected());
}

void TestAcceptor::saysWhatIsWrong()
{
    const auto socket = listenOn(*SocketAddress::parse(u"192.0.2.1:1")); // not an address of ours
    QVERIFY(!socket);
    QVERIFY(socket.error().text().contains(QLatin1String("192.0.2.1:1")));
    int pipe[2];
    QCOMPARE(::pipe(pipe), 0);
    const FileDescriptor other(pipe[1]);
    QVERIFY(!Acceptor::create(
        FileDescriptor(pipe[0]), [](FileDescriptor) {}, [] { return true; }));
}

int main(int argc, char** argv) { return runUnderEpoll<TestAcceptor>(argc, argv); }

#include "tst_acceptor.moc"

#include "gateway/tls/tls_server_context.h"
#include "tests/support/tls_pair.h"

#include <QTest>

#include <cerrno>

using namespace postern;
using namespace postern::test;

namespace {

const SystemClock kClock;

std::shared_ptr<const TlsServerContext> serverContext()
{
    const CertificateAuthority authority("Root");
    const IssuedCertificate issued = authority.issue({.commonName = "localhost", .names = {"DNS:localhost"}});
    TlsServerSettings settings;
    settings.certificates.push_back(
        {{QStringLiteral("tls.crt"), issued.certificate}, {QStringLiteral("tls.key"), issued.key}});
    auto context = TlsServerContext::create(settings, std::make_shared<TicketKeys>(kClock), kClock);
    if (!context)
        qFatal("%s", qPrintable(context.error().text()));
    return *context;
}

std::string pattern(std::size_t size)
{
    std::string bytes(size, 0);
    std::uint32_t state = 1;
    for (char& byte : bytes) {
        state = state * 1664525 + 1013904223;
        byte = static_cast<char>(state >> 24);
    }
    return bytes;
}

} // namespace

class TestTlsChannel : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { m_context = serverContext(); }
    void carriesDataBothWays_data() { versions(); }
    void carriesDataBothWays();
    void smallRoomsGetEverything_data();
    void smallRoomsGetEverything();
    void oneByteAtATime_data() { versions(); }
    void oneByteAtATime();
    void tenMegabytesBothWays_data() { versions(); }
    void tenMegabytesBothWays();
    void shortReadEndsAnEdge();
    void partsShareARecord();
    void closeNotifyIsAnEnd_data() { versions(); }
    void closeNotifyIsAnEnd();
    void truncationIsNoEnd_data() { versions(); }
    void truncationIsNoEnd();
    void garbageIsNoEnd();
    void finishesWithCloseNotifyThenFin();
    void closingSaysGoodbye();
    void abortingDoesNot();
    void sendingGoesOnAfterThePeersEnd();
    void quietUntilSomethingComes();
    void keyUpdatesAreAnswered();
    void keyUpdateFloodIsCut();
    void renegotiationIsRefused();
    void whatCameWithTheHandshakeIsRead();
    void fedBytesBeginTheHandshake();
    void plainHttpIsTold();
    void peerThatLeavesIsTold();
    void plainSocketNeedsNoHandshake();

private:
    void versions()
    {
        QTest::addColumn<int>("version");
        QTest::newRow("1.2") << TLS1_2_VERSION;
        QTest::newRow("1.3") << TLS1_3_VERSION;
    }
    TlsPair pair(int version = TLS1_3_VERSION)
    {
        return {m_context->accept(), TlsPeer::Role::Client, {.oldest = version, .newest = version}};
    }
    std::shared_ptr<const TlsServerContext> m_context;
};

void TestTlsChannel::carriesDataBothWays()
{
    QFETCH(int, version);
    TlsPair p = pair(version);
    QVERIFY(p.handshake());
    QCOMPARE(p.far->version(), version);
    QCOMPARE(std::string(p.near.channel()->version()),
             std::string(version == TLS1_3_VERSION ? "TLSv1.3" : "TLSv1.2"));
    QVERIFY(p.far->send("GET / HTTP/1.1\r\n\r\n"));
    QCOMPARE(p.read(), std::string("GET / HTTP/1.1\r\n\r\n"));
    QVERIFY(p.last == StreamSocket::Read::Data); // a short read is not followed by another
    QVERIFY(p.near.send("one ", "two ", "three") == StreamSocket::Write::Done);
    QVERIFY(p.far->readUntil(13));
    QCOMPARE(p.far->received(), std::string("one two three"));
}

void TestTlsChannel::smallRoomsGetEverything_data()
{
    QTest::addColumn<int>("room");
    for (const int room : {1, 5, 100, 4096, 16384, 49151, 49152, 70000, 131072})
        QTest::addRow("%d", room) << room;
}

void TestTlsChannel::smallRoomsGetEverything()
{
    QFETCH(int, room);
    TlsPair p = pair();
    QVERIFY(p.handshake());
    const std::string sent = pattern(150'000);
    std::string got;
    std::string_view rest = sent;
    while (got.size() < sent.size()) {
        const std::size_t taken = p.far->sendSome(rest.substr(0, 50'000));
        rest.remove_prefix(taken);
        const std::string more = p.read(static_cast<std::size_t>(room));
        QVERIFY(taken > 0 || !more.empty());
        got += more;
        QVERIFY(!p.near.mayRead());
    }
    QVERIFY(got == sent);
}

void TestTlsChannel::oneByteAtATime()
{
    QFETCH(int, version);
    // The peer's bytes reach us one by one, through a pipe of our own.
    TlsPair p = pair(version);
    int middle[2] = {-1, -1};
    QCOMPARE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, middle), 0);
    TlsPeer slow(middle[0], TlsPeer::Role::Client, {.oldest = version, .newest = version});
    const FileDescriptor other(middle[1]);
    auto pump = [&] {
        char byte = 0;
        std::array<char, 4096> back;
        while (::recv(other.fd(), &byte, 1, 0) == 1) {
            QCOMPARE(::send(p.far->fd(), &byte, 1, 0), 1);
            p.note();
            if (p.near.handshake() == Handshake::Failed)
                QFAIL("handshake");
            const ssize_t count = ::recv(p.far->fd(), back.data(), back.size(), MSG_DONTWAIT);
            if (count > 0)
                QCOMPARE(::send(other.fd(), back.data(), static_cast<std::size_t>(count), 0), count);
        }
    };
    for (int turn = 0; turn < 10 && slow.handshake() != TlsPeer::State::Done; ++turn)
        pump();
    pump();
    QVERIFY(p.near.handshake() == Handshake::Done);
    QVERIFY(slow.send("slowly"));
    std::string got;
    char byte = 0;
    while (::recv(other.fd(), &byte, 1, 0) == 1) {
        QCOMPARE(::send(p.far->fd(), &byte, 1, 0), 1);
        got += p.read();
    }
    QCOMPARE(got, std::string("slowly"));
}

void TestTlsChannel::tenMegabytesBothWays()
{
    QFETCH(int, version);
    TlsPair p = pair(version);
    QVERIFY(p.handshake());
    const std::string up = pattern(10 << 20);
    const std::string down = pattern((10 << 20) + 12345);
    std::string got;
    std::string_view toSend = up;
    std::size_t begun = 0;
    while (got.size() < up.size() || p.far->received().size() < down.size()) {
        toSend.remove_prefix(p.far->sendSome(toSend.substr(0, 200'000)));
        got += p.read();
        if (p.near.hasPending())
            QVERIFY(p.near.flush() != StreamSocket::Write::Failed);
        if (!p.near.hasPending() && begun < down.size()) {
            const std::string_view piece = std::string_view(down).substr(begun, 111'000);
            QVERIFY(p.near.send("", piece.substr(0, 100),
                                piece.substr(std::min<std::size_t>(100, piece.size()))) !=
                    StreamSocket::Write::Failed);
            begun += piece.size();
        }
        QVERIFY(p.far->read() == TlsPeer::State::Waits);
    }
    QVERIFY(got == up);
    QVERIFY(p.far->received() == down);
}

void TestTlsChannel::shortReadEndsAnEdge()
{
    TlsPair p = pair();
    QVERIFY(p.handshake());
    QVERIFY(p.far->send("abc"));
    std::string room(128 * 1024, 0);
    p.note();
    QVERIFY(p.near.mayRead());
    QCOMPARE(p.near.receive(room).size, std::size_t{3});
    QVERIFY(!p.near.mayRead());
    QVERIFY(p.near.receive(room).state == StreamSocket::Read::Nothing);
}

void TestTlsChannel::partsShareARecord()
{
    TlsPair p = pair();
    QVERIFY(p.handshake());
    const std::uint64_t before = p.near.sent();
    const std::string body(16000, 'b');
    QVERIFY(p.near.send("head", body, "end") == StreamSocket::Write::Done);
    // One record of TLS 1.3: 5 of header, 1 of type, 16 of tag. (And the ticket, had it been held.)
    QCOMPARE(p.near.sent() - before, std::uint64_t{16007 + 22});
    const std::uint64_t then = p.near.sent();
    QVERIFY(p.near.send(std::string(20'000, 'x'), std::string(20'000, 'y')) == StreamSocket::Write::Done);
    QCOMPARE(p.near.sent() - then, std::uint64_t{40'000 + 3 * 22});
}

void TestTlsChannel::closeNotifyIsAnEnd()
{
    QFETCH(int, version);
    TlsPair p = pair(version);
    QVERIFY(p.handshake());
    QVERIFY(p.far->send("last"));
    p.far->sendCloseNotify();
    p.far->truncate();
    QCOMPARE(p.read(), std::string("last"));
    QVERIFY(p.last == StreamSocket::Read::End);
    QVERIFY(p.near.peerEnded());
    QCOMPARE(p.near.error(), 0);
}

void TestTlsChannel::truncationIsNoEnd()
{
    QFETCH(int, version);
    TlsPair p = pair(version);
    QVERIFY(p.handshake());
    QVERIFY(p.far->send("last"));
    p.far->truncate();
    p.near.note(EPOLLIN | EPOLLRDHUP);
    QCOMPARE(p.read(), std::string("last"));
    QVERIFY(p.last == StreamSocket::Read::Failed);
    QCOMPARE(p.near.error(), ECONNRESET);
}

void TestTlsChannel::garbageIsNoEnd()
{
    TlsPair p = pair();
    QVERIFY(p.handshake());
    QVERIFY(p.far->send("good"));
    const std::string garbage =
        "\x17\x03\x03" + std::string(1, 0) + std::string(1, 32) + std::string(32, 'x');
    QCOMPARE(::send(p.far->fd(), garbage.data(), garbage.size(), 0), static_cast<ssize_t>(garbage.size()));
    QCOMPARE(p.read(), std::string("good"));
    QVERIFY(p.last == StreamSocket::Read::Failed);
    QCOMPARE(p.near.error(), EPROTO);
    QVERIFY(p.near.send("more") == StreamSocket::Write::Failed);
}

void TestTlsChannel::finishesWithCloseNotifyThenFin()
{
    TlsPair p = pair();
    QVERIFY(p.handshake());
    // Until the kernel takes no more: the goodbye and the FIN wait behind what is pending.
    std::size_t sent = 0;
    while (!p.near.hasPending()) {
        QVERIFY(p.near.send(std::string(100'000, 'x')) != StreamSocket::Write::Failed);
        sent += 100'000;
    }
    p.near.finishSending();
    auto state = TlsPeer::State::Waits;
    for (int turn = 0; turn < 10'000 && state == TlsPeer::State::Waits; ++turn) {
        state = p.far->read();
        QVERIFY(p.near.flush() != StreamSocket::Write::Failed);
    }
    QCOMPARE(p.far->received().size(), sent);
    QVERIFY(p.far->sawCloseNotify());
    char byte = 0;
    QCOMPARE(::recv(p.far->fd(), &byte, 1, MSG_DONTWAIT), 0);
    QVERIFY(p.far->send("still heard"));
    QCOMPARE(p.read(), std::string("still heard"));
}

void TestTlsChannel::closingSaysGoodbye()
{
    TlsPair p = pair();
    QVERIFY(p.handshake());
    p.near.close();
    QVERIFY(!p.near.isOpen());
    QVERIFY(p.far->read() == TlsPeer::State::Failed);
    QVERIFY(p.far->sawCloseNotify());
}

void TestTlsChannel::abortingDoesNot()
{
    TlsPair p = pair();
    QVERIFY(p.handshake());
    p.near.abort();
    QVERIFY(p.far->read() == TlsPeer::State::Failed);
    QVERIFY(!p.far->sawCloseNotify());
}

void TestTlsChannel::sendingGoesOnAfterThePeersEnd()
{
    TlsPair p = pair();
    QVERIFY(p.handshake());
    p.far->sendCloseNotify();
    QCOMPARE(p.read(), std::string());
    QVERIFY(p.last == StreamSocket::Read::End);
    QVERIFY(p.near.send("an answer") == StreamSocket::Write::Done);
    QVERIFY(p.far->readUntil(9));
}

void TestTlsChannel::quietUntilSomethingComes()
{
    TlsPair p = pair();
    QVERIFY(p.handshake());
    QVERIFY(p.near.isQuiet());
    p.far->updateKey(); // the protocol's own business
    QVERIFY(p.near.isQuiet());
    QVERIFY(p.far->send("x"));
    QVERIFY(!p.near.isQuiet());
    QVERIFY(p.near.mayRead());
    QCOMPARE(p.read(), std::string("x")); // still there
    QVERIFY(p.near.isQuiet());
    p.far->sendCloseNotify();
    QVERIFY(!p.near.isQuiet());
}

void TestTlsChannel::keyUpdatesAreAnswered()
{
    TlsPair p = pair();
    QVERIFY(p.handshake());
    for (int i = 0; i < 10; ++i) {
        p.far->updateKey();
        QVERIFY(p.far->send("ping"));
        QCOMPARE(p.read(), std::string("ping"));
        QVERIFY(p.near.send("pong") == StreamSocket::Write::Done);
        QVERIFY(p.far->readUntil(4));
        p.far->received().clear();
    }
}

void TestTlsChannel::keyUpdateFloodIsCut()
{
    TlsPair p = pair();
    QVERIFY(p.handshake());
    for (int i = 0; i < 1000 && p.last != StreamSocket::Read::Failed; ++i) {
        p.far->updateKey();
        QCOMPARE(p.read(), std::string());
        p.far->read();
    }
    QVERIFY(p.last == StreamSocket::Read::Failed);
    QVERIFY(p.near.pending() < 4096);
}

void TestTlsChannel::renegotiationIsRefused()
{
    TlsPair p = pair(TLS1_2_VERSION);
    QVERIFY(p.handshake());
    SSL_renegotiate(p.far->ssl());
    p.far->handshake();
    QCOMPARE(p.read(), std::string());
    QVERIFY(p.far->handshake() == TlsPeer::State::Failed);
    QCOMPARE(p.far->error(), std::string("no renegotiation"));
}

void TestTlsChannel::whatCameWithTheHandshakeIsRead()
{
    TlsPair p = pair();
    // The client sends its Finished and its request before we look.
    QVERIFY(p.far->handshake() == TlsPeer::State::Waits);
    p.note();
    QVERIFY(p.near.handshake() == Handshake::UnderWay);
    QVERIFY(p.far->handshake() == TlsPeer::State::Done);
    QVERIFY(p.far->send("GET / HTTP/1.1\r\n\r\n"));
    p.note();
    const std::uint64_t before = p.near.sent();
    QVERIFY(p.near.handshake() == Handshake::Done);
    QCOMPARE(p.near.sent(), before); // the ticket waits for the answer
    QVERIFY(p.near.mayRead());       // without a further event
    std::string room(128 * 1024, 0);
    const auto received = p.near.receive(room);
    QCOMPARE(room.substr(0, received.size), std::string("GET / HTTP/1.1\r\n\r\n"));
    QVERIFY(!p.near.mayRead());
    QVERIFY(p.near.send("answer") == StreamSocket::Write::Done);
    QVERIFY(p.far->readUntil(6));
    QVERIFY(p.far->session());
}

void TestTlsChannel::fedBytesBeginTheHandshake()
{
    TlsPair p = pair();
    QVERIFY(p.far->handshake() == TlsPeer::State::Waits);
    std::string hello(4096, 0);
    const ssize_t count = ::recv(p.near.fd(), hello.data(), hello.size(), 0);
    QVERIFY(count > 100);
    hello.resize(static_cast<std::size_t>(count));
    p.near.secure(m_context->accept(), hello); // no event will tell of them
    QVERIFY(p.near.handshake() == Handshake::UnderWay);
    QVERIFY(p.handshake());
}

void TestTlsChannel::plainHttpIsTold()
{
    TlsPair p = pair();
    QCOMPARE(::send(p.far->fd(), "GET / HTTP/1.1\r\nHost: x\r\n\r\n", 27, 0), 27);
    p.note();
    QVERIFY(p.near.handshake() == Handshake::Failed);
    QCOMPARE(tokenOf(p.near.channel()->failure()), std::string_view("not-tls"));
    QVERIFY(!p.near.channel()->failureText().empty());
}

void TestTlsChannel::peerThatLeavesIsTold()
{
    TlsPair p = pair();
    QVERIFY(p.far->handshake() == TlsPeer::State::Waits);
    p.note();
    QVERIFY(p.near.handshake() == Handshake::UnderWay);
    p.far->truncate();
    p.near.note(EPOLLIN | EPOLLRDHUP);
    QVERIFY(p.near.handshake() == Handshake::Failed);
    QCOMPARE(tokenOf(p.near.channel()->failure()), std::string_view("peer-closed"));
}

void TestTlsChannel::plainSocketNeedsNoHandshake()
{
    StreamSocket socket;
    QVERIFY(socket.handshake() == Handshake::Done);
    QVERIFY(!socket.channel());
}

QTEST_GUILESS_MAIN(TestTlsChannel)
#include "tst_tls_channel.moc"

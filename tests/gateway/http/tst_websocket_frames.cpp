#include "gateway/http/websocket_frames.h"
#include "tests/gateway/http/websocket_bytes.h"

#include <QTest>

using namespace postern;
using namespace postern::test;

namespace {

using Sender = WebSocketFrames::Sender;

/// What goes on of \a stream when it comes in pieces of \a step bytes, and how it ends.
struct Passed
{
    std::string bytes;
    WebSocketClose fault = WebSocketClose::None;
    bool atBoundary = false;
    bool closed = false;
};

Passed pass(const WebSocketFrames::Rules& rules, const std::string& stream, std::size_t step)
{
    WebSocketFrames frames(rules);
    Passed passed;
    for (std::size_t at = 0; at < stream.size() && passed.fault == WebSocketClose::None; at += step) {
        const std::string piece = stream.substr(at, step);
        const auto taken = frames.take(piece);
        passed.bytes.append(taken.held).append(piece, 0, taken.good);
        passed.fault = taken.fault;
    }
    passed.atBoundary = frames.isAtBoundary();
    passed.closed = frames.isClosed();
    return passed;
}

std::string client(unsigned first, const std::string& payload) { return frame(first, payload, Masking::On); }
std::string server(unsigned first, const std::string& payload) { return frame(first, payload, Masking::Off); }

} // namespace

/// The frames of one direction of a WebSocket: RFC 6455 §5.
class TestWebSocketFrames : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void goesOn_data();
    void goesOn();
    void faults_data();
    void faults();
    void nothingFollowsAClose();
    void boundaries();
    void closeFrames();
};

void TestWebSocketFrames::goesOn_data()
{
    QTest::addColumn<QByteArray>("stream");
    QTest::addColumn<bool>("fromClient");
    QTest::addColumn<bool>("compressed");
    const auto row = [](const char* name, const std::string& stream, bool fromClient = true,
                        bool compressed = false) {
        QTest::addRow("%s", name) << QByteArray::fromStdString(stream) << fromClient << compressed;
    };
    row("text", client(0x81, "hello"));
    row("text of a server", server(0x81, "hello"), false);
    row("empty", client(0x82, ""));
    row("125 bytes", client(0x82, std::string(125, 'x')));
    row("126 bytes", client(0x82, std::string(126, 'x')));
    row("65535 bytes", client(0x82, std::string(65535, 'x')));
    row("65536 bytes", client(0x82, std::string(65536, 'x')));
    row("fragments", client(0x01, "a") + client(0x00, "b") + client(0x80, "c"));
    row("ping between fragments", client(0x01, "a") + client(0x89, "?") + client(0x80, "c"));
    row("two messages", client(0x81, "a") + client(0x82, "b"));
    row("pong nobody asked for", client(0x8a, ""));
    row("close without a code", client(0x88, ""));
    row("close with a reason", client(0x88, std::string("\x03\xe8 bye", 6)));
    row("compressed", client(0xc1, "x") + client(0x41, "a") + client(0x80, "b"), true, true);
}

void TestWebSocketFrames::goesOn()
{
    QFETCH(QByteArray, stream);
    QFETCH(bool, fromClient);
    QFETCH(bool, compressed);
    const WebSocketFrames::Rules rules{.sender = fromClient ? Sender::Client : Sender::Server,
                                       .compressed = compressed};
    for (const std::size_t step : {1u, 2u, 3u, 7u, 1000u, 1000000u}) {
        const Passed passed = pass(rules, stream.toStdString(), step);
        QCOMPARE(passed.fault, WebSocketClose::None);
        QVERIFY(passed.bytes == stream.toStdString());
        QVERIFY(passed.atBoundary);
    }
}

void TestWebSocketFrames::faults_data()
{
    QTest::addColumn<QByteArray>("bad"); // after a good frame
    QTest::addColumn<int>("code");
    QTest::addColumn<bool>("fromClient");
    QTest::addColumn<bool>("compressed");
    const auto row = [](const char* name, const std::string& bad, int code = 1002, bool fromClient = true,
                        bool compressed = false) {
        QTest::addRow("%s", name) << QByteArray::fromStdString(bad) << code << fromClient << compressed;
    };
    using namespace std::string_literals;
    row("RSV1", client(0xc1, "x"));
    row("RSV2", client(0xa1, "x"));
    row("RSV3", client(0x91, "x"));
    row("RSV2 though compressed", client(0xa1, "x"), 1002, true, true);
    row("RSV1 of a continuation", client(0x01, "a") + client(0xc0, "b"), 1002, true, true);
    row("RSV1 of a ping", client(0xc9, ""), 1002, true, true);
    for (const unsigned opcode : {3u, 4u, 5u, 6u, 7u, 0xbu, 0xcu, 0xdu, 0xeu, 0xfu})
        row(qPrintable(QStringLiteral("opcode %1").arg(opcode)), client(0x80 | opcode, ""));
    row("unmasked client", server(0x81, "x"));
    row("masked server", client(0x81, "x"), 1002, false);
    row("fragmented ping", client(0x09, ""));
    row("long ping", client(0x89, std::string(126, 'x')));
    row("long close", client(0x88, std::string(126, 'x')));
    row("close of one byte", client(0x88, "x"));
    row("continuation of nothing", client(0x80, "x"));
    row("continuation after the end", client(0x01, "a") + client(0x80, "b") + client(0x80, "c"));
    row("new message in a message", client(0x01, "a") + client(0x81, "b"));
    row("126 where 7 bits do", "\x81\xfe\0\x05maskhello"s);
    row("127 where 16 bits do", "\x81\xff\0\0\0\0\0\0\xff\xffmask"s);
    row("64th bit", "\x82\xff\x80\0\0\0\0\0\0\0mask"s);
    row("too big", client(0x82, std::string(301, 'x')), 1009);
    row("too big in sum", client(0x02, std::string(200, 'x')) + client(0x00, std::string(101, 'x')), 1009);
    row("too big, announced", "\x82\xff\x7f\xff\xff\xff\xff\xff\xff\xffmask"s, 1009);
}

void TestWebSocketFrames::faults()
{
    QFETCH(QByteArray, bad);
    QFETCH(int, code);
    QFETCH(bool, fromClient);
    QFETCH(bool, compressed);
    const WebSocketFrames::Rules rules{.sender = fromClient ? Sender::Client : Sender::Server,
                                       .compressed = compressed,
                                       .largestMessage = 300};
    const std::string good = fromClient ? client(0x82, "fine") : server(0x82, "fine");
    std::string whole;
    for (const std::size_t step : {1u, 2u, 5u, 4000u}) {
        const Passed passed = pass(rules, good + bad.toStdString() + good, step);
        QCOMPARE(int(passed.fault), code);
        QVERIFY(passed.atBoundary); // so that a Close frame may follow
        QVERIFY(passed.bytes.starts_with(good));
        if (whole.empty())
            whole = passed.bytes;
        QCOMPARE(passed.bytes, whole); // the same goes on however it came
        QVERIFY((good + bad.toStdString()).starts_with(whole));
        QVERIFY(whole.size() < good.size() + static_cast<std::size_t>(bad.size()));
    }
}

void TestWebSocketFrames::nothingFollowsAClose()
{
    const std::string close = client(0x88, "\x03\xe8");
    const Passed passed = pass({}, client(0x81, "a") + close + client(0x89, "") + "rubbish", 3);
    QCOMPARE(passed.bytes, client(0x81, "a") + close);
    QCOMPARE(passed.fault, WebSocketClose::None);
    QVERIFY(passed.closed);
}

void TestWebSocketFrames::boundaries()
{
    WebSocketFrames frames({});
    QVERIFY(frames.isAtBoundary());
    const std::string bytes = client(0x81, "hello");
    const auto head = frames.take(bytes.substr(0, 4));
    QCOMPARE(head.good, std::size_t{0});
    QVERIFY(frames.isAtBoundary()); // nothing of it has gone on
    const auto rest = frames.take(bytes.substr(4, 4));
    QCOMPARE(std::string(rest.held), bytes.substr(0, 4));
    QCOMPARE(rest.good, std::size_t{4});
    QVERIFY(!frames.isAtBoundary());
    QCOMPARE(frames.take(bytes.substr(8)).good, std::size_t{3});
    QVERIFY(frames.isAtBoundary());
}

void TestWebSocketFrames::closeFrames()
{
    using namespace std::string_literals;
    QCOMPARE(webSocketCloseFrame(WebSocketClose::GoingAway, Sender::Server), "\x88\x02\x03\xe9"s);
    for (const Sender sender : {Sender::Client, Sender::Server}) {
        const std::string bytes = webSocketCloseFrame(WebSocketClose::TooBig, sender);
        const Passed passed = pass({.sender = sender}, bytes, 100);
        QCOMPARE(passed.bytes, bytes);
        QVERIFY(passed.closed);
        QCOMPARE(payloadOf(bytes), "\x03\xf1"s);
    }
}

QTEST_GUILESS_MAIN(TestWebSocketFrames)
#include "tst_websocket_frames.moc"

#include "gateway/http/crc32c.h"
#include "gateway/http/proxy_header.h"

#include <QTest>

using namespace postern;

namespace {

using State = ProxyHeaderResult::State;
using Form = ProxyHeaderForm;

std::string_view view(const QByteArray& bytes)
{
    return {bytes.data(), static_cast<std::size_t>(bytes.size())};
}

QByteArray number(int value)
{
    return {std::initializer_list<char>{char(value >> 8), char(value)}.begin(), 2};
}

/// A version 2 header of \a command, \a family and what follows the length.
QByteArray binary(int command, int family, const QByteArray& rest)
{
    return QByteArray("\r\n\r\n\0\r\nQUIT\n", 12) + char(command) + char(family) + number(int(rest.size())) +
           rest;
}

QByteArray tlv(int type, const QByteArray& value) { return char(type) + number(int(value.size())) + value; }

/// \a header with the right CRC in the place that its TLV of type 3 keeps for it, which is its end.
QByteArray withCrc(QByteArray header)
{
    const std::uint32_t crc = crc32c(view(header));
    for (int i = 0; i < 4; ++i)
        header[header.size() - 4 + i] = char(crc >> (24 - 8 * i));
    return header;
}

const QByteArray kFour = QByteArray::fromHex("cb007109"
                                             "0a000001") +
                         number(40000) + number(443);
const QByteArray kSix = QByteArray::fromHex("20010db8000000000000000000000007"
                                            "20010db8000000000000000000000001") +
                        number(40000) + number(443);

} // namespace

/// PROXY headers: haproxy's specification, byte by byte.
class TestProxyHeader : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void crc();
    void understood_data();
    void understood();
    void refused_data();
    void refused();
    void otherFormIsRefused();
    void incompleteIsNeverRefused();
};

void TestProxyHeader::crc()
{
    QCOMPARE(crc32c("123456789"), 0xe3069283u); // the check value of the algorithm's catalogue entry
    QCOMPARE(crc32c("6789", crc32c("12345")), 0xe3069283u);
}

void TestProxyHeader::understood_data()
{
    QTest::addColumn<QByteArray>("header");
    QTest::addColumn<QByteArray>("address"); // empty: the socket's own; `unix`, `unknown`: none
    const auto row = [](const char* name, const QByteArray& header, const char* address) {
        QTest::addRow("%s", name) << header << QByteArray(address);
    };
    row("TCP4", "PROXY TCP4 203.0.113.9 10.0.0.1 40000 443\r\n", "203.0.113.9");
    row("TCP6", "PROXY TCP6 2001:db8::7 2001:db8::1 65535 0\r\n", "2001:db8::7");
    row("TCP6 of a mapped address", "PROXY TCP6 ::ffff:203.0.113.9 ::1 1 2\r\n", "203.0.113.9");
    row("longest TCP6",
        "PROXY TCP6 ffff:f0ff:ffff:ffff:ffff:ffff:ffff:ffff ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 "
        "65535\r\n",
        "ffff:f0ff:ffff:ffff:ffff:ffff:ffff:ffff");
    row("UNKNOWN", "PROXY UNKNOWN\r\n", "unknown");
    row("UNKNOWN with addresses", "PROXY UNKNOWN ffff::1 ffff::2 65535 65535\r\n", "unknown");
    row("107 bytes", "PROXY UNKNOWN " + QByteArray(91, 'x') + "\r\n", "unknown");
    row("v2 TCP4", binary(0x21, 0x11, kFour), "203.0.113.9");
    row("v2 TCP6", binary(0x21, 0x21, kSix), "2001:db8::7");
    row("v2 UNIX", binary(0x21, 0x31, QByteArray(216, 'u')), "unix");
    row("v2 LOCAL", binary(0x20, 0x00, {}), "");
    row("v2 LOCAL with an address", binary(0x20, 0x11, kFour), "");
    row("v2 LOCAL with anything", binary(0x20, 0x00, "whatever"), "");
    row("v2 unspecified", binary(0x21, 0x00, "\x04"), "unknown");
    row("v2 with TLVs",
        binary(0x21, 0x11, kFour + tlv(0x01, "h2") + tlv(0x04, {}) + tlv(0xee, QByteArray(300, 'x'))),
        "203.0.113.9");
    row("v2 with a CRC", withCrc(binary(0x21, 0x11, kFour + tlv(0x03, QByteArray(4, '\0')))), "203.0.113.9");
    row("v2 with a CRC behind others",
        withCrc(binary(0x21, 0x21, kSix + tlv(0x02, "api.example") + tlv(0x03, QByteArray(4, '\0')))),
        "2001:db8::7");
    row("v2 as large as allowed", binary(0x21, 0x11, kFour + tlv(0x04, QByteArray(4096 - 12 - 3, '\0'))),
        "203.0.113.9");
}

void TestProxyHeader::understood()
{
    QFETCH(QByteArray, header);
    QFETCH(QByteArray, address);
    const QByteArray stream = header + "GET / HTTP/1.1\r\n";
    const ProxyHeaderResult result = readProxyHeader(view(stream), Form::Either);
    QCOMPARE(result.state, State::Done);
    QCOMPARE(result.size, static_cast<std::size_t>(header.size()));
    if (address.isEmpty()) {
        QCOMPARE(result.header.source, ProxyHeader::Source::Proxy);
    } else if (address == "unix") {
        QCOMPARE(result.header.source, ProxyHeader::Source::Unix);
    } else if (address == "unknown") {
        QCOMPARE(result.header.source, ProxyHeader::Source::Unknown);
    } else {
        QCOMPARE(result.header.source, ProxyHeader::Source::Address);
        QCOMPARE(result.header.address.value_or(HostAddress()).text(), address.toStdString());
    }
}

void TestProxyHeader::refused_data()
{
    QTest::addColumn<QByteArray>("bytes");
    const auto row = [](const char* name, const QByteArray& bytes) { QTest::addRow("%s", name) << bytes; };
    row("HTTP", "GET / HTTP/1.1\r\n");
    row("TLS", QByteArray("\x16\x03\x01", 3));
    row("lower case", "proxy TCP4 203.0.113.9 10.0.0.1 40000 443\r\n");
    row("two spaces", "PROXY  TCP4 203.0.113.9 10.0.0.1 40000 443\r\n");
    row("tab", "PROXY TCP4\t203.0.113.9 10.0.0.1 40000 443\r\n");
    row("space at the end", "PROXY TCP4 203.0.113.9 10.0.0.1 40000 443 \r\n");
    row("one port", "PROXY TCP4 203.0.113.9 10.0.0.1 443\r\n");
    row("one address", "PROXY TCP4 203.0.113.9 40000 443\r\n");
    row("no addresses", "PROXY TCP4\r\n");
    row("nothing", "PROXY \r\n");
    row("UDP4", "PROXY UDP4 203.0.113.9 10.0.0.1 40000 443\r\n");
    row("UNKNOWNS", "PROXY UNKNOWNS\r\n");
    row("v6 in TCP4", "PROXY TCP4 2001:db8::7 2001:db8::1 40000 443\r\n");
    row("v4 in TCP6", "PROXY TCP6 203.0.113.9 10.0.0.1 40000 443\r\n");
    row("leading zero in an address", "PROXY TCP4 203.0.113.09 10.0.0.1 40000 443\r\n");
    row("leading zero in a port", "PROXY TCP4 203.0.113.9 10.0.0.1 040000 443\r\n");
    row("port too large", "PROXY TCP4 203.0.113.9 10.0.0.1 65536 443\r\n");
    row("negative port", "PROXY TCP4 203.0.113.9 10.0.0.1 -1 443\r\n");
    row("empty port", "PROXY TCP4 203.0.113.9 10.0.0.1 40000 \r\n");
    row("short address", "PROXY TCP4 203.0.113 10.0.0.1 40000 443\r\n");
    row("zone", "PROXY TCP6 fe80::1%eth0 ::1 40000 443\r\n");
    row("NUL in an address", QByteArray("PROXY TCP4 203.0.113.9\0 10.0.0.1 40000 443\r\n", 45));
    row("bare LF", "PROXY TCP4 203.0.113.9 10.0.0.1 40000 443\n");
    row("bare CR", "PROXY TCP4 203.0.113.9 10.0.0.1 40000 443\rG");
    row("108 bytes", "PROXY UNKNOWN " + QByteArray(92, 'x') + "\r\n");
    row("endless", "PROXY UNKNOWN " + QByteArray(200, 'x'));
    row("v2 signature wrong", QByteArray("\r\n\r\n\0\r\nQUIT\r", 12));
    row("v2 of version 1", binary(0x11, 0x11, kFour));
    row("v2 of version 3", binary(0x31, 0x11, kFour));
    row("v2 command 2", binary(0x22, 0x11, kFour));
    row("v2 UDP4", binary(0x21, 0x12, kFour));
    row("v2 UNIX datagram", binary(0x21, 0x32, QByteArray(216, 'u')));
    row("v2 family 4", binary(0x21, 0x41, QByteArray(216, 'u')));
    row("v2 transport 3", binary(0x21, 0x13, kFour));
    row("v2 TCP4 too short", binary(0x21, 0x11, kFour.left(11)));
    row("v2 TCP6 with the length of TCP4", binary(0x21, 0x21, kFour));
    row("v2 UNIX too short", binary(0x21, 0x31, QByteArray(215, 'u')));
    row("v2 too large", binary(0x21, 0x11, kFour + tlv(0x04, QByteArray(4097 - 12 - 3, '\0'))));
    row("v2 TLV without a length", binary(0x21, 0x11, kFour + "\x01"));
    row("v2 TLV with half a length", binary(0x21, 0x11, kFour + QByteArray("\x01\0", 2)));
    row("v2 TLV beyond the end", binary(0x21, 0x11, kFour + QByteArray("\x01\0\x05h2", 5)));
    row("v2 wrong CRC", binary(0x21, 0x11, kFour + tlv(0x03, "abcd")));
    row("v2 CRC of another header",
        withCrc(binary(0x21, 0x11, kFour + tlv(0x03, QByteArray(4, '\0')))).replace(16, 1, "\x7f"));
    row("v2 short CRC", binary(0x21, 0x11, kFour + tlv(0x03, "abc")));
    row("v2 two CRCs",
        withCrc(binary(0x21, 0x11, kFour + tlv(0x03, QByteArray(4, '\0')) + tlv(0x03, QByteArray(4, '\0')))));
}

void TestProxyHeader::refused()
{
    QFETCH(QByteArray, bytes);
    QCOMPARE(readProxyHeader(view(bytes), Form::Either).state, State::Refused);
    // Refused stays refused whatever follows, so an early word is never taken back.
    for (qsizetype size = 0; size < bytes.size(); ++size) {
        if (readProxyHeader(view(bytes.left(size)), Form::Either).state == State::Refused) {
            QCOMPARE(readProxyHeader(view(bytes.left(size + 1)), Form::Either).state, State::Refused);
        }
    }
}

void TestProxyHeader::otherFormIsRefused()
{
    const QByteArray text = "PROXY TCP4 203.0.113.9 10.0.0.1 40000 443\r\n";
    const QByteArray bytes = binary(0x21, 0x11, kFour);
    QCOMPARE(readProxyHeader(view(text), Form::Text).state, State::Done);
    QCOMPARE(readProxyHeader(view(bytes), Form::Binary).state, State::Done);
    QCOMPARE(readProxyHeader(view(text), Form::Binary).state, State::Refused);
    QCOMPARE(readProxyHeader(view(bytes), Form::Text).state, State::Refused);
}

void TestProxyHeader::incompleteIsNeverRefused()
{
    const QByteArray headers[] = {"PROXY TCP6 2001:db8::7 2001:db8::1 65535 0\r\n", "PROXY UNKNOWN\r\n",
                                  binary(0x21, 0x11, kFour), binary(0x20, 0x00, {}),
                                  withCrc(binary(0x21, 0x21, kSix + tlv(0x03, QByteArray(4, '\0'))))};
    for (const QByteArray& header : headers) {
        for (qsizetype size = 0; size < header.size(); ++size) {
            const ProxyHeaderResult result = readProxyHeader(view(header.left(size)), Form::Either);
            QCOMPARE(result.state, State::NeedMore);
            QVERIFY(result.size > static_cast<std::size_t>(size));
            QVERIFY(result.size <= static_cast<std::size_t>(header.size()));
        }
    }
}

QTEST_GUILESS_MAIN(TestProxyHeader)
#include "tst_proxy_header.moc"

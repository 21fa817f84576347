#include "models/schema/address.h"
#include "models/schema/path_template.h"
#include "models/schema/text_rule.h"
#include "models/schema/units.h"

#include <QTest>

namespace postern {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

class TestValues : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void durations_data();
    void durations();
    void sizes_data();
    void sizes();
    void socketAddresses_data();
    void socketAddresses();
    void ranges_data();
    void ranges();
    void pathTemplates_data();
    void pathTemplates();
    void sameShapes();
    void textRules_data();
    void textRules();
};

void TestValues::durations_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<qint64>("milliseconds");
    QTest::addColumn<QString>("written");
    QTest::newRow("ms") << "250ms" << 250LL << "250ms";
    QTest::newRow("s") << "2s" << 2000LL << "2s";
    QTest::newRow("m") << "5m" << 300'000LL << "5m";
    QTest::newRow("h") << "24h" << 86'400'000LL << "1d";
    QTest::newRow("d") << "30d" << 2'592'000'000LL << "30d";
    QTest::newRow("1500ms") << "1500ms" << 1500LL << "1500ms";
    QTest::newRow("60s") << "60s" << 60'000LL << "1m";
    QTest::newRow("zero") << "0s" << 0LL << "0s";
    for (const char* bad : {"", "0", "10", "s", "1 s", "-1s", "+1s", "1.5s", "1S", "1w", "01s", "1s ",
                            "1s2ms", "99999999999999999999s", "9007199254740993ms", "104249991375d"})
        QTest::newRow(bad) << QString::fromLatin1(bad) << -1LL << "";
}

void TestValues::durations()
{
    QFETCH(QString, text);
    QFETCH(qint64, milliseconds);
    QFETCH(QString, written);
    const auto duration = parseDuration(text);
    QCOMPARE(duration.value_or(-1ms).count(), milliseconds);
    if (duration)
        QCOMPARE(formatDuration(*duration), written);
}

void TestValues::sizes_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<qint64>("bytes");
    QTest::newRow("B") << "512B" << 512LL;
    QTest::newRow("KiB") << "64KiB" << 65536LL;
    QTest::newRow("MiB") << "1MiB" << 1048576LL;
    QTest::newRow("GiB") << "2GiB" << 2147483648LL;
    for (const char* bad : {"", "1", "1KB", "1kib", "1Mi", "-1B", "1.5MiB", "8388609GiB"})
        QTest::newRow(bad) << QString::fromLatin1(bad) << -1LL;
}

void TestValues::sizes()
{
    QFETCH(QString, text);
    QFETCH(qint64, bytes);
    const auto size = parseBytes(text);
    QCOMPARE(size ? qint64(size->count) : -1, bytes);
    if (size)
        QCOMPARE(formatBytes(*size), text);
}

void TestValues::socketAddresses_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("expected");
    QTest::newRow("v4") << "127.0.0.1:8080"
                        << "127.0.0.1:8080";
    QTest::newRow("any") << "0.0.0.0:0"
                         << "0.0.0.0:0";
    QTest::newRow("v6") << "[::1]:65535"
                        << "[::1]:65535";
    QTest::newRow("v6, written long") << "[0:0:0:0:0:0:0:1]:80"
                                      << "[::1]:80";
    QTest::newRow("unix") << "unix:/run/app.sock"
                          << "unix:/run/app.sock";
    const QString longest = QStringLiteral("unix:/") + QString(106, u'x');
    QTest::newRow("unix, as long as may be") << longest << longest;
    QTest::newRow("unix, too long") << longest + u'x' << "";
    for (const char* bad : {"unix:", "unix:run/app.sock", "unix:/run/", "unix:/run/a\nb", "unix:@name",
                            "UNIX:/run/app.sock", "unix:/a b"})
        QTest::newRow(bad) << QString::fromLatin1(bad) << "";
    for (const char* bad : {"", "8080", ":8080", "localhost:80", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536",
                            "127.0.0.1:-1", "127.0.0.1:080", "::1:80", "[127.0.0.1]:80", "[::1]", "127.1:80",
                            "127.0.0.1:80 ", "0127.0.0.1:80", "[::1%lo]:80"})
        QTest::newRow(bad) << QString::fromLatin1(bad) << "";
}

void TestValues::socketAddresses()
{
    QFETCH(QString, text);
    QFETCH(QString, expected);
    const auto address = SocketAddress::parse(text);
    QCOMPARE(address ? address->text() : QString(), expected);
}

void TestValues::ranges_data()
{
    QTest::addColumn<QString>("range");
    QTest::addColumn<QString>("address");
    QTest::addColumn<int>("contains"); // -1: no range
    QTest::newRow("in /8") << "127.0.0.0/8"
                           << "127.255.0.1" << 1;
    QTest::newRow("out of /8") << "127.0.0.0/8"
                               << "128.0.0.1" << 0;
    QTest::newRow("in /20") << "10.1.16.0/20"
                            << "10.1.31.255" << 1;
    QTest::newRow("out of /20") << "10.1.16.0/20"
                                << "10.1.32.0" << 0;
    QTest::newRow("everything") << "0.0.0.0/0"
                                << "1.2.3.4" << 1;
    QTest::newRow("one") << "10.0.0.1"
                         << "10.0.0.1" << 1;
    QTest::newRow("not the other") << "10.0.0.1"
                                   << "10.0.0.2" << 0;
    QTest::newRow("v6") << "fd00::/8"
                        << "fdff::1" << 1;
    QTest::newRow("v4 is not in v6") << "::/0"
                                     << "1.2.3.4" << 0;
    for (const char* bad :
         {"10.0.0.0/33", "10.0.0.1/8", "::1/129", "10.0.0.0/", "10.0.0.0/08", "x/8", "fd00::1/8"})
        QTest::newRow(bad) << QString::fromLatin1(bad) << "::1" << -1;
}

void TestValues::ranges()
{
    QFETCH(QString, range);
    QFETCH(QString, address);
    QFETCH(int, contains);
    const auto parsed = IpRange::parse(range);
    const auto ip = IpAddress::parse(address);
    QVERIFY(ip);
    QCOMPARE(parsed ? int(parsed->contains(*ip)) : -1, contains);
}

void TestValues::pathTemplates_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("segments"); // L literal, V variable, R rest; empty: refused
    QTest::newRow("root") << "/"
                          << "-";
    QTest::newRow("literal") << "/v1/transfers"
                             << "L(v1)L(transfers)";
    QTest::newRow("variable") << "/v1/accounts/{id}"
                              << "L(v1)L(accounts)V(id)";
    QTest::newRow("rest") << "/v1/**"
                          << "L(v1)R()";
    QTest::newRow("everything") << "/**"
                                << "R()";
    QTest::newRow("trailing slash") << "/a/"
                                    << "L(a)L()";
    QTest::newRow("escape") << "/caf%c3%a9"
                            << "L(caf%C3%A9)";
    for (const char* bad : {"",      "a",        "//",   "/a//b",   "/**/a", "/a**", "/{}",  "/{a",
                            "/a{b}", "/{a}/{a}", "/.",   "/a/../b", "/a?b",  "/a#b", "/a b", "/a;b",
                            "/%",    "/%2",      "/%zz", "/%2f",    "/%5C",  "/%00", "/%41", "/\\"})
        QTest::newRow(bad) << QString::fromLatin1(bad) << "";
}

void TestValues::pathTemplates()
{
    QFETCH(QString, text);
    QFETCH(QString, segments);
    const auto parsed = PathTemplate::parse(text);
    QString shown;
    if (parsed)
        for (const auto& segment : parsed->segments)
            shown += QStringView(u"LVR").at(int(segment.kind)) + u"("_s + segment.text + u')';
    if (parsed && shown.isEmpty())
        shown = u"-"_s;
    QCOMPARE(shown, segments);
}

void TestValues::sameShapes()
{
    const auto same = [](QStringView a, QStringView b) {
        return PathTemplate::parse(a)->sameShape(*PathTemplate::parse(b));
    };
    QVERIFY(same(u"/a/{id}", u"/a/{name}"));
    QVERIFY(same(u"/caf%c3%a9", u"/caf%C3%A9"));
    QVERIFY(!same(u"/a/{id}", u"/a/b"));
    QVERIFY(!same(u"/a/{id}", u"/a/**"));
    QVERIFY(!same(u"/a", u"/a/"));
}

void TestValues::textRules_data()
{
    QTest::addColumn<QString>("rule");
    QTest::addColumn<QString>("text");
    QTest::addColumn<bool>("accepted");
    const auto row = [](const char* rule, const char* text, bool accepted) {
        QTest::addRow("%s %s", rule, text)
            << QString::fromLatin1(rule) << QString::fromUtf8(text) << accepted;
    };
    row("name", "fair-use", true);
    row("name", "readAccount.v2", true);
    row("name", "-", false);
    row("name", "a b", false);
    row("name", "ä", false);
    row("object", "accounts.v2", true);
    row("object", "Accounts", false);
    row("object", "a..b", false);
    row("namespace", "payments", true);
    row("namespace", "pay.ments", false);
    row("header", "X-Request-Id", true);
    row("header", "X Request", false);
    row("header", "X:", false);
    row("header", "", false);
    row("value", "a b", true);
    row("value", "a\nb", false);
    row("value", " a", false);
    row("method", "GET", true);
    row("method", "get", false);
    row("date", "2027-03-31", true);
    row("date", "2027-02-30", false);
    row("date", "2027-3-1", false);
    row("api", "payments/accounts", true);
    row("api", "accounts", false);
    row("api", "a/b/c", false);
    row("url", "https://id.bank.example/x", true);
    row("url", "ftp://x", false);
    row("url", "https://user@x", false);
    row("file", "a/b.json", true);
    row("file", "/etc/passwd", false);
    row("file", "a/../b", false);
    row("file", "a//b", false);
    row("file", "..data", true);
}

void TestValues::textRules()
{
    QFETCH(QString, rule);
    QFETCH(QString, text);
    QFETCH(bool, accepted);
    const QHash<QString, const TextRule*> rules{{u"name"_s, &text_rules::name()},
                                                {u"object"_s, &text_rules::objectName()},
                                                {u"namespace"_s, &text_rules::namespaceName()},
                                                {u"header"_s, &text_rules::headerName()},
                                                {u"value"_s, &text_rules::headerValue()},
                                                {u"method"_s, &text_rules::method()},
                                                {u"date"_s, &text_rules::date()},
                                                {u"api"_s, &text_rules::apiId()},
                                                {u"url"_s, &text_rules::url()},
                                                {u"file"_s, &text_rules::filePath()}};
    QVERIFY(rules.contains(rule));
    QCOMPARE(rules[rule]->accepts(text), accepted);
}

} // namespace postern

QTEST_APPLESS_MAIN(postern::TestValues)
#include "tst_values.moc"

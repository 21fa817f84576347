#include "gateway/http/arena.h"
#include "gateway/http/headers.h"
#include "gateway/http/hop_by_hop.h"
#include "gateway/http/managed_headers.h"
#include "gateway/http/method.h"
#include "tests/support/bytes.h"

#include <QRandomGenerator>
#include <QTest>

#include <cstring>

using namespace postern;
using namespace postern::test;

/// Field lines: the container, names, what is removed and what is managed.
class TestHeaders : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void knowsEveryName();
    void anyCaseIsTheSameName();
    void findsCountsSetsRemoves();
    void behavesLikeAPlainList();
    void rebasesViews();
    void fieldSyntax_data();
    void fieldSyntax();
    void hopByHop_data();
    void hopByHop();
    void managed_data();
    void managed();
    void managedFieldsGo();
    void arenaReusesItsBlock();
    void methods();
};

namespace {

QByteArray names(const Headers& headers)
{
    QByteArrayList list;
    for (const Header& field : headers)
        list += bytes(field.name);
    return list.join(' ');
}

} // namespace

void TestHeaders::knowsEveryName()
{
    for (int i = 1; i < int(HeaderId::Count); ++i) {
        const auto id = static_cast<HeaderId>(i);
        QVERIFY(!headerName(id).empty());
        QVERIFY2(headerId(headerName(id)) == id, headerName(id).data());
        QVERIFY(isFieldName(headerName(id)));
        const std::string longer = std::string(headerName(id)) + "x";
        QVERIFY(headerId(longer) == HeaderId::Other);
    }
    QVERIFY(headerId("") == HeaderId::Other);
    QVERIFY(headerId("Content_Length") == HeaderId::Other);
}

void TestHeaders::anyCaseIsTheSameName()
{
    QRandomGenerator random(3);
    for (int i = 1; i < int(HeaderId::Count); ++i) {
        std::string name(headerName(static_cast<HeaderId>(i)));
        for (char& c : name) {
            if (random.bounded(2) == 0)
                c = static_cast<char>(random.bounded(2) == 0 ? std::toupper(c) : std::tolower(c));
        }
        QVERIFY2(headerId(name) == static_cast<HeaderId>(i), name.c_str());
    }
    QVERIFY(equalsIgnoringCase("a-Z", "A-z"));
    QVERIFY(!equalsIgnoringCase("a^", "a~")); // differ in the case bit alone
    QVERIFY(!equalsIgnoringCase("a", "ab"));
}

void TestHeaders::findsCountsSetsRemoves()
{
    Headers headers;
    headers.add("X-A", "1");
    headers.add("Cookie", "c");
    headers.add("x-a", "2");
    QVERIFY(!headers.isRepeated(HeaderId::Cookie));
    headers.add("COOKIE", "d");
    QVERIFY(headers.isRepeated(HeaderId::Cookie));
    QCOMPARE(bytes(headers.value(HeaderId::Cookie)), "c");
    QCOMPARE(headers.count(HeaderId::Cookie), std::size_t(2));
    QCOMPARE(headers.count("X-a"), std::size_t(2));
    headers.set("X-A", "3");
    QCOMPARE(names(headers), "X-A Cookie COOKIE");
    QCOMPARE(bytes(headers.value("x-A")), "3");
    headers.set(HeaderId::Cookie, "e");
    QCOMPARE(names(headers), "X-A Cookie");
    QVERIFY(!headers.isRepeated(HeaderId::Cookie));
    headers.set("New", "n");
    QCOMPARE(names(headers), "X-A Cookie New");
    QCOMPARE(headers.remove("x-a"), std::size_t(1));
    QCOMPARE(bytes(headers.find(HeaderId::Cookie)->value), "e"); // found at its new place
    QCOMPARE(headers.remove("absent"), std::size_t(0));
    QCOMPARE(headers.remove("cookie"), std::size_t(1));
    QVERIFY(headers.find(HeaderId::Cookie) == nullptr);
    headers.clear();
    QVERIFY(headers.empty());
    QVERIFY(!headers.contains(HeaderId::Cookie));
}

/// Random operations on Headers and on a list without any index.
void TestHeaders::behavesLikeAPlainList()
{
    static constexpr std::array<std::string_view, 6> kNames = {"Host", "host", "Cookie", "X-A", "x-a", "TE"};
    static constexpr std::array<std::string_view, 3> kValues = {"1", "2", "3"};
    QRandomGenerator random(5);
    Headers headers;
    std::vector<std::pair<std::string_view, std::string_view>> plain;
    const auto same = [](std::string_view name) {
        return [name](const auto& field) { return equalsIgnoringCase(field.first, name); };
    };
    for (int round = 0; round < 20000; ++round) {
        const std::string_view name = kNames[static_cast<std::size_t>(random.bounded(6))];
        const std::string_view value = kValues[static_cast<std::size_t>(random.bounded(3))];
        const auto first = std::ranges::find_if(plain, same(name));
        switch (random.bounded(3)) {
        case 0:
            headers.add(name, value);
            plain.emplace_back(name, value);
            break;
        case 1:
            headers.set(name, value);
            if (first == plain.end()) {
                plain.emplace_back(name, value);
            } else {
                *first = {name, value};
                plain.erase(std::remove_if(first + 1, plain.end(), same(name)), plain.end());
            }
            break;
        default:
            headers.remove(name);
            std::erase_if(plain, same(name));
        }
        QCOMPARE(headers.size(), plain.size());
        for (std::size_t i = 0; i < plain.size(); ++i)
            QVERIFY(headers[i].name == plain[i].first && headers[i].value == plain[i].second);
        for (const std::string_view asked : kNames) {
            const auto expected = std::ranges::find_if(plain, same(asked));
            const Header* const found = headers.find(asked);
            QCOMPARE(found != nullptr, expected != plain.end());
            QVERIFY(found == nullptr || found->value == expected->second);
            QCOMPARE(headers.count(asked), std::size_t(std::ranges::count_if(plain, same(asked))));
        }
    }
}

void TestHeaders::rebasesViews()
{
    const std::string old = "Name: value";
    const std::string moved = old;
    Headers headers;
    headers.add(std::string_view(old).substr(0, 4), std::string_view(old).substr(6));
    headers.add("Elsewhere", "stays");
    headers.rebase(old.data(), old.size(), moved.data());
    QVERIFY(headers[0].name.data() == moved.data());
    QCOMPARE(bytes(headers[0].value), "value");
    QCOMPARE(bytes(headers[1].value), "stays");
}

void TestHeaders::fieldSyntax_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<bool>("name");
    QTest::addColumn<bool>("value");
    QTest::newRow("token") << QByteArray("X-A_b.1!#$%&'*+^`|~") << true << true;
    QTest::newRow("empty") << QByteArray() << false << true;
    QTest::newRow("space within") << QByteArray("a b") << false << true;
    QTest::newRow("space at end") << QByteArray("a ") << false << false;
    QTest::newRow("tab at start") << QByteArray("\ta") << false << false;
    QTest::newRow("obs-text") << QByteArray("\xc3\xa4") << false << true;
    QTest::newRow("line feed") << QByteArray("a\nb") << false << false;
    QTest::newRow("carriage return") << QByteArray("a\rb") << false << false;
    QTest::newRow("nul") << QByteArray("a\0b", 3) << false << false;
    QTest::newRow("del") << QByteArray("a\x7f") << false << false;
    QTest::newRow("colon") << QByteArray("a:") << false << true;
}

void TestHeaders::fieldSyntax()
{
    QFETCH(QByteArray, text);
    QFETCH(bool, name);
    QFETCH(bool, value);
    QCOMPARE(isFieldName(view(text)), name);
    QCOMPARE(isFieldValue(view(text)), value);
}

void TestHeaders::hopByHop_data()
{
    QTest::addColumn<QByteArray>("connection");
    QTest::addColumn<QByteArray>("left");
    QTest::newRow("absent") << QByteArray()
                            << QByteArray("Host X-A X-B Content-Length Authorization X-Real-IP");
    QTest::newRow("named") << QByteArray("close, x-a,,X-Real-IP ")
                           << QByteArray("Host X-B Content-Length Authorization");
    QTest::newRow("named for the last recipient")
        << QByteArray("Host, Content-Length, Authorization, X-B")
        << QByteArray("Host X-A Content-Length Authorization X-Real-IP");
}

void TestHeaders::hopByHop()
{
    QFETCH(QByteArray, connection);
    QFETCH(QByteArray, left);
    Headers headers;
    for (const char* name :
         {"Host", "Keep-Alive", "X-A", "Proxy-Connection", "TE", "X-B", "Transfer-Encoding", "Upgrade",
          "Trailer", "HTTP2-Settings", "Proxy-Authorization", "Content-Length", "Authorization", "X-Real-IP"})
        headers.add(name, "1");
    if (!connection.isEmpty())
        headers.add("Connection", view(connection));
    removeHopByHop(headers);
    QCOMPARE(names(headers), left);
}

void TestHeaders::managed_data()
{
    QTest::addColumn<QByteArray>("name");
    QTest::addColumn<bool>("managed");
    for (const char* name :
         {"X-Forwarded-For", "x_forwarded_for", "X.Forwarded.Anything", "X-Forwarded-Client-Cert",
          "Forwarded", "FORWARDED", "X-Real-IP", "X_Real.IP", "X-User", "x_user", "X.USER", "Tenant"})
        QTest::newRow(name) << QByteArray(name) << true;
    for (const char* name : {"", "X", "X-Forwarded", "X-Forwarde-For", "X-Users", "User", "X-User-",
                             "Content-Length", "XUser", "X~User"})
        QTest::newRow(name) << QByteArray(name) << false;
}

void TestHeaders::managed()
{
    QFETCH(QByteArray, name);
    QFETCH(bool, managed);
    const std::vector<std::string> ofPolicies = {"X-User", "tenant"};
    QCOMPARE(ManagedHeaders(ofPolicies).contains(view(name)), managed);
}

void TestHeaders::managedFieldsGo()
{
    const std::vector<std::string> ofPolicies = {"X-User"};
    Headers headers;
    for (const char* name : {"Host", "x.user", "X-User", "Accept", "X_FORWARDED_FOR", "Forwarded"})
        headers.add(name, "1");
    QCOMPARE(ManagedHeaders(ofPolicies).removeFrom(headers), std::size_t(4));
    QCOMPARE(names(headers), "Host Accept");
}

void TestHeaders::arenaReusesItsBlock()
{
    Arena arena(64);
    const char* const first = arena.copy("hello").data();
    QCOMPARE(bytes(arena.join("a", "bc")), "abc");
    QCOMPARE(bytes(arena.decimal(18446744073709551615ULL)), "18446744073709551615");
    QVERIFY(arena.copy("").empty());
    arena.reset();
    QVERIFY(arena.copy("world").data() == first);
    const std::string large(1000, 'x');
    QCOMPARE(bytes(arena.copy(large)), bytes(large));
    QCOMPARE(bytes(arena.copy("after")), "after");
    arena.reset();
    char* const room = arena.allocate(64); // the first block's size is back
    std::memset(room, 'y', 64);
    Arena grown(8);
    std::memset(grown.allocate(100), 'z', 100); // a first need beyond the block
    grown.reset();
    std::memset(grown.allocate(8), 'z', 8);
    QCOMPARE(bytes(grown.copy("next")), "next");
}

void TestHeaders::methods()
{
    for (int i = 0; i < int(Method::Other); ++i)
        QVERIFY(methodFromToken(methodName(static_cast<Method>(i))) == static_cast<Method>(i));
    QVERIFY(methodFromToken("get") == Method::Other);
    QVERIFY(methodFromToken("GETS") == Method::Other);
    QCOMPARE(bytes(methodName(Method::Other)), "other");
    QVERIFY(isIdempotent(Method::Put) && isIdempotent(Method::Get) && isIdempotent(Method::Delete));
    QVERIFY(!isIdempotent(Method::Post) && !isIdempotent(Method::Patch) && !isIdempotent(Method::Other));
}

QTEST_GUILESS_MAIN(TestHeaders)
#include "tst_headers.moc"

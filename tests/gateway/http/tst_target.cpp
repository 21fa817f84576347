#include "gateway/http/target.h"
#include "tests/support/bytes.h"

#include <QRandomGenerator>
#include <QTest>

using namespace postern;
using namespace postern::test;

/// The one normalisation of what is asked for.
class TestTarget : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void normalises_data();
    void normalises();
    void refuses_data();
    void refuses();
    void aNormalTargetIsNotCopied();
    void normalisingTwiceChangesNothing();
    void authorities_data();
    void authorities();
    void sameAuthorities_data();
    void sameAuthorities();
};

namespace {

QByteArray parse(const QByteArray& raw, Method method = Method::Get)
{
    Arena arena;
    Target target;
    const Refusal refusal = parseTarget(view(raw), method, arena, target);
    return refusal == Refusal::None ? bytes(target.pathAndQuery) : bytes(refusalToken(refusal));
}

} // namespace

void TestTarget::normalises_data()
{
    QTest::addColumn<QByteArray>("raw");
    QTest::addColumn<QByteArray>("normal");
    const auto row = [](const char* raw, const char* normal) {
        QTest::newRow(raw) << QByteArray(raw) << QByteArray(normal);
    };
    row("/", "/");
    row("/a/b", "/a/b");
    row("/a/b/", "/a/b/");
    row("/a?b=c", "/a?b=c");
    row("/?", "/?");
    row("/a-._~!$&'()*+,=:@z", "/a-._~!$&'()*+,=:@z");
    // Unreserved characters are decoded, other escapes get capital digits.
    row("/%61%7a%41%30%2d%2e%5f%7e", "/azA0-._~");
    row("/a%20b", "/a%20b");
    row("/%c3%a4", "/%C3%A4");
    row("/%e2%82%ac/%f0%9f%98%80", "/%E2%82%AC/%F0%9F%98%80");
    row("/a%3Bb%3fc%23d", "/a%3Bb%3Fc%23d");
    row("/100%25", "/100%25");
    row("/100%25/x", "/100%25/x");
    row("/%25zz", "/%25zz");
    row("/%21%24", "/%21%24"); // reserved: `!` and `%21` are not equivalent
    // Dot segments.
    row("/a/./b", "/a/b");
    row("/a/../b", "/b");
    row("/a/b/../../c", "/c");
    row("/a/..", "/");
    row("/a/b/..", "/a/");
    row("/a/.", "/a/");
    row("/.", "/");
    row("/a/%2e%2E/b", "/b");
    row("/a/.%2e/b", "/b");
    row("/a/%2e/b", "/a/b");
    row("/a/..?q", "/?q");
    row("/a/...", "/a/...");
    row("/a/..b/.c", "/a/..b/.c");
    row("/a/b../c.", "/a/b../c.");
    row("/%61/../%62?%61", "/b?%61"); // the query stays as it is
    // Queries.
    row("/a?/../%2e//;\\", "/a?/../%2e//;\\");
    row("/a?b[]={}|\"<>^`", "/a?b[]={}|\"<>^`");
    row("/a??", "/a??");
    // Absolute form.
    row("http://a/b?c", "/b?c");
    row("HTTPS://a:8443/b", "/b");
    row("http://a", "/");
    row("http://a?b", "/?b");
    row("http://[::1]/b", "/b");
}

void TestTarget::normalises()
{
    QFETCH(QByteArray, raw);
    QFETCH(QByteArray, normal);
    QCOMPARE(parse(raw), normal);
}

void TestTarget::refuses_data()
{
    QTest::addColumn<QByteArray>("raw");
    QTest::addColumn<QByteArray>("reason");
    const auto row = [](const QByteArray& raw, const char* reason) {
        QTest::newRow(raw.toPercentEncoding("/:?").constData()) << raw << QByteArray(reason);
    };
    row("", "target-malformed");
    row("a", "target-malformed");
    row("*", "target-malformed"); // with GET
    row("a.example:443", "target-malformed");
    row("?a", "target-malformed");
    row("//a", "path-empty-segment");
    row("/a//b", "path-empty-segment");
    row("/a//", "path-empty-segment");
    row("/%61//b", "path-empty-segment");
    row("/..", "path-above-root");
    row("/../a", "path-above-root");
    row("/a/../../b", "path-above-root");
    row("/%2e%2e/a", "path-above-root");
    row("/a/%2F/b", "path-encoded-separator");
    row("/a%2fb", "path-encoded-separator");
    row("/a%5Cb", "path-encoded-separator");
    row("/a\\b", "path-encoded-separator");
    row("/..%2fa", "path-encoded-separator");
    row("/a;b", "path-parameter");
    row("/..;/a", "path-parameter");
    row("/a;jsessionid=1", "path-parameter");
    row("/%252e%252e/a", "path-double-encoding");
    row("/a%252Fb", "path-double-encoding");
    row("/a%25%32%46b", "path-double-encoding"); // %25, then an encoded `2F`
    row("/a%25%325", "path-double-encoding");
    row("/a%", "path-encoding");
    row("/a%2", "path-encoding");
    row("/a%zz", "path-encoding");
    row("/a%u0041", "path-encoding");
    row("/a%00", "path-control-character");
    row("/a%0d%0ab", "path-control-character");
    row("/a%7f", "path-control-character");
    row(QByteArray("/a\0b", 4), "path-control-character");
    row("/a\tb", "path-control-character");
    row("/a\"b", "path-character");
    row("/a<b>", "path-character");
    row("/a[1]", "path-character");
    row("/{a}", "path-character");
    row("/a|b", "path-character");
    row("/a^b`c", "path-character");
    row("/\xc3\xa4", "path-character");
    row("/%c0%af", "path-not-utf8");       // overlong slash
    row("/%e0%80%af", "path-not-utf8");    // the same in three
    row("/%f0%80%80%af", "path-not-utf8"); // and in four
    row("/%ff", "path-not-utf8");
    row("/%80", "path-not-utf8");
    row("/%c3", "path-not-utf8");
    row("/%c3/%a4", "path-not-utf8");
    row("/%c3a", "path-not-utf8");
    row("/%ed%a0%80", "path-not-utf8"); // a surrogate
    row("/%f4%90%80%80", "path-not-utf8");
    row("/a#b", "target-fragment");
    row("/a?b#c", "target-fragment");
    row("/a?b%", "target-malformed");
    row("/a?b%2", "target-malformed");
    row("/a?b%zz", "target-malformed");
    row("/a?b c", "target-malformed");
    row("/a?b\x7f", "target-malformed");
    row("/a?\xc3\xa4", "target-malformed");
    row("ftp://a/", "target-scheme");
    row("://a/", "target-scheme");
    row("http://", "target-malformed");
    row("http:///a", "target-malformed");
    row("http://u@a/", "target-userinfo");
    row("http://u:p@a/", "target-userinfo");
    row("http://a:x/", "target-malformed");
    row("http://a#b", "target-fragment");
}

void TestTarget::refuses()
{
    QFETCH(QByteArray, raw);
    QFETCH(QByteArray, reason);
    QCOMPARE(parse(raw), reason);
}

void TestTarget::aNormalTargetIsNotCopied()
{
    Arena arena;
    Target target;
    const std::string_view plain = "/v1/accounts/1234?x=y";
    QVERIFY(parseTarget(plain, Method::Get, arena, target) == Refusal::None);
    QVERIFY(target.pathAndQuery.data() == plain.data());
    QCOMPARE(bytes(target.path), "/v1/accounts/1234");
    QCOMPARE(bytes(target.query), "x=y");
    QVERIFY(target.hasQuery);
}

void TestTarget::normalisingTwiceChangesNothing()
{
    const QByteArray dice("/..//%2e%41%25%2f%c3%a4;?#aB~\\:");
    QRandomGenerator random(42);
    int accepted = 0;
    for (int round = 0; round < 200000; ++round) {
        QByteArray raw("/");
        for (int i = random.bounded(12); i > 0; --i)
            raw += dice.mid(random.bounded(int(dice.size())), random.bounded(4));
        Arena arena;
        Target once;
        if (parseTarget(view(raw), Method::Get, arena, once) != Refusal::None)
            continue;
        ++accepted;
        Target twice;
        QVERIFY2(parseTarget(once.pathAndQuery, Method::Get, arena, twice) == Refusal::None, raw.constData());
        QCOMPARE(bytes(twice.pathAndQuery), bytes(once.pathAndQuery));
        QVERIFY(once.path.find("//") == std::string_view::npos &&
                once.path.find("/../") == std::string_view::npos);
    }
    QVERIFY(accepted > 1000);
}

void TestTarget::authorities_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<bool>("good");
    for (const char* text :
         {"a", "a.example", "a.example:80", "A-1_b~", "127.0.0.1:0", "[::1]", "[::ffff:1.2.3.4]:65535", "a:"})
        QTest::newRow(text) << QByteArray(text) << true;
    for (const char* text : {"", ":", "a:b", "a:65536", "a:123456", "a b", "a%41", "[::1", "[fe80::1%25eth0]",
                             "[v1.a]", "[1]", "a]"})
        QTest::newRow(text) << QByteArray(text) << false;
    QTest::newRow("255") << QByteArray(255, 'a') << true;
    QTest::newRow("256") << QByteArray(256, 'a') << false;
}

void TestTarget::authorities()
{
    QFETCH(QByteArray, text);
    QFETCH(bool, good);
    QCOMPARE(isAuthority(view(text)), good);
}

void TestTarget::sameAuthorities_data()
{
    QTest::addColumn<QByteArray>("left");
    QTest::addColumn<QByteArray>("right");
    QTest::addColumn<QByteArray>("scheme");
    QTest::addColumn<bool>("same");
    const auto row = [](const char* left, const char* right, const char* scheme, bool same) {
        QTest::addRow("%s %s %s", left, right, scheme)
            << QByteArray(left) << QByteArray(right) << QByteArray(scheme) << same;
    };
    row("a", "A", "http", true);
    row("a", "a:80", "http", true);
    row("a", "a:443", "https", true);
    row("a", "a:", "http", true);
    row("a", "a:80", "https", false);
    row("a:1", "a:2", "http", false);
    row("a", "b", "http", false);
    row("[::1]", "[::1]:80", "HTTP", true);
}

void TestTarget::sameAuthorities()
{
    QFETCH(QByteArray, left);
    QFETCH(QByteArray, right);
    QFETCH(QByteArray, scheme);
    QFETCH(bool, same);
    QCOMPARE(sameAuthority(view(left), view(right), view(scheme)), same);
}

QTEST_GUILESS_MAIN(TestTarget)
#include "tst_target.moc"

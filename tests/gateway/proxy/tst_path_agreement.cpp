#include "tests/support/gateway/gateway_fixture.h"
#include "tests/support/http2_client.h"
#include "tests/support/raw_client.h"
#include "tests/support/recording_upstream.h"

#include <QTest>

using namespace postern;
using namespace postern::test;

namespace {

/// `/admin/**` is for who has a pass; everything else is for anybody. The upstream hears which route it was.
QByteArray guarded(quint16 port)
{
    return "  listeners: [{name: main, address: \"127.0.0.1:0\", protocols: [http1, h2c]}]\n"
           "  upstreams: [{name: app, endpoints: [{address: \"127.0.0.1:" +
           QByteArray::number(port) +
           "\"}]}]\n"
           "  policies: [{name: mark, type: headers, config: {request: {set: {X-Route: \"${route}\"}}}}]\n"
           "  routes:\n"
           "    - name: admin\n"
           "      match: {path: /admin/**}\n"
           "      upstream: app\n"
           "      policies: [{name: pass, type: rateLimit, config: {key: header.X-Pass, limit: 1000, per: "
           "1s}}]\n"
           "    - {name: all, match: {path: /**}, upstream: app}\n";
}

} // namespace

/// Route, policies and upstream see the same path, however it is spelled: who is kept from a route does not
/// get to what is behind it by another.
class TestPathAgreement : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void spellings_data();
    void spellings();

private:
    struct Asked
    {
        int status = 0; ///< 0: reset
        std::vector<RecordedRequest> seen;
    };
    enum class Version { Http1, Http2 };
    static Asked ask(const std::string& target, bool hasPass, Version version);
};

TestPathAgreement::Asked TestPathAgreement::ask(const std::string& target, bool hasPass, Version version)
{
    RecordingUpstream upstream;
    GatewayFixture gateway(guarded(upstream.port()));
    Asked asked;
    if (version == Version::Http1) {
        RawClient client(gateway.port());
        asked.status =
            client
                .ask("GET " + target + " HTTP/1.1\r\nHost: a\r\n" + (hasPass ? "X-Pass: 1\r\n\r\n" : "\r\n"))
                .status;
    } else {
        Http2Client client(gateway.port());
        asked.status =
            client.ask(Http2Client::get(target, hasPass ? Http2Fields{{"x-pass", "1"}} : Http2Fields{}))
                .status;
    }
    asked.seen = upstream.requests();
    return asked;
}

void TestPathAgreement::spellings_data()
{
    QTest::addColumn<QByteArray>("target");
    QTest::addColumn<QByteArray>("route");   // empty: refused, whoever asks
    QTest::addColumn<QByteArray>("arrives"); // as what
    const auto row = [](const QByteArray& target, const char* route, const char* arrives) {
        QTest::addRow("%s", target.toPercentEncoding("/:?%;#\\").constData())
            << target << QByteArray(route) << QByteArray(arrives);
    };
    for (const char* admin :
         {"/admin/x", "/%61dmin/x", "/%61%64%6d%69%6E/%78", "/a/../admin/x", "/a/%2e%2e/admin/x",
          "/a/.%2E/%61dmin/x", "/./admin/x", "/admin/./x", "/admin/a/../x", "/admin/%2e/x",
          "http://a/admin/x", "http://a/%61dmin/x", "http://a/b/../admin/x"})
        row(admin, "admin", "/admin/x");
    row("/admin", "admin", "/admin");
    row("/admin/", "admin", "/admin/");
    row("/x/../admin?y", "admin", "/admin?y");
    row("/admin/../x", "all", "/x");
    row("/admin/%2e%2E/x", "all", "/x");
    row("/admin/a/../../x", "all", "/x");
    row("/admins/x", "all", "/admins/x");
    row("/ADMIN/x", "all", "/ADMIN/x"); // paths have case
    row("/%41DMIN/x", "all", "/ADMIN/x");
    row("/x?/../admin/x", "all", "/x?/../admin/x");
    row("/admin%20/x", "all", "/admin%20/x");
    for (const char* refused : {"/admin//x",        "//admin/x",
                                "/a//../admin/x",   "/admin%2Fx",
                                "/admin%2fx",       "/a%2f../admin/x",
                                "/..%2fadmin/x",    "/admin%5Cx",
                                "/admin\\x",        "/a\\..\\admin/x",
                                "/admin;a=b/x",     "/a;/../admin/x",
                                "/%2561dmin/x",     "/a/%252e%252e/admin/x",
                                "/../admin/x",      "/%2e%2e/admin/x",
                                "/admin%00/x",      "/admin/x#y",
                                "/%61dmin#/x",      "/admin/\xc3\xa4",
                                "/admin%c0%af../x", "/%c1%a1dmin/x",
                                "/admin/%zz",       "//a/admin/x",
                                "http://a//admin/x"})
        row(refused, "", "");
}

void TestPathAgreement::spellings()
{
    QFETCH(QByteArray, target);
    QFETCH(QByteArray, route);
    QFETCH(QByteArray, arrives);
    const bool isGuarded = route == "admin";
    for (const Version version : {Version::Http1, Version::Http2}) {
        if (version == Version::Http2 && !target.startsWith('/'))
            continue; // HTTP/2 has no absolute form
        const Asked stranger = ask(target.toStdString(), false, version);
        const Asked friendly = ask(target.toStdString(), true, version);
        if (route.isEmpty()) {
            // What is malformed in HTTP/2 is reset.
            QVERIFY(stranger.status == 400 || (version == Version::Http2 && stranger.status == 0));
            QCOMPARE(friendly.status, stranger.status);
            QVERIFY(stranger.seen.empty() && friendly.seen.empty());
            continue;
        }
        QCOMPARE(stranger.status, isGuarded ? 403 : 200);
        QCOMPARE(stranger.seen.size(), std::size_t{isGuarded ? 0U : 1U});
        QCOMPARE(friendly.status, 200);
        QCOMPARE(friendly.seen.size(), std::size_t{1});
        QCOMPARE(friendly.seen[0].target, arrives.toStdString());
        QCOMPARE(friendly.seen[0].header("x-route"), route.toStdString());
        if (!isGuarded) {
            QCOMPARE(stranger.seen[0].target, arrives.toStdString());
            QCOMPARE(stranger.seen[0].header("x-route"), route.toStdString());
        }
    }
}

QTEST_GUILESS_MAIN(TestPathAgreement)
#include "tst_path_agreement.moc"

// Configurations that come and go under load: nobody notices but those who asked for it.
#include "tests/integration/serve_process.h"
#include "tests/support/raw_client.h"
#include "tests/support/recording_upstream.h"
#include "tests/support/resident_memory.h"
#include "tests/support/steady_load.h"

#include <QDir>
#include <QJsonArray>
#include <QTest>

#include <thread>

using namespace postern::test;

namespace {

const std::string request = "GET /v1/accounts/7 HTTP/1.1\r\nHost: accounts\r\n\r\n";
constexpr const char* loads = "postern_config_loads_total{api=\"payments/accounts\",result=\"";

/// What changes from one configuration to the next.
struct Variant
{
    QByteArray route = "all";
    QByteArray listeners = "{name: main, address: \"127.0.0.1:0\"}";
    QByteArray policies = {};
    QByteArray limits = {};
};

/// In turn: routes, policies, listeners, upstreams (by the caller), limits. All values come again, so that
/// what the gateway keeps of them has an end.
Variant variant(int number)
{
    Variant result;
    result.route = "route-" + QByteArray::number(number / 5 % 3);
    if (number % 5 >= 1)
        result.policies = "  policies:\n"
                          "  - {name: size, type: requestSize, config: {maxBody: " +
                          QByteArray::number(1 + number % 7) +
                          "MiB}}\n"
                          "  - {name: fair, type: rateLimit, config: {key: address, limit: 100000000, per: " +
                          QByteArray::number(1 + number % 3) + "s}}\n";
    if (number % 10 >= 7)
        result.listeners += ", {name: second, address: \"127.0.0.1:0\"}";
    if (number % 5 == 4)
        result.limits = "  limits: {headers: " + QByteArray::number(90 + number % 4) + "}\n";
    return result;
}

QByteArray document(quint16 upstream, const Variant& variant = {})
{
    return "apiVersion: postern.dev/v1alpha1\n"
           "kind: ApiGateway\n"
           "metadata: {name: accounts, namespace: payments}\n"
           "spec:\n"
           "  listeners: [" +
           variant.listeners +
           "]\n"
           "  upstreams: [{name: app, endpoints: [{address: \"127.0.0.1:" +
           QByteArray::number(upstream) +
           "\"}]}]\n"
           "  routes: [{name: " +
           variant.route + ", match: {path: /**}, upstream: app}]\n" + variant.policies + variant.limits +
           "  drain: {delay: 300ms, deadline: 10s}\n";
}

QMap<QString, QByteArray> files(const QByteArray& gateway)
{
    return {{QStringLiteral("gateway.yaml"), gateway}};
}

RecordingUpstream::Script unhurried()
{
    return [](UpstreamPeer& peer) {
        while (peer.next()) {
            std::this_thread::sleep_for(std::chrono::milliseconds(5)); // the upstream's own work
            if (!peer.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"))
                return;
        }
    };
}

qint64 residentKiB(qint64 pid) { return static_cast<qint64>(residentBytes(pid) / 1024); }

/// 100, or what POSTERN_RELOADS says: a thousand and more by hand.
int reloads()
{
    bool isSet = false;
    const int count = qEnvironmentVariableIntValue("POSTERN_RELOADS", &isSet);
    return isSet ? count : 100;
}

} // namespace

class TestReload : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void losesNothingAndGrowsNot();
    void badDocumentChangesNothing_data();
    void badDocumentChangesNothing();
};

void TestReload::losesNothingAndGrowsNot()
{
    constexpr int warmUp = 30;
    constexpr qint64 mostGrowth = 4 * 1024; // KiB, however many reloads
    RecordingUpstream one(unhurried());
    RecordingUpstream two(unhurried());
    ServeProcess serve;
    serve.configure(files(document(one.port())));
    QVERIFY(serve.start());
    SteadyLoad load(serve.port(), {.request = request, .kept = 4, .fresh = 2});
    qint64 warm = 0;
    const int count = warmUp + reloads();
    for (int i = 0; i < count; ++i) {
        if (i == warmUp)
            warm = residentKiB(serve.pid());
        const int before = load.answered;
        serve.configure(files(document(i % 5 == 3 ? two.port() : one.port(), variant(i))));
        const QJsonObject event = serve.waitForEvent(QStringLiteral("configuration"));
        QCOMPARE(event.value(QLatin1String("result")).toString(), QStringLiteral("applied"));
        QTRY_VERIFY(load.answered > before);
        serve.forgetAccessLog();
        one.forget();
        two.forget();
    }
    const qint64 grown = residentKiB(serve.pid()) - warm;
    load.stop();
    QCOMPARE(load.lost.load(), 0);
    QCOMPARE(load.refused.load(), 0);
    qInfo("%d reloads, %d requests, resident memory %lld KiB and %+lld", count, load.answered.load(),
          static_cast<long long>(warm), static_cast<long long>(grown));
    QVERIFY2(grown < mostGrowth || !kFreedMemoryGoes, qPrintable(QString::number(grown)));
    QCOMPARE(serve.metric(std::string(loads) + "applied\"}"), count + 1.0);
    // Every request is counted once, on the route it began with.
    double counted = 0;
    for (const char* route : {"all", "route-0", "route-1", "route-2"})
        counted += std::max(0.0, serve.metric("postern_requests_total{api=\"payments/accounts\",route=\"" +
                                              std::string(route) + "\",method=\"GET\",code=\"200\"}"));
    QCOMPARE(counted, static_cast<double>(load.answered));
    QCOMPARE(serve.metric("postern_log_lines_dropped_total{api=\"payments/accounts\"}"), 0.0);
}

void TestReload::badDocumentChangesNothing_data()
{
    QTest::addColumn<QString>("how");
    for (const char* how : {"half written", "swapped for a bad one", "file vanished", "folder vanished",
                            "two gateways", "emptied", "too large"})
        QTest::newRow(how) << QString::fromLatin1(how);
}

void TestReload::badDocumentChangesNothing()
{
    QFETCH(QString, how);
    RecordingUpstream upstream(unhurried());
    const QByteArray good = document(upstream.port());
    ServeProcess serve;
    serve.configure(files(good));
    QVERIFY(serve.start());
    const std::string before = serve.admin("/config");
    SteadyLoad load(serve.port(), {.request = request, .kept = 2, .fresh = 1});
    const QDir folder(serve.folder());
    const auto overwrite = [&folder](const QByteArray& text) {
        QFile file(folder.filePath(QStringLiteral("..data/gateway.yaml")));
        return file.open(QIODevice::WriteOnly | QIODevice::Truncate) && file.write(text) == text.size();
    };
    if (how == u"half written")
        QVERIFY(overwrite(good.left(good.indexOf("routes:") + 20)));
    else if (how == u"emptied")
        QVERIFY(overwrite({}));
    else if (how == u"too large")
        QVERIFY(overwrite(good + QByteArray(64 << 20, '#')));
    else if (how == u"swapped for a bad one")
        serve.configure(files(QByteArray(good).replace("match:", "mtach:")));
    else if (how == u"two gateways")
        serve.configure({{QStringLiteral("gateway.yaml"), good},
                         {QStringLiteral("other.yaml"), QByteArray(good).replace("accounts", "cards")}});
    else if (how == u"file vanished")
        QVERIFY(QFile::remove(folder.filePath(QStringLiteral("..data/gateway.yaml"))));
    else
        QVERIFY(QDir().rename(serve.folder(), serve.folder() + QStringLiteral("-gone")));

    const QJsonObject event = serve.waitForEvent(QStringLiteral("configuration"));
    QCOMPARE(event.value(QLatin1String("result")).toString(), QStringLiteral("rejected"));
    const QJsonObject finding = event.value(QLatin1String("findings")).toArray().first().toObject();
    for (const char* member : {"rule", "found", "expected"})
        QVERIFY2(!finding.value(QLatin1String(member)).toString().isEmpty(), member);
    QVERIFY(serve.metric(std::string(loads) + "rejected\"}") >= 1);
    QCOMPARE(serve.admin("/config"), before);
    QCOMPARE(serve.admin("/readyz"), std::string("ready\n"));
    const int answered = load.answered;
    QTRY_VERIFY(load.answered > answered + 10);

    if (how == u"folder vanished")
        QVERIFY(QDir().rename(serve.folder() + QStringLiteral("-gone"), serve.folder()));
    else
        QFile::remove(folder.filePath(QStringLiteral("other.yaml")));
    serve.configure(files(document(upstream.port(), {.route = "mended"})));
    QJsonObject applied;
    do {
        applied = serve.waitForEvent(QStringLiteral("configuration"));
        QVERIFY(!applied.isEmpty());
    } while (applied.value(QLatin1String("result")).toString() != u"applied");
    QTRY_VERIFY(serve.admin("/config").find("mended") != std::string::npos);
    load.stop();
    QCOMPARE(load.lost.load(), 0);
    QCOMPARE(load.refused.load(), 0);
}

QTEST_GUILESS_MAIN(TestReload)
#include "tst_reload.moc"

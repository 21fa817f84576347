// One process after the other at the same addresses: sockets handed over, nobody lost.
#include "tests/integration/serve_process.h"
#include "tests/support/certificate_authority.h"
#include "tests/support/raw_client.h"
#include "tests/support/recording_upstream.h"
#include "tests/support/secret_folder.h"
#include "tests/support/steady_load.h"
#include "tests/support/tls_peer.h"

#include <QFileInfo>
#include <QTest>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <thread>

using namespace postern::test;

namespace {

QByteArray document(quint16 upstream, const QByteArray& listeners = "{name: main, address: \"127.0.0.1:0\"}",
                    const QByteArray& api = "accounts")
{
    return "apiVersion: postern.dev/v1alpha1\n"
           "kind: ApiGateway\n"
           "metadata: {name: " +
           api +
           ", namespace: payments}\n"
           "spec:\n"
           "  listeners: [" +
           listeners +
           "]\n"
           "  upstreams: [{name: app, endpoints: [{address: \"127.0.0.1:" +
           QByteArray::number(upstream) +
           "\"}]}]\n"
           "  routes: [{name: all, match: {path: /**}, upstream: app}]\n"
           "  drain: {delay: 300ms, deadline: 10s}\n";
}

QMap<QString, QByteArray> files(const QByteArray& gateway)
{
    return {{QStringLiteral("gateway.yaml"), gateway}};
}

const std::string request = "GET /v1/accounts/7 HTTP/1.1\r\nHost: accounts\r\n\r\n";

/// Takes a moment for each answer, so that there always are requests in flight, and a client has not asked a
/// thousand times in a second.
RecordingUpstream::Script unhurried()
{
    return [](UpstreamPeer& peer) {
        while (peer.next()) {
            std::this_thread::sleep_for(std::chrono::milliseconds(5)); // the upstream's own work
            peer.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        }
    };
}

/// A process that asks for the sockets and then says nothing more, until it dies.
class SilentNewcomer
{
public:
    explicit SilentNewcomer(const QString& path)
    {
        m_fd = ::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::strncpy(address.sun_path, path.toLocal8Bit().constData(), sizeof address.sun_path - 1);
        if (::connect(m_fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0)
            say("{\"message\":\"hello\",\"version\":1}");
    }
    ~SilentNewcomer()
    {
        for (const int fd : m_sockets)
            ::close(fd);
        ::close(m_fd);
    }
    void say(std::string_view message) const { ::send(m_fd, message.data(), message.size(), MSG_NOSIGNAL); }

    /// The next message, its descriptors kept; empty at the end.
    std::string receive()
    {
        std::array<char, 4096> text{};
        alignas(cmsghdr) std::array<char, CMSG_SPACE(64 * sizeof(int))> control{};
        iovec part{text.data(), text.size()};
        msghdr header{};
        header.msg_iov = &part;
        header.msg_iovlen = 1;
        header.msg_control = control.data();
        header.msg_controllen = control.size();
        const ssize_t size = ::recvmsg(m_fd, &header, MSG_CMSG_CLOEXEC);
        if (size <= 0)
            return {};
        for (cmsghdr* rights = CMSG_FIRSTHDR(&header); rights; rights = CMSG_NXTHDR(&header, rights)) {
            const std::size_t count = (rights->cmsg_len - CMSG_LEN(0)) / sizeof(int);
            for (std::size_t i = 0; i < count; ++i) {
                int fd = -1;
                std::memcpy(&fd, CMSG_DATA(rights) + i * sizeof fd, sizeof fd);
                m_sockets.push_back(fd);
            }
        }
        return {text.data(), static_cast<std::size_t>(size)};
    }
    /// Up to the last message of what is handed over.
    bool receiveAll()
    {
        for (;;) {
            const std::string message = receive();
            if (message.empty() || message.find("\"parcel\"") != std::string::npos)
                return !message.empty();
        }
    }
    [[nodiscard]] const std::vector<int>& sockets() const { return m_sockets; }

private:
    int m_fd = -1;
    std::vector<int> m_sockets;
};

/// Asks on a new connection to a path, again and again.
class PathLoad
{
public:
    explicit PathLoad(const QString& path)
        : m_thread([this, path = path.toStdString()] {
            while (!m_stop)
                ++(RawClient(path).ask(request).status == 200 ? answered : lost);
        })
    {}
    ~PathLoad() { stop(); }
    void stop()
    {
        m_stop = true;
        if (m_thread.joinable())
            m_thread.join();
    }
    std::atomic<int> answered = 0;
    std::atomic<int> lost = 0;

private:
    std::atomic<bool> m_stop = false;
    std::thread m_thread;
};

int connectTo(quint16 port)
{
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    if (::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
        qFatal("connect");
    return fd;
}

/// Asks `/readyz` on a new connection, again and again.
class Prober
{
public:
    explicit Prober(quint16 port)
        : m_thread([this, port] {
            while (!m_stop) {
                const RawResponse response =
                    RawClient(port).ask("GET /readyz HTTP/1.1\r\nHost: admin\r\n\r\n");
                ++(response.body == "ready\n" ? ready : others);
                std::this_thread::sleep_for(std::chrono::milliseconds(2)); // a probe's own interval
            }
        })
    {}
    ~Prober() { stop(); }
    void stop()
    {
        m_stop = true;
        if (m_thread.joinable())
            m_thread.join();
    }
    std::atomic<int> ready = 0;
    std::atomic<int> others = 0;

private:
    std::atomic<bool> m_stop = false;
    std::thread m_thread;
};

} // namespace

class TestHandover : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_folder = std::make_unique<QTemporaryDir>();
        m_path = m_folder->filePath(QStringLiteral("handover"));
    }
    void losesNobodyUnderLoad();
    void badNewcomerDisturbsNobody_data();
    void badNewcomerDisturbsNobody();
    void newcomerThatDiesDisturbsNobody();
    void successorLivesWhenTheOldIsKilled();
    void takesThePathOfADeadProcess();
    void refusesAPathThatIsNoSocket();
    void takesTheListenersItKnows();
    void reloadWaitsForTheNewcomer();
    void handsOverThoughItWasToldToEnd();
    void endsSoftlyWhileItsSocketsAreOffered();
    void letsNobodyInWhenTheNewcomerFailsWhileItEnds();
    void handsAPathOver();
    void resumesTheSessionsOfTheOldOne_data();
    void resumesTheSessionsOfTheOldOne();

private:
    [[nodiscard]] QStringList handover() const { return {QStringLiteral("--handover"), m_path}; }
    [[nodiscard]] std::unique_ptr<ServeProcess> process(const QByteArray& gateway, int workers = 2) const
    {
        auto serve = std::make_unique<ServeProcess>();
        serve->configure(files(gateway));
        serve->setWorkers(workers);
        return serve;
    }

    std::unique_ptr<QTemporaryDir> m_folder;
    QString m_path;
};

void TestHandover::losesNobodyUnderLoad()
{
    RecordingUpstream upstream(unhurried());
    auto serving = process(document(upstream.port()), 2);
    QVERIFY(serving->start(handover()));
    QCOMPARE(QFileInfo(m_path).permissions() & QFileDevice::Permissions(0x0077), QFileDevice::Permissions());
    const quint16 port = serving->port();
    SteadyLoad load(port, {.request = request, .kept = 4, .fresh = 3});
    Prober prober(serving->adminPort());
    qsizetype logged = 0;
    for (const int workers : {3, 1, 2, 4, 2}) {
        QTRY_VERIFY(load.answered > 20);
        auto newcomer = process(document(upstream.port()), workers);
        QVERIFY(newcomer->start(handover()));
        QCOMPARE(newcomer->port(), port);
        QCOMPARE(newcomer->adminPort(), serving->adminPort());
        QVERIFY(!serving->waitForEvent(QStringLiteral("drained")).isEmpty());
        QCOMPARE(serving->waitForEnd(), 0);
        logged += serving->accessLog().count('\n');
        serving = std::move(newcomer);
        const int before = load.answered;
        QTRY_VERIFY(load.answered > before + 20); // by the newcomer alone
    }
    load.stop();
    prober.stop();
    QCOMPARE(load.lost.load(), 0);
    QCOMPARE(load.refused.load(), 0);
    QCOMPARE(prober.others.load(), 0);
    QVERIFY(prober.ready > 20);
    serving->signal(SIGTERM);
    QCOMPARE(serving->waitForEnd(), 0);
    logged += serving->accessLog().count('\n');
    QCOMPARE(logged, static_cast<qsizetype>(load.answered));
    QCOMPARE(upstream.requests().size(), static_cast<std::size_t>(load.answered)); // and none was sent twice
}

void TestHandover::badNewcomerDisturbsNobody_data()
{
    QTest::addColumn<QByteArray>("gateway");
    QTest::addColumn<QStringList>("extra");
    QTest::newRow("malformed") << document(1).replace("match:", "mtach:") << QStringList();
    QTest::newRow("another API") << document(1, "{name: main, address: \"127.0.0.1:0\"}", "cards")
                                 << QStringList();
    QTest::newRow("address not of this machine")
        << document(1) << QStringList{QStringLiteral("--listen"), QStringLiteral("main=192.0.2.1:1")};
    QTest::newRow("no such listener")
        << document(1) << QStringList{QStringLiteral("--listen"), QStringLiteral("other=127.0.0.1:0")};
}

void TestHandover::badNewcomerDisturbsNobody()
{
    QFETCH(QByteArray, gateway);
    QFETCH(QStringList, extra);
    RecordingUpstream upstream(unhurried());
    auto serving = process(document(upstream.port()));
    QVERIFY(serving->start(handover()));
    SteadyLoad load(serving->port(), {.request = request, .kept = 2, .fresh = 2});
    for (int i = 0; i < 2; ++i) {
        auto newcomer = process(gateway);
        QVERIFY(!newcomer->start(handover() + extra));
        QVERIFY(newcomer->waitForEnd() > 0);
        QCOMPARE(serving->waitForEvent(QStringLiteral("handover")).value(QLatin1String("result")).toString(),
                 QStringLiteral("failed"));
    }
    const int before = load.answered;
    QTRY_VERIFY(load.answered > before + 20);
    QCOMPARE(serving->admin("/readyz"), std::string("ready\n"));
    auto good = process(document(upstream.port()));
    QVERIFY(good->start(handover()));
    QCOMPARE(serving->waitForEnd(), 0);
    load.stop();
    QCOMPARE(load.lost.load(), 0);
    QCOMPARE(load.refused.load(), 0);
}

void TestHandover::newcomerThatDiesDisturbsNobody()
{
    RecordingUpstream upstream(unhurried());
    auto serving = process(document(upstream.port()));
    QVERIFY(serving->start(handover()));
    SteadyLoad load(serving->port(), {.request = request, .kept = 2, .fresh = 2});
    {
        SilentNewcomer beforeItListens(m_path);
    }
    {
        SilentNewcomer rude(m_path);
        QVERIFY(rude.receiveAll());
        QCOMPARE(rude.sockets().size(),
                 std::size_t{2 + 1 + 1}); // two workers', the admin's, the next hand-over's
        rude.say("no JSON");
        QVERIFY(rude.receive().find("refused") != std::string::npos);
    }
    for (int i = 0; i < 3; ++i) {
        SilentNewcomer dies(m_path);
        QVERIFY(dies.receiveAll());
        const int before = load.answered;
        QTRY_VERIFY(load.answered > before + 10); // while two hold the sockets
    }
    const int before = load.answered;
    QTRY_VERIFY(load.answered > before + 10);
    auto newcomer = process(document(upstream.port()));
    QVERIFY(newcomer->start(handover()));
    QCOMPARE(serving->waitForEnd(), 0);
    load.stop();
    QCOMPARE(load.lost.load(), 0);
    QCOMPARE(load.refused.load(), 0);
}

void TestHandover::successorLivesWhenTheOldIsKilled()
{
    RecordingUpstream upstream(unhurried());
    auto old = process(document(upstream.port()).replace("delay: 300ms", "delay: 5m").replace("10s", "10m"));
    QVERIFY(old->start(handover()));
    auto newcomer = process(document(upstream.port()));
    QVERIFY(newcomer->start(handover()));
    QVERIFY(!old->waitForEvent(QStringLiteral("draining")).isEmpty());
    SteadyLoad load(newcomer->port(), {.request = request, .kept = 3, .fresh = 3});
    QTRY_VERIFY(load.answered > 20);
    old->signal(SIGKILL);
    QCOMPARE(old->waitForEnd(), -1);
    const int before = load.answered;
    QTRY_VERIFY(load.answered > before + 20);
    auto third = process(document(upstream.port()));
    QVERIFY(third->start(handover()));
    QCOMPARE(newcomer->waitForEnd(), 0);
    load.stop();
    QCOMPARE(load.lost.load(), 0);
    QCOMPARE(load.refused.load(), 0);
}

void TestHandover::takesThePathOfADeadProcess()
{
    RecordingUpstream upstream;
    auto dead = process(document(upstream.port()));
    QVERIFY(dead->start(handover()));
    dead->signal(SIGKILL);
    QCOMPARE(dead->waitForEnd(), -1);
    QVERIFY(QFileInfo::exists(m_path));
    auto next = process(document(upstream.port()));
    QVERIFY(next->start(handover()));
    QCOMPARE(RawClient(next->port()).ask(request).status, 200);
    auto third = process(document(upstream.port()));
    QVERIFY(third->start(handover()));
    QCOMPARE(third->port(), next->port());
    QCOMPARE(next->waitForEnd(), 0);
}

void TestHandover::refusesAPathThatIsNoSocket()
{
    QFile file(m_path);
    QVERIFY(file.open(QIODevice::WriteOnly) && file.write("mine") == 4);
    file.close();
    auto serve = process(document(1));
    QVERIFY(!serve->start(handover()));
    QVERIFY(serve->waitForEnd() > 0);
    QVERIFY(file.open(QIODevice::ReadOnly));
    QCOMPARE(file.readAll(), QByteArray("mine"));
}

void TestHandover::takesTheListenersItKnows()
{
    RecordingUpstream upstream;
    auto old = process(document(
        upstream.port(), "{name: main, address: \"127.0.0.1:0\"}, {name: left, address: \"127.0.0.1:0\"}"));
    QVERIFY(old->start(handover()));
    const quint16 kept = old->port("main");
    const quint16 left = old->port("left");
    RawClient onLeft(left);
    QCOMPARE(onLeft.ask(request).status, 200);
    // The first under a new name, known by its address; another beside it; the second is not wanted any more.
    auto newcomer =
        process(document(upstream.port(), "{name: renamed, address: \"127.0.0.1:" + QByteArray::number(kept) +
                                              "\"}, {name: more, address: \"127.0.0.1:0\"}"));
    QVERIFY(newcomer->start(handover()));
    QCOMPARE(newcomer->port("renamed"), kept);
    QCOMPARE(onLeft.ask(request).status, 200); // by the old one, to its end
    QCOMPARE(old->waitForEnd(), 0);
    QCOMPARE(RawClient(kept).ask(request).status, 200);
    QCOMPARE(RawClient(newcomer->port("more")).ask(request).status, 200);
    QVERIFY(!RawClient(left).isConnected());
}

void TestHandover::reloadWaitsForTheNewcomer()
{
    RecordingUpstream upstream;
    auto serving = process(document(upstream.port()));
    QVERIFY(serving->start(handover()));
    {
        SilentNewcomer newcomer(m_path);
        QVERIFY(newcomer.receiveAll());
        // Listening elsewhere would close sockets that the newcomer holds too.
        serving->configure(files(document(upstream.port(), "{name: other, address: \"127.0.0.1:0\"}")));
        QTest::qWait(500); // longer than the source waits for files to settle: nothing is to happen
        QCOMPARE(RawClient(serving->port()).ask(request).status, 200);
        QVERIFY(serving->admin("/config").find("other") == std::string::npos);
    }
    QCOMPARE(serving->waitForEvent(QStringLiteral("listening")).value(QLatin1String("listener")).toString(),
             QStringLiteral("other"));
}

void TestHandover::handsOverThoughItWasToldToEnd()
{
    // As a supervisor does that ends the old one and starts the new one at once.
    RecordingUpstream upstream(unhurried());
    auto old = process(document(upstream.port()).replace("delay: 300ms", "delay: 5s"));
    QVERIFY(old->start(handover()));
    SteadyLoad load(old->port(), {.request = request, .kept = 2, .fresh = 2});
    QTRY_VERIFY(load.answered > 20);
    old->signal(SIGTERM);
    QVERIFY(!old->waitForEvent(QStringLiteral("draining")).isEmpty());
    auto newcomer = process(document(upstream.port()));
    QVERIFY(newcomer->start(handover()));
    QCOMPARE(old->waitForEnd(), 0);
    const int before = load.answered;
    QTRY_VERIFY(load.answered > before + 20);
    load.stop();
    QCOMPARE(load.lost.load(), 0);
    QCOMPARE(load.refused.load(), 0);
    QCOMPARE(newcomer->admin("/readyz"), std::string("ready\n"));
}

void TestHandover::endsSoftlyWhileItsSocketsAreOffered()
{
    Gate mayAnswer;
    RecordingUpstream upstream([&](UpstreamPeer& peer) {
        peer.next();
        mayAnswer.wait();
        peer.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    });
    auto serving = process(document(upstream.port()), 1);
    QVERIFY(serving->start(handover()));
    RawClient inFlight(serving->port());
    QVERIFY(inFlight.send(request));
    QTRY_COMPARE(upstream.requests().size(), std::size_t{1});
    SilentNewcomer newcomer(m_path);
    QVERIFY(newcomer.receiveAll());
    serving->signal(SIGTERM);
    QVERIFY(!serving->waitForEvent(QStringLiteral("draining")).isEmpty());
    mayAnswer.open();
    const RawResponse response = inFlight.receive();
    QCOMPARE(response.status, 200);
    QCOMPARE(response.header("connection"), std::string("close"));
    inFlight.close();
    QCOMPARE(serving->waitForEnd(), 0);
    // What the newcomer holds still lets clients in.
    const RawClient waits(serving->port());
    QVERIFY(waits.isConnected());
}

void TestHandover::letsNobodyInWhenTheNewcomerFailsWhileItEnds()
{
    Gate mayAnswer;
    RecordingUpstream upstream([&](UpstreamPeer& peer) {
        peer.next();
        mayAnswer.wait();
        peer.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    });
    auto serving = process(document(upstream.port()), 1);
    QVERIFY(serving->start(handover()));
    RawClient idle(serving->port());
    RawClient inFlight(serving->port());
    QVERIFY(inFlight.send(request));
    QTRY_COMPARE(upstream.requests().size(), std::size_t{1});
    {
        SilentNewcomer dies(m_path);
        QVERIFY(dies.receiveAll());
        serving->signal(SIGTERM);
        QVERIFY(idle.isClosedByPeer()); // drain.delay is over: nobody serves who comes now
    }
    // Refused, as by a process that is not there; not let in, to wait for one that will not serve.
    QTRY_VERIFY(!RawClient(serving->port()).isConnected());
    mayAnswer.open();
    QCOMPARE(inFlight.receive().status, 200); // it still ran
    inFlight.close();
    QCOMPARE(serving->waitForEnd(), 0);
}

void TestHandover::handsAPathOver()
{
    RecordingUpstream upstream(unhurried());
    const QString path = m_folder->filePath(QStringLiteral("main.sock"));
    const QByteArray at = "{name: main, address: \"unix:" + path.toUtf8() + "\"}";
    auto serving = process(document(upstream.port(), at));
    QVERIFY(serving->start(handover()));
    PathLoad load(path);
    for (const int workers : {3, 1, 2}) {
        QTRY_VERIFY(load.answered > 20);
        auto newcomer = process(document(upstream.port(), at), workers);
        QVERIFY(newcomer->start(handover()));
        QCOMPARE(serving->waitForEnd(), 0);
        QVERIFY(QFile::exists(path)); // the old one has left it to the newcomer
        serving = std::move(newcomer);
        const int before = load.answered;
        QTRY_VERIFY(load.answered > before + 20); // by the newcomer alone
    }
    {
        auto bad = process(document(upstream.port(), at, "cards"));
        QVERIFY(!bad->start(handover()));
        QVERIFY(bad->waitForEnd() > 0);
        QVERIFY(QFile::exists(path)); // it was never its own
    }
    const int before = load.answered;
    QTRY_VERIFY(load.answered > before + 20);
    load.stop();
    QCOMPARE(load.lost.load(), 0);
    serving->signal(SIGTERM);
    QCOMPARE(serving->waitForEnd(), 0);
    QVERIFY(!QFile::exists(path)); // the last one owned it
}

void TestHandover::resumesTheSessionsOfTheOldOne_data()
{
    QTest::addColumn<int>("version");
    QTest::newRow("1.2") << TLS1_2_VERSION;
    QTest::newRow("1.3") << TLS1_3_VERSION;
}

void TestHandover::resumesTheSessionsOfTheOldOne()
{
    QFETCH(int, version);
    RecordingUpstream upstream;
    const CertificateAuthority authority("Root");
    const IssuedCertificate site = authority.issue({.names = {"DNS:accounts.example"}});
    SecretFolder folder;
    folder.mount(QStringLiteral("site"),
                 {{QStringLiteral("tls.crt"), site.certificate}, {QStringLiteral("tls.key"), site.key}});
    const QByteArray secured = document(upstream.port(), "{name: main, address: \"127.0.0.1:0\", protocols: "
                                                         "[http1], tls: {certificate: {secretRef: {name: "
                                                         "site}}}}");
    const QStringList arguments = handover() + QStringList{QStringLiteral("--secrets"), folder.path()};
    auto serving = process(secured);
    QVERIFY(serving->start(arguments));
    const TlsPeerSettings settings{
        .newest = version, .serverName = "accounts.example", .authorities = authority.certificate()};
    // One request, and the session that the server gave with it.
    const auto ask = [&](const std::shared_ptr<SSL_SESSION>& session) {
        auto client = std::make_unique<TlsPeer>(connectTo(serving->port()), TlsPeer::Role::Client, settings);
        if (session)
            client->resume(session);
        if (!client->connect() || !client->send(request) || !client->readUntil(12) ||
            !client->received().starts_with("HTTP/1.1 200"))
            client.reset();
        return client;
    };
    const auto first = ask(nullptr);
    QVERIFY(first && !first->isResumed());
    std::shared_ptr<SSL_SESSION> session = first->session();
    // The keys go on from hand to hand.
    for (int i = 0; i < 2; ++i) {
        auto newcomer = process(secured, i + 1);
        QVERIFY(newcomer->start(arguments));
        QCOMPARE(newcomer->port(), serving->port());
        QVERIFY(!serving->waitForEvent(QStringLiteral("draining")).isEmpty());
        serving = std::move(newcomer);
        const auto second = ask(session);
        QVERIFY(second && second->isResumed());
        second->sendCloseNotify(); // else OpenSSL takes the session for a broken one
        if (second->session())     // in TLS 1.3 a session is for one connection, which gives the next
            session = second->session();
    }
    QCOMPARE(serving->metric("postern_tls_handshakes_total{api=\"payments/accounts\",listener=\"main\","
                             "result=\"resumed\"}"),
             1.0);
}

QTEST_GUILESS_MAIN(TestHandover)
#include "tst_handover.moc"

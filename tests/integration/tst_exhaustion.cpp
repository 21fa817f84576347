// What the process runs out of: descriptors, room for its log, a reader of it. It serves on.
#include "tests/integration/serve_process.h"
#include "tests/support/raw_client.h"
#include "tests/support/recording_upstream.h"

#include <QJsonDocument>
#include <QTemporaryFile>
#include <QTest>

#include <fcntl.h>
#include <poll.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>

using namespace postern::test;

namespace {

QByteArray document(quint16 upstream)
{
    return "apiVersion: postern.dev/v1alpha1\n"
           "kind: ApiGateway\n"
           "metadata: {name: accounts, namespace: payments}\n"
           "spec:\n"
           "  listeners: [{name: main, address: \"127.0.0.1:0\"}]\n"
           "  upstreams: [{name: app, endpoints: [{address: \"127.0.0.1:" +
           QByteArray::number(upstream) +
           "\"}]}]\n"
           "  routes: [{name: all, match: {path: /**}, upstream: app, timeout: 20s}]\n"
           "  drain: {delay: 100ms, deadline: 10s}\n";
}

QMap<QString, QByteArray> files(const QByteArray& gateway)
{
    return {{QStringLiteral("gateway.yaml"), gateway}};
}

const std::string request = "GET /v1/accounts/7 HTTP/1.1\r\nHost: accounts\r\n\r\n";
const std::string ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
const std::string dropped = "postern_log_lines_dropped_total{api=\"payments/accounts\"}";

/// Processor time of a process, user and system, in seconds.
double cpuSeconds(qint64 pid)
{
    QFile file(QStringLiteral("/proc/%1/stat").arg(pid));
    if (!file.open(QIODevice::ReadOnly))
        return -1;
    const QByteArray text = file.readAll();
    const QList<QByteArray> fields = text.mid(text.lastIndexOf(')') + 2).split(' ');
    return (fields.at(11).toDouble() + fields.at(12).toDouble()) /
           static_cast<double>(::sysconf(_SC_CLK_TCK));
}

/// Of a second in which there was nothing to do but wait for descriptors, what was spent on it.
double cpuOfASecond(qint64 pid)
{
    const double before = cpuSeconds(pid);
    QTest::qWait(1000);
    return cpuSeconds(pid) - before;
}

void limit(qint64 pid, decltype(RLIMIT_NOFILE) what, rlim_t soft)
{
    rlimit present{};
    if (::prlimit(static_cast<pid_t>(pid), what, nullptr, &present) != 0)
        qFatal("prlimit");
    present.rlim_cur = std::min(soft, present.rlim_max);
    if (::prlimit(static_cast<pid_t>(pid), what, &present, nullptr) != 0)
        qFatal("prlimit");
}

bool hasAnswer(const RawClient& client)
{
    pollfd entry{client.fd(), POLLIN, 0};
    return ::poll(&entry, 1, 0) > 0;
}

/// A pipe of which a child writes into one end.
struct Pipe
{
    Pipe()
    {
        if (::pipe2(ends, O_CLOEXEC) != 0)
            qFatal("pipe");
    }
    ~Pipe()
    {
        closeWriting();
        closeReading();
    }
    void closeWriting() { close(1); }
    void closeReading() { close(0); }
    void close(int end)
    {
        if (ends[end] >= 0)
            ::close(std::exchange(ends[end], -1));
    }
    /// What is there now.
    QByteArray read()
    {
        QByteArray all;
        std::array<char, 65536> some{};
        for (pollfd entry{ends[0], POLLIN, 0}; ::poll(&entry, 1, 0) > 0;) {
            const ssize_t size = ::read(ends[0], some.data(), some.size());
            if (size <= 0)
                break;
            all.append(some.data(), size);
        }
        return all;
    }
    int ends[2] = {-1, -1};
};

} // namespace

class TestExhaustion : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void raisesItsOwnLimit();
    void leavesDescriptorsForUpstreams();
    void servesOnWithoutDescriptors();
    void servesOnWithoutALog_data();
    void servesOnWithoutALog();
    void servesOnWhileTheLogIsFull();
    void servesOnWhileNobodyReadsTheLog();
};

void TestExhaustion::raisesItsOwnLimit()
{
    ServeProcess serve;
    serve.configure(files(document(1)));
    serve.prepareChild([] {
        const rlimit low{100, 300};
        ::setrlimit(RLIMIT_NOFILE, &low);
    });
    QVERIFY(serve.start());
    rlimit present{};
    QCOMPARE(::prlimit(static_cast<pid_t>(serve.pid()), RLIMIT_NOFILE, nullptr, &present), 0);
    QCOMPARE(present.rlim_cur, rlim_t{300});
    const QJsonObject event = serve.firstEvent(QStringLiteral("limited"));
    QCOMPARE(event.value(QLatin1String("setting")).toString(), QStringLiteral("limits.connections"));
    QCOMPARE(event.value(QLatin1String("running")).toInt(), (300 - 64 - 2 * 8) / 2);
}

void TestExhaustion::leavesDescriptorsForUpstreams()
{
    Gate mayAnswer;
    RecordingUpstream upstream([&](UpstreamPeer& peer) {
        while (peer.next()) {
            mayAnswer.wait();
            peer.send(ok);
        }
    });
    ServeProcess serve;
    serve.configure(files(document(upstream.port())));
    serve.setWorkers(1);
    serve.prepareChild([] {
        const rlimit few{128, 128};
        ::setrlimit(RLIMIT_NOFILE, &few);
    });
    QVERIFY(serve.start());
    constexpr std::size_t room = (128 - 64 - 8) / 2;
    // Every client that is let in holds a connection to the upstream too.
    std::vector<RawClient> clients;
    for (std::size_t i = 0; i < 2 * room; ++i) {
        clients.emplace_back(serve.port());
        QVERIFY(clients.back().isConnected()); // in the queue at least
        QVERIFY(clients.back().send(request));
    }
    QTRY_COMPARE(upstream.requests().size(), room);
    QCOMPARE(serve.metric("postern_connections{api=\"payments/accounts\",listener=\"main\"}"),
             static_cast<double>(room));
    QVERIFY(cpuOfASecond(serve.pid()) < 0.2);
    QCOMPARE(upstream.requests().size(), room); // the others wait
    mayAnswer.open();
    for (RawClient& client : clients) { // and come in when somebody leaves
        const RawResponse response = client.receive();
        QCOMPARE(response.status, 200);
        client.close();
    }
}

void TestExhaustion::servesOnWithoutDescriptors()
{
#ifdef __SANITIZE_ADDRESS__
    QSKIP("the gateway is built with UBSan, which makes a pipe to look at an object and ends the process "
          "without one");
#endif
    Gate mayAnswer;
    RecordingUpstream upstream([&](UpstreamPeer& peer) {
        while (const auto next = peer.next()) {
            if (next->target == "/slow")
                mayAnswer.wait();
            peer.send(ok);
        }
    });
    ServeProcess serve;
    serve.configure(files(document(upstream.port())));
    serve.setWorkers(1); // one pool
    QVERIFY(serve.start());
    RawClient slow(serve.port());
    RawClient kept(serve.port());
    QCOMPARE(slow.ask(request).status, 200);
    QCOMPARE(kept.ask(request).status, 200);
    RawClient admin(serve.adminPort());
    const std::string metrics = "GET /metrics HTTP/1.1\r\nHost: admin\r\n\r\n";
    QCOMPARE(admin.ask(metrics).status, 200);

    limit(serve.pid(), RLIMIT_NOFILE, 3); // every further one is refused to the process
    QCOMPARE(kept.ask(request).status, 200);
    QCOMPARE(upstream.connections(), 1);
    QVERIFY(slow.send("GET /slow HTTP/1.1\r\nHost: accounts\r\n\r\n"));
    QTRY_COMPARE(upstream.requests().size(), std::size_t{4});
    // The upstream's one connection is in use, and there can be no other.
    const RawResponse refused = kept.ask(request);
    QCOMPARE(refused.status, 503);
    QVERIFY2(refused.body.find("upstream-unavailable") != std::string::npos, refused.body.c_str());
    QVERIFY(refused.header("connection").empty());
    RawClient waits(serve.port());
    QVERIFY(waits.isConnected());
    QVERIFY(waits.send(request));
    const double spent = cpuOfASecond(serve.pid());
    QVERIFY2(spent < 0.2, qPrintable(QString::number(spent)));
    QVERIFY(!hasAnswer(waits));
    const std::string text = admin.ask(metrics).body;
    QVERIFY2(text.find("state=\"healthy\"} 1") != std::string::npos,
             text.c_str()); // no fault of the endpoint's
    QVERIFY(text.find("state=\"ejected\"} 1") == std::string::npos);
    QVERIFY(text.find("state=\"unhealthy\"} 1") == std::string::npos);
    mayAnswer.open();
    QCOMPARE(slow.receive().status, 200);
    QCOMPARE(kept.ask(request).status, 200); // on the connection that is free again

    limit(serve.pid(), RLIMIT_NOFILE, RLIM_INFINITY);
    QCOMPARE(waits.receive().status, 200);
    QCOMPARE(RawClient(serve.port()).ask(request).status, 200);
    serve.signal(SIGTERM);
    QCOMPARE(serve.waitForEnd(), 0);
}

void TestExhaustion::servesOnWithoutALog_data()
{
    QTest::addColumn<QString>("output");
    for (const char* output : {"closed", "/dev/full", "reader gone"})
        QTest::newRow(output) << QString::fromLatin1(output);
}

void TestExhaustion::servesOnWithoutALog()
{
    QFETCH(QString, output);
    RecordingUpstream upstream;
    Pipe pipe;
    ServeProcess serve;
    serve.configure(files(document(upstream.port())));
    serve.prepareChild([&output, write = pipe.ends[1]] {
        if (output == u"closed")
            ::close(STDOUT_FILENO);
        else
            ::dup2(output == u"/dev/full" ? ::open("/dev/full", O_WRONLY) : write, STDOUT_FILENO);
        ::signal(SIGPIPE, SIG_DFL); // as a shell leaves it
    });
    QVERIFY(serve.start());
    pipe.closeWriting();
    pipe.closeReading();
    RawClient client(serve.port());
    constexpr int requests = 50;
    for (int i = 0; i < requests; ++i)
        QCOMPARE(client.ask(request).status, 200);
    QTRY_COMPARE(serve.metric(dropped), static_cast<double>(requests));
    serve.signal(SIGTERM);
    QCOMPARE(serve.waitForEnd(), 0);
}

void TestExhaustion::servesOnWhileTheLogIsFull()
{
    RecordingUpstream upstream;
    QTemporaryFile log;
    QVERIFY(log.open());
    ServeProcess serve;
    serve.configure(files(document(upstream.port())));
    serve.prepareChild([fd = log.handle()] { ::dup2(fd, STDOUT_FILENO); });
    QVERIFY(serve.start());
    RawClient client(serve.port());
    QCOMPARE(client.ask(request).status, 200);
    QTRY_VERIFY(QFileInfo(log.fileName()).size() > 0);
    // The file may not grow: what a full disk says, without the need of one.
    limit(serve.pid(), RLIMIT_FSIZE, static_cast<rlim_t>(QFileInfo(log.fileName()).size()));
    constexpr int lost = 20;
    for (int i = 0; i < lost; ++i)
        QCOMPARE(client.ask(request).status, 200);
    QTRY_COMPARE(serve.metric(dropped), static_cast<double>(lost));
    limit(serve.pid(), RLIMIT_FSIZE, RLIM_INFINITY);
    QCOMPARE(client.ask(request).status, 200);
    const auto lines = [&] {
        log.seek(0);
        return log.readAll().split('\n');
    };
    QTRY_COMPARE(lines().size(), 3); // the first, the last, and what follows its end
    for (int i = 0; i < 2; ++i)
        QVERIFY(QJsonDocument::fromJson(lines().at(i)).isObject());
    QCOMPARE(serve.metric(dropped), static_cast<double>(lost));
}

void TestExhaustion::servesOnWhileNobodyReadsTheLog()
{
    RecordingUpstream upstream;
    Pipe pipe;
    ServeProcess serve;
    serve.configure(files(document(upstream.port())));
    serve.setWorkers(1);
    serve.prepareChild([write = pipe.ends[1]] { ::dup2(write, STDOUT_FILENO); });
    QVERIFY(serve.start());
    pipe.closeWriting();
    RawClient client(serve.port());
    int requests = 0;
    // More than the pipe and the worker's queue hold.
    while (serve.metric(dropped) < 10) {
        std::string many;
        for (int i = 0; i < 200; ++i)
            many += request;
        QVERIFY(client.send(many));
        for (int i = 0; i < 200; ++i, ++requests)
            QCOMPARE(client.receive().status, 200);
        QVERIFY(requests < 20'000);
    }
    // The reader is back: whole lines, and every one that was not counted as lost.
    QByteArray text;
    const auto arrived = [&] {
        text += pipe.read();
        return static_cast<double>(text.count('\n')) + serve.metric(dropped);
    };
    QTRY_COMPARE(arrived(), static_cast<double>(requests));
    QCOMPARE(client.ask(request).status, 200);
    QTRY_COMPARE(arrived(), requests + 1.0);
    QList<QByteArray> lines = text.split('\n');
    QCOMPARE(lines.takeLast(), QByteArray());
    for (const QByteArray& line : lines)
        QVERIFY2(QJsonDocument::fromJson(line).isObject(), line.constData());
    serve.signal(SIGTERM);
    QCOMPARE(serve.waitForEnd(), 0);
}

QTEST_GUILESS_MAIN(TestExhaustion)
#include "tst_exhaustion.moc"

// A newcomer whose predecessor has changed its mind: it must not cost the clients it has let in.
#include "gateway/net/listening_socket.h"
#include "gateway/net/native_address.h"
#include "gateway/policies/catalogue.h"
#include "gateway/policies/registry.h"
#include "gateway/server/gateway.h"
#include "gateway/server/handover_address.h"
#include "gateway/server/handover_parcel.h"
#include "tests/support/raw_client.h"
#include "tests/support/recording_upstream.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <fcntl.h>
#include <sys/socket.h>

#include <future>
#include <mutex>
#include <thread>

using namespace postern;
using namespace postern::test;
using namespace std::chrono_literals;

namespace {

const std::string request = "GET /v1/accounts/7 HTTP/1.1\r\nHost: accounts\r\n\r\n";

/// A process that serves, as far as a newcomer sees it: offers one listener, and refuses when it is told to.
class Predecessor
{
public:
    explicit Predecessor(const QString& path)
        : m_listening(std::move(*listenOn(*SocketAddress::parse(u"127.0.0.1:0"))))
        , m_knocking(std::move(*listenForHandover(path)))
    {}
    ~Predecessor()
    {
        if (m_thread.joinable())
            m_thread.join();
    }
    [[nodiscard]] quint16 port() const { return localAddress(m_listening.fd())->port; }

    enum class Refuses : unsigned char {
        AtOnce,    ///< it has heard nothing for too long, while the newcomer was starting
        WhenServed ///< the same, and the newcomer serves already
    };
    void meet(Refuses when)
    {
        m_thread = std::thread([this, when] {
            int newcomer = -1;
            while (newcomer < 0) // the socket does not block
                newcomer = ::accept4(m_knocking.fd(), nullptr, nullptr, SOCK_CLOEXEC);
            HandoverChannel channel{FileDescriptor(newcomer)};
            QVERIFY(channel.receive(10s));
            HandoverParcel parcel;
            parcel.api = QStringLiteral("payments/accounts");
            const SocketAddress address = *localAddress(m_listening.fd());
            HandoverListener main{QStringLiteral("main"), address, address, {}};
            main.sockets.emplace_back(::fcntl(m_listening.fd(), F_DUPFD_CLOEXEC, 0));
            parcel.listeners.push_back(std::move(main));
            parcel.handover = FileDescriptor(::fcntl(m_knocking.fd(), F_DUPFD_CLOEXEC, 0));
            QVERIFY(sendParcel(channel, parcel));
            if (when == Refuses::WhenServed) {
                const auto ready = channel.receive(10s);
                QVERIFY(ready);
                QCOMPARE(ready->object.value(u"message").toString(), QStringLiteral("ready"));
                isReady.open();
                mayRefuse.wait();
            }
            QVERIFY(channel.send({{QStringLiteral("message"), QStringLiteral("refused")},
                                  {QStringLiteral("reason"), QStringLiteral("too late")}},
                                 {}, 10s));
        });
    }
    /// Who waits in the queue of the listener; not open where nobody does.
    [[nodiscard]] FileDescriptor accept() const
    {
        return FileDescriptor(::accept4(m_listening.fd(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    }

    Gate isReady;
    Gate mayRefuse;

private:
    FileDescriptor m_listening;
    FileDescriptor m_knocking;
    std::thread m_thread;
};

} // namespace

class TestLateNewcomer : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init()
    {
        m_folder = std::make_unique<QTemporaryDir>();
        m_events.clear();
    }
    void letsNobodyInOnceRefused();
    void servesWhomItHasLetIn();
    void servesThemUntilTheDeadline();

private:
    [[nodiscard]] QString path() const { return m_folder->filePath(QStringLiteral("handover")); }
    /// What the newcomer's start comes to.
    [[nodiscard]] std::future<QString> start(const Predecessor& predecessor, quint16 upstream,
                                             const QByteArray& drain);

    [[nodiscard]] bool isTold(const std::string& word) const
    {
        const std::lock_guard lock(m_mutex);
        return m_events.find('"' + word + '"') != std::string::npos;
    }

    const SystemClock m_clock;
    const PolicyRegistry m_policies = builtPolicies();
    std::unique_ptr<QTemporaryDir> m_folder;
    mutable std::mutex m_mutex;
    std::string m_events;
};

std::future<QString> TestLateNewcomer::start(const Predecessor& predecessor, quint16 upstream,
                                             const QByteArray& drain)
{
    QFile file(m_folder->filePath(QStringLiteral("gateway.yaml")));
    if (!file.open(QIODevice::WriteOnly))
        qFatal("no document");
    file.write("apiVersion: postern.dev/v1alpha1\n"
               "kind: ApiGateway\n"
               "metadata: {name: accounts, namespace: payments}\n"
               "spec:\n"
               "  listeners: [{name: main, address: \"127.0.0.1:" +
               QByteArray::number(predecessor.port()) +
               "\"}]\n"
               "  upstreams: [{name: app, endpoints: [{address: \"127.0.0.1:" +
               QByteArray::number(upstream) +
               "\"}]}]\n"
               "  routes: [{name: all, match: {path: /**}, upstream: app}]\n"
               "  drain: " +
               drain + "\n");
    GatewayOptions options;
    options.configuration = file.fileName();
    options.admin = SocketAddress::parse(u"127.0.0.1:0");
    options.handover = path();
    options.accessLog = -1;
    options.events = [this](const EventLine& line) {
        const std::lock_guard lock(m_mutex);
        m_events += line.text();
    };
    return std::async(std::launch::async, [this, options] {
        const auto gateway = Gateway::start(options, {m_clock, policyCatalogue(), m_policies});
        return gateway ? QStringLiteral("it serves") : gateway.error().text();
    });
}

void TestLateNewcomer::letsNobodyInOnceRefused()
{
    RecordingUpstream upstream;
    Predecessor predecessor(path());
    predecessor.meet(Predecessor::Refuses::AtOnce);
    RawClient waits(predecessor.port());
    QVERIFY(waits.send(request));
    const QString outcome = start(predecessor, upstream.port(), "{delay: 0s, deadline: 10s}").get();
    QVERIFY2(outcome.contains(u"too late"), qPrintable(outcome));
    QVERIFY(!isTold("listening"));
    QVERIFY(predecessor.accept().isOpen()); // who waited is still the predecessor's
    QCOMPARE(upstream.connections(), 0);
}

void TestLateNewcomer::servesWhomItHasLetIn()
{
    Gate mayAnswer;
    RecordingUpstream upstream([&](UpstreamPeer& peer) {
        peer.next();
        mayAnswer.wait();
        peer.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    });
    Predecessor predecessor(path());
    predecessor.meet(Predecessor::Refuses::WhenServed);
    auto outcome = start(predecessor, upstream.port(), "{delay: 0s, deadline: 1m}");
    RawClient served(predecessor.port());
    QVERIFY(served.send(request));
    QTRY_COMPARE(upstream.requests().size(), std::size_t{1});
    QVERIFY(predecessor.isReady.wait());
    predecessor.mayRefuse.open();
    QTRY_VERIFY(isTold("draining"));
    // Whom it does not let in any more waits for the predecessor, and is not turned away.
    const RawClient waits(predecessor.port());
    QVERIFY(predecessor.accept().isOpen());
    mayAnswer.open();
    const RawResponse response = served.receive();
    QCOMPARE(response.status, 200);
    QCOMPARE(response.body, std::string("ok"));
    served.close();
    const QString text = outcome.get();
    QVERIFY2(text.contains(u"too late"), qPrintable(text));
    QVERIFY(RawClient(predecessor.port()).isConnected());
}

void TestLateNewcomer::servesThemUntilTheDeadline()
{
    Gate mayEnd;
    RecordingUpstream upstream([&](UpstreamPeer& peer) {
        peer.next();
        mayEnd.wait(); // no answer at all
    });
    Predecessor predecessor(path());
    predecessor.meet(Predecessor::Refuses::WhenServed);
    auto outcome = start(predecessor, upstream.port(), "{delay: 0s, deadline: 300ms}");
    RawClient served(predecessor.port());
    QVERIFY(served.send(request));
    QTRY_COMPARE(upstream.requests().size(), std::size_t{1});
    QVERIFY(predecessor.isReady.wait());
    predecessor.mayRefuse.open();
    const QString text = outcome.get();
    QVERIFY2(text.contains(u"too late"), qPrintable(text));
    QVERIFY(isTold("cut"));
    mayEnd.open();
}

QTEST_GUILESS_MAIN(TestLateNewcomer)
#include "tst_late_newcomer.moc"

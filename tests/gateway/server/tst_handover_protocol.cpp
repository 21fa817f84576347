#include "gateway/net/listening_socket.h"
#include "gateway/net/native_address.h"
#include "gateway/server/handover_address.h"
#include "gateway/server/handover_claim.h"
#include "gateway/server/handover_offer.h"

#include <QFileInfo>
#include <QJsonDocument>
#include <QTemporaryDir>
#include <QTest>

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <mutex>
#include <thread>

using namespace postern;
using namespace std::chrono_literals;

namespace {

struct Pair
{
    Pair()
    {
        int fds[2];
        if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) != 0)
            qFatal("socketpair");
        near = FileDescriptor(fds[0]);
        far = FileDescriptor(fds[1]);
    }
    FileDescriptor near;
    FileDescriptor far;
};

FileDescriptor listening() { return std::move(*listenOn(*SocketAddress::parse(u"127.0.0.1:0"))); }

HandoverListener listener(const QString& name, FileDescriptor socket)
{
    HandoverListener result{name, *SocketAddress::parse(u"127.0.0.1:0"), *localAddress(socket.fd()), {}};
    result.sockets.push_back(std::move(socket));
    return result;
}

int openDescriptors()
{
    int count = 0;
    for (int fd = 0; fd < 1024; ++fd)
        count += ::fcntl(fd, F_GETFD) >= 0 ? 1 : 0;
    return count;
}

/// A gateway that offers one listener, or refuses to.
class Owner final : public HandoverOwner
{
public:
    Result<HandoverParcel> offer() override
    {
        if (refuses)
            return failure(Error::environment(Error::Kind::Unavailable, QStringLiteral("it is draining")));
        HandoverParcel parcel;
        parcel.api = QStringLiteral("payments/accounts");
        parcel.listeners.push_back(listener(QStringLiteral("main"), listening()));
        return parcel;
    }
    void withdraw() override { ++withdrawn; }
    void release(const QStringList& names, bool) override
    {
        const std::lock_guard lock(mutex);
        released = names;
    }

    std::atomic<bool> refuses = false;
    std::atomic<int> withdrawn = 0;
    std::mutex mutex;
    QStringList released;
};

} // namespace

class TestHandoverProtocol : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init() { m_folder = std::make_unique<QTemporaryDir>(); }
    void carriesEverything();
    void passesOverWhatItDoesNotKnow();
    void refusesWhatMakesNoSense_data();
    void refusesWhatMakesNoSense();
    void refusesASocketThatDoesNotListen();
    void hasBounds();
    void waitsSoLongAndNoLonger();
    void handsOverOnce();
    void refusesWhoIsLate();
    void diesAndIsNoRefusal();
    void tellsWhyItRefuses();
    void refusesAnotherVersion();
    void refusesAnotherUser();
    void serviceEndsWhileSomebodyIsSilent();
    void listensNoLongerOnceServed();
    void connectsSoLongAndNoLonger();
    void takesItsPathWhole();
    void refusesAPath_data();
    void refusesAPath();

private:
    QString path() const { return m_folder->filePath(QStringLiteral("handover")); }
    std::unique_ptr<QTemporaryDir> m_folder;
};

void TestHandoverProtocol::carriesEverything()
{
    Pair pair;
    HandoverChannel near(std::move(pair.near));
    HandoverChannel far(std::move(pair.far));
    HandoverParcel sent;
    sent.api = QStringLiteral("payments/accounts");
    HandoverListener many = listener(QStringLiteral("main"), listening());
    // More than go into one message.
    for (int i = 0; i < 150; ++i)
        many.sockets.emplace_back(::fcntl(many.sockets.front().fd(), F_DUPFD_CLOEXEC, 0));
    const SocketAddress bound = many.bound;
    sent.listeners.push_back(std::move(many));
    sent.listeners.push_back(listener(QStringLiteral("admin"), listening()));
    sent.admin.push_back(listener(QStringLiteral("admin"), listening()));
    sent.state.insert(QStringLiteral("names"), QByteArray("\0\xff\n", 3));
    sent.tickets = std::string_view("\0\xfe\n", 3);
    sent.handover = listening();
    std::thread sender([&] { QVERIFY(sendParcel(near, sent)); });
    const auto got = receiveParcel(far);
    sender.join();
    QVERIFY2(got, got ? "" : qPrintable(got.error().text()));
    QCOMPARE(got->api, sent.api);
    QCOMPARE(got->listeners.size(), std::size_t{2});
    QCOMPARE(got->listeners[0].name, QStringLiteral("main"));
    QCOMPARE(got->listeners[0].sockets.size(), std::size_t{151});
    QCOMPARE(got->listeners[0].bound, bound);
    QCOMPARE(got->listeners[0].asked.port, 0);
    QCOMPARE(got->listeners[1].name, QStringLiteral("admin"));
    QCOMPARE(got->admin.size(), std::size_t{1});
    QCOMPARE(got->state, sent.state);
    QVERIFY(got->tickets == sent.tickets);
    QVERIFY(got->handover.isOpen());
    for (const FileDescriptor& socket : got->listeners[0].sockets)
        QVERIFY(::fcntl(socket.fd(), F_GETFD) & FD_CLOEXEC);
}

void TestHandoverProtocol::passesOverWhatItDoesNotKnow()
{
    Pair pair;
    HandoverChannel near(std::move(pair.near));
    HandoverChannel far(std::move(pair.far));
    const int next = 0;
    QVERIFY(near.send({{QStringLiteral("message"), QStringLiteral("weather")}}, {}, 1s));
    QVERIFY(near.send({{QStringLiteral("message"), QStringLiteral("parcel")},
                       {QStringLiteral("api"), QStringLiteral("a/b")},
                       {QStringLiteral("mood"), 7}},
                      std::span(&next, 1), 1s));
    const auto got = receiveParcel(far);
    QVERIFY(got);
    QCOMPARE(got->api, QStringLiteral("a/b"));
}

void TestHandoverProtocol::refusesWhatMakesNoSense_data()
{
    QTest::addColumn<QByteArray>("message");
    QTest::addColumn<int>("descriptors");
    QTest::newRow("no JSON") << QByteArray("hello") << 0;
    QTest::newRow("no object") << QByteArray("[1]") << 0;
    QTest::newRow("cut short") << QByteArray("{\"message\":") << 0;
    QTest::newRow("a listener without a name")
        << QByteArray(R"({"message":"listener","asked":"127.0.0.1:1","bound":"127.0.0.1:1"})") << 1;
    QTest::newRow("a listener without an address")
        << QByteArray(R"({"message":"listener","name":"main","asked":"x","bound":"127.0.0.1:1"})") << 1;
    QTest::newRow("a listener without a socket")
        << QByteArray(R"({"message":"listener","name":"main","asked":"127.0.0.1:1","bound":"127.0.0.1:1"})")
        << 0;
    QTest::newRow("a pipe for a listener")
        << QByteArray(R"({"message":"listener","name":"main","asked":"127.0.0.1:1","bound":"127.0.0.1:1"})")
        << 1;
    QTest::newRow("no socket for the next") << QByteArray(R"({"message":"parcel","api":"a/b"})") << 0;
    QTest::newRow("refused") << QByteArray(R"({"message":"refused","reason":"no"})") << 0;
}

void TestHandoverProtocol::refusesWhatMakesNoSense()
{
    QFETCH(QByteArray, message);
    QFETCH(int, descriptors);
    const int before = openDescriptors();
    {
        Pair pair;
        int pipe[2];
        QCOMPARE(::pipe2(pipe, O_CLOEXEC), 0);
        const FileDescriptor in(pipe[0]);
        const FileDescriptor out(pipe[1]);
        HandoverChannel far(std::move(pair.far));
        const QJsonDocument parsed = QJsonDocument::fromJson(message);
        if (parsed.isObject()) {
            HandoverChannel near(FileDescriptor(::fcntl(pair.near.fd(), F_DUPFD_CLOEXEC, 0)));
            QVERIFY(
                near.send(parsed.object(), std::span(&pipe[0], static_cast<std::size_t>(descriptors)), 1s));
        } else {
            QCOMPARE(::send(pair.near.fd(), message.constData(), static_cast<std::size_t>(message.size()), 0),
                     static_cast<ssize_t>(message.size()));
        }
        const auto got = receiveParcel(far);
        QVERIFY(!got);
        QVERIFY(!got.error().message.isEmpty());
    }
    QCOMPARE(openDescriptors(), before); // what came with it is closed
}

void TestHandoverProtocol::refusesASocketThatDoesNotListen()
{
    Pair pair;
    HandoverChannel near(std::move(pair.near));
    HandoverChannel far(std::move(pair.far));
    HandoverParcel parcel;
    parcel.listeners.push_back(listener(QStringLiteral("main"), listening()));
    parcel.listeners.back().bound.port ^= 1; // it listens, elsewhere
    parcel.handover = listening();
    QVERIFY(sendParcel(near, parcel));
    const auto got = receiveParcel(far);
    QVERIFY(!got);
    QVERIFY(got.error().message.contains(QLatin1String("does not listen on")));
}

void TestHandoverProtocol::hasBounds()
{
    Pair pair;
    HandoverChannel near(FileDescriptor(::fcntl(pair.near.fd(), F_DUPFD_CLOEXEC, 0)));
    HandoverChannel far(std::move(pair.far));
    const QString tooLong(static_cast<qsizetype>(HandoverChannel::mostBytes), u'x');
    QVERIFY(!near.send({{QStringLiteral("message"), tooLong}}, {}, 1s));
    const std::vector<int> many(HandoverChannel::mostDescriptors + 1, 0);
    QVERIFY(!near.send({}, many, 1s));
    const QByteArray text(static_cast<qsizetype>(HandoverChannel::mostBytes) + 1, ' ');
    QCOMPARE(::send(pair.near.fd(), text.constData(), static_cast<std::size_t>(text.size()), 0),
             static_cast<ssize_t>(text.size()));
    const auto tooLarge = far.receive(1s);
    QVERIFY(!tooLarge);
    QVERIFY(tooLarge.error().message.contains(QLatin1String("too large")));
    // Without end: it stops by itself, while the other could go on for ever.
    std::atomic<bool> stop = false;
    std::thread chatter([&] {
        while (!stop && near.send({{QStringLiteral("message"), QStringLiteral("noise")}}, {}, 100ms)) {
        }
    });
    QVERIFY(!receiveParcel(far));
    stop = true;
    chatter.join();
}

void TestHandoverProtocol::waitsSoLongAndNoLonger()
{
    Pair pair;
    HandoverChannel far(std::move(pair.far));
    const auto silent = far.receive(20ms);
    QVERIFY(!silent);
    QCOMPARE(silent.error().kind, Error::Kind::TimedOut);
    pair.near.reset();
    const auto gone = far.receive(10s);
    QVERIFY(!gone);
    QCOMPARE(gone.error().kind, Error::Kind::Unavailable);
}

void TestHandoverProtocol::handsOverOnce()
{
    Owner owner;
    std::mutex mutex;
    std::string events;
    auto offer =
        HandoverOffer::create(std::move(*listenForHandover(path())), owner, [&](const EventLine& line) {
            const std::lock_guard lock(mutex);
            events += line.text();
        });
    QVERIFY(offer);
    (*offer)->begin();
    {
        const auto changesItsMind = HandoverClaim::make(path());
        QVERIFY(changesItsMind && *changesItsMind);
    }
    QTRY_COMPARE(owner.withdrawn.load(), 1);
    const auto claim = HandoverClaim::make(path());
    QVERIFY2(claim && *claim, claim ? "" : qPrintable(claim.error().text()));
    QCOMPARE((*claim)->parcel.api, QStringLiteral("payments/accounts"));
    QVERIFY((*claim)->ready({QStringLiteral("main")}, false));
    {
        const std::lock_guard lock(owner.mutex);
        QCOMPARE(owner.released, QStringList{QStringLiteral("main")});
    }
    QCOMPARE(owner.withdrawn.load(), 1);
    const std::lock_guard lock(mutex);
    QVERIFY(events.find("\"failed\"") != std::string::npos);
    QVERIFY(events.find("\"handed-over\"") != std::string::npos);
}

void TestHandoverProtocol::refusesWhoIsLate()
{
    Owner owner;
    auto offer = HandoverOffer::create(
        std::move(*listenForHandover(path())), owner, [](const EventLine&) {}, 20ms);
    QVERIFY(offer);
    (*offer)->begin();
    const auto claim = HandoverClaim::make(path());
    QVERIFY(claim && *claim);
    QTRY_COMPARE(owner.withdrawn.load(), 1);
    QString heard;
    const auto hears = [&] { // once
        if (const auto offered = (*claim)->stillOffered(); !offered)
            heard = offered.error().message;
        return !heard.isEmpty();
    };
    QTRY_VERIFY(hears());
    QVERIFY2(heard.contains(QLatin1String("silent for 20 ms")), qPrintable(heard));
    // Who did not ask hears it last.
    const auto other = HandoverClaim::make(path());
    QVERIFY(other && *other);
    QTRY_COMPARE(owner.withdrawn.load(), 2);
    QVERIFY(!(*other)->ready({QStringLiteral("main")}, false));
}

void TestHandoverProtocol::diesAndIsNoRefusal()
{
    Owner owner;
    auto offer = HandoverOffer::create(std::move(*listenForHandover(path())), owner, [](const EventLine&) {});
    QVERIFY(offer);
    (*offer)->begin();
    const auto claim = HandoverClaim::make(path());
    QVERIFY(claim && *claim);
    QVERIFY((*claim)->stillOffered());
    offer->reset(); // the newcomer alone has the sockets now
    QVERIFY((*claim)->stillOffered());
    QVERIFY((*claim)->ready({QStringLiteral("main")}, false));
}

void TestHandoverProtocol::tellsWhyItRefuses()
{
    Owner owner;
    owner.refuses = true;
    auto offer = HandoverOffer::create(std::move(*listenForHandover(path())), owner, [](const EventLine&) {});
    QVERIFY(offer);
    (*offer)->begin();
    const auto claim = HandoverClaim::make(path());
    QVERIFY(!claim);
    QVERIFY2(claim.error().text().contains(QLatin1String("it is draining")),
             qPrintable(claim.error().text()));
}

void TestHandoverProtocol::refusesAnotherVersion()
{
    Owner owner;
    auto offer = HandoverOffer::create(std::move(*listenForHandover(path())), owner, [](const EventLine&) {});
    QVERIFY(offer);
    (*offer)->begin();
    HandoverChannel channel(std::move(**connectForHandover(path())));
    QVERIFY(channel.send(
        {{QStringLiteral("message"), QStringLiteral("hello")}, {QStringLiteral("version"), 2}}, {}, 1s));
    const auto answer = channel.receive(10s);
    QVERIFY(answer);
    QCOMPARE(answer->object.value(u"message").toString(), QStringLiteral("refused"));
    QVERIFY(answer->descriptors.empty());
}

void TestHandoverProtocol::refusesAnotherUser()
{
    if (::geteuid() != 0)
        QSKIP("only root can be somebody else");
    std::unique_ptr<Pair> pair;
    std::thread([&pair] {
        // The system call itself changes this one thread; the kernel notes who made the sockets.
        ::syscall(SYS_setresuid, 65534, 65534, -1);
        pair = std::make_unique<Pair>();
    }).join();
    const HandoverChannel theirs(std::move(pair->near));
    const auto refused = theirs.requireOurUser();
    QVERIFY(!refused);
    QCOMPARE(refused.error().kind, Error::Kind::Denied);
    Pair own;
    QVERIFY(HandoverChannel(std::move(own.near)).requireOurUser());
}

void TestHandoverProtocol::serviceEndsWhileSomebodyIsSilent()
{
    Owner owner;
    auto offer = HandoverOffer::create(std::move(*listenForHandover(path())), owner, [](const EventLine&) {});
    QVERIFY(offer);
    (*offer)->begin();
    const auto silent = connectForHandover(path());
    QVERIFY(silent && *silent);
    offer->reset(); // would be ten seconds if it waited for the greeting, or for ever
    QVERIFY(!*connectForHandover(path()));
}

void TestHandoverProtocol::listensNoLongerOnceServed()
{
    Owner owner;
    auto offer = HandoverOffer::create(std::move(*listenForHandover(path())), owner, [](const EventLine&) {});
    QVERIFY(offer);
    (*offer)->begin();
    {
        const auto successor = HandoverClaim::make(path());
        QVERIFY(successor && *successor);
        QVERIFY((*successor)->ready({QStringLiteral("main")}, false));
    } // and dies, with the descriptor that it was given
    const auto isFree = [this] {
        const auto found = connectForHandover(path(), 20ms);
        return found && !*found; // an error were somebody who listens and does not accept
    };
    QTRY_VERIFY(isFree());
}

void TestHandoverProtocol::connectsSoLongAndNoLonger()
{
    const auto busy = listenForHandover(path());
    QVERIFY(busy);
    std::vector<FileDescriptor> waiting;
    for (;;) {
        auto one = connectForHandover(path(), 20ms);
        if (!one) {
            QCOMPARE(one.error().kind, Error::Kind::TimedOut);
            break;
        }
        QVERIFY(*one && waiting.size() < 100);
        waiting.push_back(std::move(**one));
    }
}

void TestHandoverProtocol::takesItsPathWhole()
{
    const auto nobody = connectForHandover(path());
    QVERIFY(nobody && !*nobody);
    auto dead = listenForHandover(path());
    QVERIFY(dead);
    QCOMPARE(QFileInfo(path()).permissions() & QFileDevice::Permissions(0x0077), QFileDevice::Permissions());
    dead->reset();
    const auto stale = connectForHandover(path());
    QVERIFY(stale && !*stale);
    const auto next = listenForHandover(path());
    QVERIFY(next);
    const auto met = connectForHandover(path());
    QVERIFY(met && *met);
    QCOMPARE(QDir(m_folder->path()).entryList(QDir::System | QDir::Files),
             QStringList{QStringLiteral("handover")});
}

void TestHandoverProtocol::refusesAPath_data()
{
    QTest::addColumn<QString>("path");
    QTest::newRow("too long") << QString(200, u'x');
    QTest::newRow("no such folder") << QStringLiteral("/nowhere/at/all/handover");
    QTest::newRow("a folder") << QStringLiteral("/tmp");
}

void TestHandoverProtocol::refusesAPath()
{
    QFETCH(QString, path);
    const auto refused = listenForHandover(path);
    QVERIFY(!refused);
    QVERIFY(refused.error().message.contains(QLatin1String("--handover")));
}

QTEST_GUILESS_MAIN(TestHandoverProtocol)
#include "tst_handover_protocol.moc"

#include "gateway/net/native_address.h"
#include "gateway/upstream/upstream_pool.h"
#include "models/document/upstream.h"
#include "tests/support/epoll_thread.h"
#include "tests/support/fake_clock.h"
#include "tests/support/held_port.h"
#include "tests/support/recording_upstream.h"
#include "tests/support/tcp_options.h"

#include <QTemporaryDir>
#include <QTest>

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

using namespace postern;
using namespace postern::test;
using namespace std::chrono_literals;

namespace {

/// Listens on a free loopback port with a queue of one, and fills it.
class FullListener
{
public:
    FullListener()
    {
        m_address.sin_family = AF_INET;
        m_address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof m_address;
        auto* const address = reinterpret_cast<sockaddr*>(&m_address);
        if (::bind(m_listener, address, size) != 0 || ::listen(m_listener, 0) != 0 ||
            ::getsockname(m_listener, address, &size) != 0 || ::connect(m_waiting, address, size) != 0)
            qFatal("no full listener: %s", std::strerror(errno));
    }
    ~FullListener()
    {
        ::close(m_waiting);
        ::close(m_listener);
    }
    FullListener(const FullListener&) = delete;
    FullListener& operator=(const FullListener&) = delete;

    [[nodiscard]] quint16 port() const { return ntohs(m_address.sin_port); }

private:
    int m_listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int m_waiting = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in m_address{};
};

Upstream upstreamOf(std::initializer_list<quint16> ports)
{
    Upstream upstream;
    upstream.name = QStringLiteral("app");
    for (const quint16 port : ports)
        upstream.endpoints.push_back({QStringLiteral("127.0.0.1:%1").arg(port), 1});
    return upstream;
}

/// Keeps its connections open and says nothing.
RecordingUpstream::Script silent()
{
    return [](UpstreamPeer& peer) {
        while (!peer.receive().empty()) {
        }
    };
}

class User final : public UpstreamConnectionUser
{
public:
    explicit User(UpstreamPool& pool) : m_pool(pool) {}
    ~User()
    {
        if (connection)
            m_pool.release(*connection, UpstreamPool::Reuse::No);
        else
            m_pool.cancel(*this);
    }
    void acquire(Freshness freshness = Freshness::Any) { acquire({.hint = {}, .freshness = freshness}); }
    void acquire(const ConnectionWish& wish) { take(m_pool.acquire(*this, wish)); }
    void acquireAt(UpstreamEndpoint& endpoint, const ConnectionWish& wish)
    {
        take(m_pool.acquireAt(endpoint, *this, wish));
    }
    void release(UpstreamPool::Reuse reuse = UpstreamPool::Reuse::Yes)
    {
        m_pool.release(*std::exchange(connection, nullptr), reuse);
    }
    void connectionReady(UpstreamConnection& ready) override { connection = &ready; }
    void connectionFailed(ConnectFailure why) override { failure = why; }
    void connectionEvent() override { ++events; }
    void connectionLeaving() override { ++leavings; }

    UpstreamConnection* connection = nullptr;
    std::optional<ConnectFailure> failure;
    int events = 0;
    int leavings = 0;

private:
    void take(const UpstreamPool::Acquired& acquired)
    {
        connection = acquired.connection;
        failure = acquired.failure;
    }

    UpstreamPool& m_pool;
};

} // namespace

class TestUpstreamPool : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init();
    void cleanup();
    void reusesLastInFirstOut();
    void freshMeansNew();
    void idleConnectionTimesOut();
    void idleConnectionThatEndsIsDropped();
    void notReusable_data();
    void notReusable();
    void ceilingThenQueueThenRefusal();
    void withoutAQueueNobodyWaits();
    void queueIsFirstComeFirstServed();
    void newcomersDoNotOvertake_data();
    void newcomersDoNotOvertake();
    void waitersForFreshOnesGetThem();
    void fullPoolKeepsFromTheUnwell();
    void fullPoolServesWhereNoneIsWell();
    void fullPoolLeavesSparesAlone();
    void cancelledWaiterIsPassedOver();
    void cancelledConnectServesTheNext();
    void refusedEndpointIsPassedOver();
    void allRefused();
    void connectTimesOut();
    void sharedConnection();
    void avoidedEndpoint();
    void leavingEndpointDrains();
    void wornOut_data();
    void wornOut();
    void sharedConnectionGrowsOld();
    void idleBelowTheUpstreams();
    void vanishedUpstreamsAreFound();
    void unixPath();
    void settings();

private:
    std::unique_ptr<UpstreamPool> pool(const Upstream& upstream)
    {
        return std::make_unique<UpstreamPool>(
            UpstreamPool::Environment{epollDispatcher(), *m_deadlines, m_clock},
            *UpstreamSettings::of(upstream, 1), UpstreamDirectory::create(upstream, nullptr));
    }

    FakeClock m_clock;
    std::unique_ptr<DeadlineSweep> m_deadlines;
};

void TestUpstreamPool::init() { m_deadlines = std::make_unique<DeadlineSweep>(m_clock); }

void TestUpstreamPool::cleanup()
{
    m_deadlines.reset();
    QCoreApplication::processEvents();
}

void TestUpstreamPool::reusesLastInFirstOut()
{
    RecordingUpstream server(silent());
    const auto pool = this->pool(upstreamOf({server.port()}));
    User one(*pool);
    User two(*pool);
    one.acquire();
    two.acquire();
    QTRY_VERIFY(one.connection && two.connection);
    QVERIFY(!one.connection->isReused());
    UpstreamConnection* const last = two.connection;
    one.release();
    two.release();
    QCOMPARE(pool->idle(), std::size_t{2});
    User three(*pool);
    three.acquire();
    QCOMPARE(three.connection, last);
    QVERIFY(three.connection->isReused());
    QCOMPARE(pool->connections(), std::size_t{2});
}

void TestUpstreamPool::freshMeansNew()
{
    RecordingUpstream server(silent());
    Upstream upstream = upstreamOf({server.port()});
    upstream.maxConnections = 1;
    const auto pool = this->pool(upstream);
    User user(*pool);
    user.acquire();
    QTRY_VERIFY(user.connection);
    user.release();
    user.acquire(Freshness::New); // the idle one makes room
    QTRY_VERIFY(user.connection);
    QVERIFY(!user.connection->isReused());
    QCOMPARE(pool->connections(), std::size_t{1});
}

void TestUpstreamPool::idleConnectionTimesOut()
{
    RecordingUpstream server(silent());
    Upstream upstream = upstreamOf({server.port()});
    upstream.idleTimeout = 10s;
    const auto pool = this->pool(upstream);
    User user(*pool);
    user.acquire();
    QTRY_VERIFY(user.connection);
    m_clock.advance(60s);
    m_deadlines->sweep();
    QVERIFY(pool->connections() == 1); // in use: no business of the idle timeout
    user.release();
    m_clock.advance(9s);
    m_deadlines->sweep();
    QCOMPARE(pool->idle(), std::size_t{1});
    m_clock.advance(2s);
    m_deadlines->sweep();
    QCOMPARE(pool->connections(), std::size_t{0});
}

void TestUpstreamPool::idleConnectionThatEndsIsDropped()
{
    Gate close;
    RecordingUpstream server([&](UpstreamPeer&) { close.wait(); });
    const auto pool = this->pool(upstreamOf({server.port()}));
    User user(*pool);
    user.acquire();
    QTRY_VERIFY(user.connection);
    user.release();
    close.open();
    QTRY_COMPARE(pool->connections(), std::size_t{0});
}

void TestUpstreamPool::notReusable_data()
{
    QTest::addColumn<QByteArray>("sent"); // by the upstream, before the release
    QTest::addColumn<bool>("closes");
    QTest::addRow("left-over bytes") << QByteArray("x") << false;
    QTest::addRow("ended") << QByteArray() << true;
}

void TestUpstreamPool::notReusable()
{
    QFETCH(QByteArray, sent);
    QFETCH(bool, closes);
    Gate done;
    RecordingUpstream server([&](UpstreamPeer& peer) {
        peer.send(sent.toStdString());
        if (closes)
            peer.finishSending();
        done.wait();
    });
    const auto pool = this->pool(upstreamOf({server.port()}));
    User user(*pool);
    user.acquire();
    QTRY_VERIFY(user.connection && user.connection->socket().mayRead());
    user.release(UpstreamPool::Reuse::Yes);
    QCOMPARE(pool->connections(), std::size_t{0});
    done.open();
}

void TestUpstreamPool::ceilingThenQueueThenRefusal()
{
    RecordingUpstream server(silent());
    Upstream upstream = upstreamOf({server.port()});
    upstream.maxConnections = 1;
    upstream.maxPending = 1;
    const auto pool = this->pool(upstream);
    User one(*pool);
    User two(*pool);
    User three(*pool);
    one.acquire();
    two.acquire();
    three.acquire();
    QVERIFY(three.failure == ConnectFailure::Overloaded);
    QTRY_VERIFY(one.connection);
    QVERIFY(!two.connection);
    QCOMPARE(pool->waiting(), std::size_t{1});
    one.release();
    QVERIFY(!two.connection); // on a turn of its own
    QTRY_VERIFY(two.connection);
    QVERIFY(two.connection->isReused());
    two.release(UpstreamPool::Reuse::No);
    three.failure.reset();
    three.acquire(); // a closed connection makes room, too
    QTRY_VERIFY(three.connection);
}

void TestUpstreamPool::withoutAQueueNobodyWaits()
{
    RecordingUpstream server(silent());
    Upstream upstream = upstreamOf({server.port()});
    upstream.maxConnections = 1;
    upstream.maxPending = 0;
    const auto pool = this->pool(upstream);
    User one(*pool);
    one.acquire();
    QTRY_VERIFY(one.connection);
    User two(*pool);
    two.acquire();
    QVERIFY(two.failure == ConnectFailure::Overloaded);
    one.release();
    two.failure.reset();
    two.acquire();
    QVERIFY(two.connection);
}

void TestUpstreamPool::queueIsFirstComeFirstServed()
{
    RecordingUpstream server(silent());
    Upstream upstream = upstreamOf({server.port()});
    upstream.maxConnections = 1;
    const auto pool = this->pool(upstream);
    User holder(*pool);
    holder.acquire();
    QTRY_VERIFY(holder.connection);
    std::vector<std::unique_ptr<User>> queue;
    for (int i = 0; i < 3; ++i) {
        queue.push_back(std::make_unique<User>(*pool));
        queue.back()->acquire();
    }
    holder.release(UpstreamPool::Reuse::No);
    for (const auto& user : queue) {
        QTRY_VERIFY(user->connection);
        user->release();
    }
}

void TestUpstreamPool::newcomersDoNotOvertake_data()
{
    QTest::addColumn<bool>("keeps"); // the connection that is given back, which makes room or is idle
    QTest::addRow("room") << false;
    QTest::addRow("an idle connection") << true;
}

/// What becomes free is theirs who wait, though they get it on a turn of its own.
void TestUpstreamPool::newcomersDoNotOvertake()
{
    QFETCH(bool, keeps);
    RecordingUpstream server(silent());
    Upstream upstream = upstreamOf({server.port()});
    upstream.maxConnections = 2;
    upstream.maxPending = 3;
    const auto pool = this->pool(upstream);
    User one(*pool);
    User two(*pool);
    one.acquire();
    two.acquire();
    QTRY_VERIFY(one.connection && two.connection);
    std::array<std::unique_ptr<User>, 3> queue;
    for (auto& user : queue) {
        user = std::make_unique<User>(*pool);
        user->acquire(&user == &queue.front() ? Freshness::New : Freshness::Any);
        if (&user == &queue[1])
            one.release(keeps ? UpstreamPool::Reuse::Yes : UpstreamPool::Reuse::No);
    }
    QCOMPARE(pool->waiting(), std::size_t{3}); // the third came when there was room, or an idle one
    QTRY_VERIFY(queue[0]->connection);
    QVERIFY(!queue[1]->connection && !queue[2]->connection);
    two.release();
    QTRY_VERIFY(queue[1]->connection);
    QVERIFY(!queue[2]->connection);
    queue[0]->release(UpstreamPool::Reuse::No);
    QTRY_VERIFY(queue[2]->connection);
    QCOMPARE(pool->waiting(), std::size_t{0});
}

void TestUpstreamPool::waitersForFreshOnesGetThem()
{
    RecordingUpstream server(silent());
    Upstream upstream = upstreamOf({server.port()});
    upstream.maxConnections = 1;
    const auto pool = this->pool(upstream);
    User holder(*pool);
    holder.acquire();
    QTRY_VERIFY(holder.connection);
    User fresh(*pool);
    fresh.acquire(Freshness::New);
    User behind(*pool);
    behind.acquire();
    holder.release(); // good for another one
    QTRY_VERIFY(fresh.connection);
    QVERIFY(!fresh.connection->isReused());
    QTRY_COMPARE(server.connections(), 2);
    fresh.release();
    QTRY_VERIFY(behind.connection);
    QVERIFY(behind.connection->isReused());
}

/// The balancer keeps requests from an endpoint that fails its checks; so does a pool that is full of
/// connections there.
void TestUpstreamPool::fullPoolKeepsFromTheUnwell()
{
    RecordingUpstream failing(silent());
    RecordingUpstream well(silent());
    Upstream upstream = upstreamOf({failing.port(), well.port()});
    upstream.maxConnections = 2;
    const auto pool = this->pool(upstream);
    const auto directory = UpstreamDirectory::create(upstream, nullptr);
    pool->follow(directory);
    UpstreamEndpoint* const sick = pool->choose({});
    QCOMPARE(sick->settings().address.port, failing.port());
    User one(*pool);
    User two(*pool);
    one.acquireAt(*sick, {});
    two.acquireAt(*sick, {});
    QTRY_VERIFY(one.connection && two.connection);
    sick->health().checked(false, m_clock.steady());

    one.release();
    User three(*pool);
    three.acquire(); // an idle connection is there, and makes room
    QTRY_VERIFY(three.connection);
    QCOMPARE(three.connection->endpoint().settings().address.port, well.port());
    User four(*pool);
    four.acquire();
    QCOMPARE(pool->waiting(), std::size_t{1});
    two.release(); // is not what the one that waits wants
    QTRY_VERIFY(four.connection);
    QCOMPARE(four.connection->endpoint().settings().address.port, well.port());
    QCOMPARE(pool->connections(), std::size_t{2});

    User five(*pool);
    five.acquire();
    UpstreamConnection* const released = three.connection;
    three.release(); // of the well one any will do
    QTRY_COMPARE(five.connection, released);
}

/// As without checks: any connection will do, rather than another one for each request.
void TestUpstreamPool::fullPoolServesWhereNoneIsWell()
{
    RecordingUpstream first(silent());
    RecordingUpstream second(silent());
    Upstream upstream = upstreamOf({first.port(), second.port()});
    upstream.maxConnections = 1;
    const auto pool = this->pool(upstream);
    const auto directory = UpstreamDirectory::create(upstream, nullptr);
    pool->follow(directory);
    for (const auto& entry : directory->entries())
        entry.health->checked(false, m_clock.steady());
    auto holder = std::make_unique<User>(*pool);
    holder->acquire();
    QTRY_VERIFY(holder->connection);
    UpstreamConnection* const only = holder->connection;
    for (int i = 0; i < 3; ++i) {
        auto next = std::make_unique<User>(*pool);
        next->acquire();
        QCOMPARE(pool->waiting(), std::size_t{1});
        holder->release();
        QTRY_COMPARE(next->connection, only);
        next->release();
        next->acquire(); // nobody else is there
        QCOMPARE(next->connection, only);
        holder = std::move(next);
    }
}

/// Neither who waits nor who comes gets a spare's connection while a better endpoint is well.
void TestUpstreamPool::fullPoolLeavesSparesAlone()
{
    RecordingUpstream first(silent());
    RecordingUpstream spare(silent());
    Upstream upstream;
    upstream.name = QStringLiteral("app");
    upstream.dns = UpstreamDns{};
    upstream.maxConnections = 2;
    const auto at = [](quint16 port, int priority) -> EndpointSettings {
        const auto address = SocketAddress::parse(QStringLiteral("127.0.0.1:%1").arg(port));
        return {*address, 1, address->text().toStdString(), priority};
    };
    const auto directory = std::make_shared<UpstreamDirectory>(
        std::vector<EndpointSettings>{at(first.port(), 0), at(spare.port(), 1)});
    UpstreamPool pool({epollDispatcher(), *m_deadlines, m_clock}, *UpstreamSettings::of(upstream, 1),
                      directory);
    const auto setFirst = [&](bool well) {
        directory->entries().front().health->checked(well, m_clock.steady());
    };
    const auto priorityOf = [](const User& user) { return user.connection->endpoint().settings().priority; };
    User one(pool);
    User two(pool);
    User three(pool);
    setFirst(false);
    two.acquire();
    QTRY_VERIFY(two.connection);
    QCOMPARE(priorityOf(two), 1);
    setFirst(true);
    one.acquire();
    QTRY_VERIFY(one.connection);
    QCOMPARE(priorityOf(one), 0);
    three.acquire();
    QVERIFY(!three.connection && !three.failure);
    two.release(); // makes room
    QTRY_VERIFY(three.connection);
    QCOMPARE(priorityOf(three), 0);

    three.release();
    setFirst(false);
    two.acquire();
    QTRY_VERIFY(two.connection);
    QCOMPARE(priorityOf(two), 1);
    setFirst(true);
    two.release();
    QCOMPARE(pool.idle(), std::size_t{1});
    three.acquire();
    QTRY_VERIFY(three.connection);
    QCOMPARE(priorityOf(three), 0);
}

void TestUpstreamPool::cancelledWaiterIsPassedOver()
{
    RecordingUpstream server(silent());
    Upstream upstream = upstreamOf({server.port()});
    upstream.maxConnections = 1;
    const auto pool = this->pool(upstream);
    User holder(*pool);
    holder.acquire();
    QTRY_VERIFY(holder.connection);
    auto leaving = std::make_unique<User>(*pool);
    User staying(*pool);
    leaving->acquire();
    staying.acquire();
    holder.release();
    leaving.reset(); // after the connection was promised to it
    QTRY_VERIFY(staying.connection);
}

void TestUpstreamPool::cancelledConnectServesTheNext()
{
    RecordingUpstream server(silent());
    const auto pool = this->pool(upstreamOf({server.port()}));
    auto leaving = std::make_unique<User>(*pool);
    leaving->acquire();
    if (leaving->connection)
        QSKIP("this kernel completes a loopback connect within the call: there is nothing to cancel");
    leaving.reset();
    QTRY_COMPARE(pool->idle(), std::size_t{1});
}

void TestUpstreamPool::refusedEndpointIsPassedOver()
{
    const HeldPort dead;
    RecordingUpstream server(silent());
    const auto pool = this->pool(upstreamOf({dead.number(), server.port()}));
    const auto directory = UpstreamDirectory::create(upstreamOf({dead.number(), server.port()}), nullptr);
    pool->follow(directory);
    using Counts = EndpointCensus::Counts;
    QCOMPARE(directory->count(m_clock.steady()), (Counts{2, 0, 0}));
    for (int i = 0; i < 6; ++i) {
        User user(*pool);
        user.acquire();
        QTRY_VERIFY(user.connection); // nobody sees the refusal
        QCOMPARE(user.connection->endpoint().id(), EndpointId{1});
    }
    QCOMPARE(directory->count(m_clock.steady()), (Counts{1, 1, 0}));
    QVERIFY(directory->entries()[0].health->state(m_clock.steady()) == EndpointState::Unhealthy);
    QTRY_COMPARE(server.connections(), 6);
}

void TestUpstreamPool::allRefused()
{
    const HeldPort dead;
    const auto pool = this->pool(upstreamOf({dead.number()}));
    User user(*pool);
    user.acquire();
    QTRY_VERIFY(user.failure == ConnectFailure::Refused);
    QCOMPARE(pool->connections(), std::size_t{0});
    user.failure.reset();
    user.acquire(); // the only one is tried again, passed over or not
    QTRY_VERIFY(user.failure == ConnectFailure::Refused);
}

void TestUpstreamPool::connectTimesOut()
{
    // A listener that nobody accepts on and whose queue is full: the kernel drops the next SYN, so that a
    // connection neither comes about nor fails.
    const FullListener listener;
    Upstream upstream = upstreamOf({listener.port()});
    upstream.connectTimeout = 1s;
    const auto pool = this->pool(upstream);
    User user(*pool);
    user.acquire();
    QVERIFY(!user.failure);
    QVERIFY(!user.connection);
    m_clock.advance(2s);
    m_deadlines->sweep();
    QVERIFY(user.failure == ConnectFailure::TimedOut);
    QCOMPARE(pool->connections(), std::size_t{0});
}

void TestUpstreamPool::sharedConnection()
{
    RecordingUpstream one(silent());
    RecordingUpstream two(silent());
    const auto pool = this->pool(upstreamOf({one.port(), two.port()}));
    UpstreamEndpoint* const endpoint = pool->choose({});
    User session(*pool);
    session.acquireAt(*endpoint, {.hint = {}, .lending = Lending::Shared});
    QTRY_VERIFY(session.connection);
    QCOMPARE(&session.connection->endpoint(), endpoint);
    QCOMPARE(endpoint->requests(), std::size_t{0}); // its user counts them
    User user(*pool);
    user.acquireAt(*endpoint, {});
    QTRY_VERIFY(user.connection);
    QCOMPARE(endpoint->requests(), std::size_t{1});
    user.release();
    QCOMPARE(endpoint->requests(), std::size_t{0});
}

void TestUpstreamPool::avoidedEndpoint()
{
    RecordingUpstream one(silent());
    RecordingUpstream two(silent());
    const auto pool = this->pool(upstreamOf({one.port(), two.port()}));
    for (const EndpointId avoided : {0U, 1U, 0U}) {
        const std::array avoid{avoided};
        User user(*pool);
        user.acquire({.hint = {.hash = {}, .avoid = avoid}});
        QTRY_VERIFY(user.connection);
        QVERIFY(user.connection->endpoint().id() != avoided);
        user.release();
    }
    const std::array<EndpointId, 2> all{0, 1}; // no reason to refuse
    User user(*pool);
    user.acquire({.hint = {.hash = {}, .avoid = all}});
    QTRY_VERIFY(user.connection);
}

void TestUpstreamPool::leavingEndpointDrains()
{
    RecordingUpstream stays(silent());
    RecordingUpstream leaves(silent());
    const auto pool = this->pool(upstreamOf({stays.port(), leaves.port()}));
    const auto directory = UpstreamDirectory::create(upstreamOf({stays.port(), leaves.port()}), nullptr);
    const std::vector<EndpointSettings> remaining{directory->entries()[0].settings};
    pool->follow(directory);
    std::array<std::unique_ptr<User>, 4> users;
    for (auto& user : users) {
        user = std::make_unique<User>(*pool);
        user->acquire();
        QTRY_VERIFY(user->connection);
    }
    UpstreamEndpoint& leaving = users[1]->connection->endpoint();
    QCOMPARE(leaving.id(), EndpointId{1});
    User session(*pool);
    session.acquireAt(leaving, {.hint = {}, .lending = Lending::Shared});
    QTRY_VERIFY(session.connection);
    leaving.requestBegan();
    users[3]->release();

    directory->replace(remaining, m_clock.steady());
    pool->refresh();
    QCOMPARE(pool->leaving(), std::size_t{1});
    QCOMPARE(pool->connections(), std::size_t{4}); // the idle one is closed
    QCOMPARE(session.leavings, 0);
    QTRY_COMPARE(session.leavings, 1);
    User late(*pool);
    late.acquireAt(leaving, {});
    QTRY_VERIFY(late.connection);
    QCOMPARE(late.connection->endpoint().id(), EndpointId{0});

    users[1]->release(); // reusable, but nobody is to use it
    QCOMPARE(pool->connections(), std::size_t{4});
    session.release(UpstreamPool::Reuse::No);
    QCoreApplication::processEvents();
    QCOMPARE(pool->leaving(), std::size_t{1}); // a request of the session is still counted there
    leaving.requestEnded();
    QVERIFY(pool->choose({}));
    QTRY_COMPARE(pool->leaving(), std::size_t{0});

    directory->replace({}, m_clock.steady());
    pool->refresh();
    User none(*pool);
    none.acquire();
    QVERIFY(none.failure == ConnectFailure::NoEndpoints);
}

void TestUpstreamPool::wornOut_data()
{
    QTest::addColumn<int>("requests"); // per connection
    QTest::addColumn<int>("seconds");  // of age
    QTest::addColumn<int>("uses");     // after which it is not kept
    QTest::addRow("by requests") << 3 << 0 << 3;
    QTest::addRow("by age") << 0 << 20 << 2; // each use takes ten seconds
    QTest::addRow("whatever comes first") << 5 << 20 << 2;
}

void TestUpstreamPool::wornOut()
{
    QFETCH(int, requests);
    QFETCH(int, seconds);
    QFETCH(int, uses);
    RecordingUpstream server(silent());
    Upstream upstream = upstreamOf({server.port()});
    upstream.maxRequestsPerConnection = requests;
    upstream.maxConnectionAge = std::chrono::seconds(seconds);
    const auto pool = this->pool(upstream);
    User user(*pool);
    for (int i = 1; i <= uses; ++i) {
        user.acquire();
        QTRY_VERIFY(user.connection);
        QCOMPARE(user.connection->isReused(), i > 1);
        m_clock.advance(10s);
        user.release();
        QCOMPARE(pool->idle(), std::size_t(i < uses ? 1 : 0));
    }
    QCOMPARE(pool->connections(), std::size_t{0});
}

/// Its user is told, once; nothing is cut.
void TestUpstreamPool::sharedConnectionGrowsOld()
{
    RecordingUpstream server(silent());
    Upstream upstream = upstreamOf({server.port()});
    upstream.maxConnectionAge = 1min;
    const auto pool = this->pool(upstream);
    User session(*pool);
    session.acquire({.hint = {}, .lending = Lending::Shared});
    QTRY_VERIFY(session.connection);
    m_clock.advance(59s);
    m_deadlines->sweep();
    QCoreApplication::processEvents();
    QCOMPARE(session.leavings, 0);
    m_clock.advance(2s);
    m_deadlines->sweep();
    QTRY_COMPARE(session.leavings, 1);
    m_clock.advance(1h);
    m_deadlines->sweep();
    QCoreApplication::processEvents();
    QCOMPARE(session.leavings, 1);
    QCOMPARE(pool->connections(), std::size_t{1});
}

void TestUpstreamPool::idleBelowTheUpstreams()
{
    RecordingUpstream server(silent());
    Upstream upstream = upstreamOf({server.port()});
    upstream.idleTimeout = 1min;
    const auto pool = this->pool(upstream);
    User user(*pool);
    const auto idleFor = [&](std::chrono::milliseconds time) {
        m_clock.advance(time);
        m_deadlines->sweep();
        return pool->idle() == 1;
    };
    user.acquire();
    QTRY_VERIFY(user.connection);
    user.connection->limitIdle(5s);
    user.release();
    QVERIFY(idleFor(3900ms));
    QVERIFY(!idleFor(200ms)); // a second before the upstream
    user.acquire();
    QTRY_VERIFY(user.connection);
    user.connection->limitIdle(3600s); // longer than ours: ours it is
    user.release();
    QVERIFY(idleFor(59s));
    QVERIFY(!idleFor(2s));
}

void TestUpstreamPool::vanishedUpstreamsAreFound()
{
    RecordingUpstream server(silent());
    const auto pool = this->pool(upstreamOf({server.port()}));
    User user(*pool);
    user.acquire();
    QTRY_VERIFY(user.connection);
    QCOMPARE(livenessOf(user.connection->socket().fd()), (std::vector<int>{1, 60, 10, 6, 120'000}));
}

void TestUpstreamPool::unixPath()
{
    QTemporaryDir folder;
    Upstream upstream;
    upstream.name = QStringLiteral("app");
    upstream.endpoints = {{QStringLiteral("unix:") + folder.filePath(QStringLiteral("app.sock")), 1}};
    const auto pool = this->pool(upstream);
    User user(*pool);
    user.acquire(); // there is nothing yet
    QVERIFY(user.failure == ConnectFailure::Refused);

    const NativeAddress address(*SocketAddress::parse(upstream.endpoints.front().address));
    const FileDescriptor listener(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    QCOMPARE(::bind(listener.fd(), address.data(), address.size), 0);
    QCOMPARE(::listen(listener.fd(), 1), 0);
    QCOMPARE(localAddress(listener.fd())->text(), upstream.endpoints.front().address);
    user.failure.reset();
    user.acquire();
    QTRY_VERIFY(user.connection);
    user.release();
    QCOMPARE(pool->idle(), std::size_t{1});
}

void TestUpstreamPool::settings()
{
    Upstream upstream = upstreamOf({80});
    upstream.maxConnections = 5;
    upstream.maxPending = 1;
    const auto shared = UpstreamSettings::of(upstream, 4);
    QVERIFY(shared);
    QCOMPARE(shared->maxConnections, std::size_t{2});
    QCOMPARE(shared->maxPending, std::size_t{1});
    upstream.maxPending = 0; // nobody waits
    QCOMPARE(UpstreamSettings::of(upstream, 4)->maxPending, std::size_t{0});
    QCOMPARE(shared->maxRequests, std::size_t{0}); // shared by nobody: no limit
    upstream.maxRequests = 9;
    QCOMPARE(UpstreamSettings::of(upstream, 4)->maxRequests, std::size_t{3});
    upstream.maxRequests = 1;
    QCOMPARE(UpstreamSettings::of(upstream, 4)->maxRequests, std::size_t{1});
    upstream = upstreamOf({});
    QVERIFY(!UpstreamSettings::of(upstream, 1));
    upstream.dns = UpstreamDns{}; // its endpoints are found
    QVERIFY(UpstreamSettings::of(upstream, 1));
}

int main(int argc, char** argv) { return runUnderEpoll<TestUpstreamPool>(argc, argv); }

#include "tst_upstream_pool.moc"

#include "gateway/upstream/health_checker.h"
#include "gateway/upstream/upstream_directory.h"
#include "tests/support/epoll_thread.h"
#include "tests/support/fake_clock.h"
#include "tests/support/held_port.h"
#include "tests/support/recording_upstream.h"

#include <QTest>

#include <mutex>

using namespace postern;
using namespace postern::test;
using namespace std::chrono_literals;

namespace {

const std::string kGood = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
const std::string kBad = "HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n";

Upstream upstreamOf(std::initializer_list<quint16> ports)
{
    Upstream upstream;
    upstream.name = QStringLiteral("app");
    for (const quint16 port : ports)
        upstream.endpoints.push_back({QStringLiteral("127.0.0.1:%1").arg(port), 1});
    HealthCheck check;
    check.path = QStringLiteral("/health");
    check.interval = 1s;
    check.timeout = 500ms;
    upstream.healthCheck = check;
    return upstream;
}

/// Says what it is told to.
class Patient
{
public:
    Patient()
        : m_server([this](UpstreamPeer& peer) {
            if (peer.next())
                peer.send(answer());
        })
    {}
    void say(std::string answer)
    {
        const std::lock_guard lock(m_mutex);
        m_answer = std::move(answer);
    }
    [[nodiscard]] quint16 port() const { return m_server.port(); }
    [[nodiscard]] RecordingUpstream& server() { return m_server; }

private:
    std::string answer()
    {
        const std::lock_guard lock(m_mutex);
        return m_answer;
    }
    std::mutex m_mutex;
    std::string m_answer = kGood;
    RecordingUpstream m_server;
};

} // namespace

class TestHealthChecker : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init();
    void cleanup();
    void answers_data();
    void answers();
    void carriesNothingOfAClient();
    void inARow();
    void silenceIsNoAnswer();
    void connectionIsEnoughForTcp();
    void endpointsComeAndGo();
    void changedCheckKeepsWhatIsKnown();

private:
    void start(const Upstream& upstream, std::shared_ptr<UpstreamDirectory> directory)
    {
        m_checker = std::make_unique<HealthChecker>(
            HealthChecker::Settings{*upstream.healthCheck, *UpstreamSettings::of(upstream, 1)},
            UpstreamPool::Environment{epollDispatcher(), *m_deadlines, m_clock},
            UpstreamNotices{[] {}, [this](const UpstreamNotice& notice) { m_told.push_back(notice); }});
        m_checker->follow(std::move(directory));
    }
    void start(const Upstream& upstream)
    {
        m_directory = UpstreamDirectory::create(upstream, nullptr);
        start(upstream, m_directory);
    }
    void pass(std::chrono::milliseconds time)
    {
        m_clock.advance(time);
        m_deadlines->sweep();
    }
    EndpointState state(std::size_t endpoint = 0)
    {
        return m_directory->entries()[endpoint].health->state(m_clock.steady());
    }
    /// Lets the next check be asked and answered.
    bool check(Patient& patient)
    {
        const std::size_t asked = patient.server().requests().size();
        pass(1200ms);
        return QTest::qWaitFor(
            [&] { return patient.server().requests().size() > asked && !m_checker->isAsking(); });
    }

    FakeClock m_clock;
    std::unique_ptr<DeadlineSweep> m_deadlines;
    std::shared_ptr<UpstreamDirectory> m_directory;
    std::unique_ptr<HealthChecker> m_checker;
    std::vector<UpstreamNotice> m_told;
};

void TestHealthChecker::init()
{
    m_deadlines = std::make_unique<DeadlineSweep>(m_clock);
    m_told.clear();
}

void TestHealthChecker::cleanup()
{
    m_checker.reset();
    m_deadlines.reset();
    QCoreApplication::processEvents();
}

void TestHealthChecker::answers_data()
{
    QTest::addColumn<QByteArray>("answer");
    QTest::addColumn<bool>("well");
    QTest::addRow("200") << QByteArray::fromStdString(kGood) << true;
    QTest::addRow("204") << QByteArray("HTTP/1.1 204 No Content\r\n\r\n") << true;
    QTest::addRow("HTTP/1.0") << QByteArray("HTTP/1.0 200 OK\r\n\r\nok") << true;
    QTest::addRow("an interim answer first")
        << QByteArray("HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") << true;
    QTest::addRow("302") << QByteArray("HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n") << false;
    QTest::addRow("404") << QByteArray("HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n") << false;
    QTest::addRow("503") << QByteArray::fromStdString(kBad) << false;
    QTest::addRow("no HTTP") << QByteArray("SSH-2.0-OpenSSH\r\n\r\n") << false;
    QTest::addRow("nothing") << QByteArray() << false;
    QTest::addRow("half a head") << QByteArray("HTTP/1.1 200 O") << false;
    const auto interims = [](int count) {
        return QByteArray("HTTP/1.1 102 Processing\r\n\r\n").repeated(count) +
               QByteArray::fromStdString(kGood);
    };
    QTest::addRow("as many interim answers as are borne") << interims(16) << true;
    QTest::addRow("nothing but interim answers") << interims(17) << false;
    // More than is read in a turn.
    QTest::addRow("a large head") << QByteArray("HTTP/1.1 200 OK\r\nContent-Length: 15000\r\nX: ") +
                                         QByteArray(15'900, 'x') + QByteArray("\r\n\r\n") +
                                         QByteArray(15'000, 'y')
                                  << true;
    QTest::addRow("endless") << QByteArray("HTTP/1.1 200 OK\r\nX: " + QByteArray(100'000, 'x')) << false;
}

void TestHealthChecker::answers()
{
    QFETCH(QByteArray, answer);
    QFETCH(bool, well);
    Patient patient;
    patient.say(answer.toStdString());
    Upstream upstream = upstreamOf({patient.port()});
    upstream.healthCheck->unhealthyAfter = 1;
    start(upstream);
    QVERIFY(state() == EndpointState::Healthy); // until found otherwise
    QVERIFY(check(patient));
    QCOMPARE(state() == EndpointState::Healthy, well);
    QCOMPARE(m_told.size(), std::size_t(well ? 0 : 1));
}

void TestHealthChecker::carriesNothingOfAClient()
{
    Patient patient;
    Upstream upstream = upstreamOf({patient.port()});
    start(upstream);
    QVERIFY(check(patient));
    upstream.healthCheck->host = QStringLiteral("app.example");
    start(upstream);
    QVERIFY(check(patient));
    const auto requests = patient.server().requests();
    QCOMPARE(requests[0].head,
             "GET /health HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(patient.port()) +
                 "\r\nUser-Agent: postern-health\r\nAccept: */*\r\nConnection: close\r\n\r\n");
    QCOMPARE(requests.back().header("host"), "app.example");
}

void TestHealthChecker::inARow()
{
    Patient patient;
    Upstream upstream = upstreamOf({patient.port()});
    upstream.healthCheck->unhealthyAfter = 3;
    upstream.healthCheck->healthyAfter = 2;
    start(upstream);
    const auto see = [&](const std::string& answer, EndpointState expected) {
        patient.say(answer);
        return check(patient) && state() == expected;
    };
    QVERIFY(see(kBad, EndpointState::Healthy));
    QVERIFY(see(kBad, EndpointState::Healthy));
    QVERIFY(see(kGood, EndpointState::Healthy)); // they were not in a row
    QVERIFY(see(kBad, EndpointState::Healthy));
    QVERIFY(see(kBad, EndpointState::Healthy));
    QVERIFY(see(kBad, EndpointState::Unhealthy));
    QVERIFY(m_told.size() == 1 && m_told[0].kind == UpstreamNotice::Kind::EndpointUnwell);
    QVERIFY(m_told[0].detail.endsWith(QLatin1String("it answers 503")));
    QVERIFY(see(kGood, EndpointState::Unhealthy));
    QVERIFY(see(kBad, EndpointState::Unhealthy));
    QVERIFY(see(kGood, EndpointState::Unhealthy));
    QVERIFY(see(kGood, EndpointState::Healthy));
    QVERIFY(m_told.size() == 2 && m_told[1].kind == UpstreamNotice::Kind::EndpointWell);
    QCOMPARE(m_directory->entries()[0].health->since(), m_clock.steady()); // its slow start begins
}

void TestHealthChecker::silenceIsNoAnswer()
{
    RecordingUpstream silent([](UpstreamPeer& peer) {
        while (!peer.receive().empty()) {
        }
    });
    Upstream upstream = upstreamOf({silent.port()});
    upstream.healthCheck->unhealthyAfter = 1;
    start(upstream);
    pass(200ms);
    QTRY_COMPARE(silent.connections(), 1);
    QVERIFY(state() == EndpointState::Healthy);
    pass(600ms);
    QVERIFY(state() == EndpointState::Unhealthy);
    QVERIFY(m_told.back().detail.contains(QLatin1String("no answer in time")) ||
            m_told.back().detail.contains(QLatin1String("no connection in time")));
}

void TestHealthChecker::connectionIsEnoughForTcp()
{
    RecordingUpstream silent([](UpstreamPeer& peer) {
        while (!peer.receive().empty()) {
        }
    });
    const HeldPort dead;
    Upstream upstream = upstreamOf({silent.port(), dead.number()});
    upstream.healthCheck->path.clear();
    upstream.healthCheck->unhealthyAfter = 1;
    start(upstream);
    for (int i = 0; i < 3; ++i) {
        pass(1200ms);
        QTRY_VERIFY(silent.connections() > i && !m_checker->isAsking());
    }
    QVERIFY(state(0) == EndpointState::Healthy);
    QVERIFY(state(1) == EndpointState::Unhealthy);
}

void TestHealthChecker::endpointsComeAndGo()
{
    Patient stays;
    Patient comes;
    Patient goes;
    start(upstreamOf({stays.port(), goes.port()}));
    QVERIFY(check(goes));
    const auto after = UpstreamDirectory::create(upstreamOf({stays.port(), comes.port()}), m_directory);
    m_checker->follow(after);
    const std::size_t asked = goes.server().requests().size();
    QVERIFY(check(comes));
    QVERIFY(check(stays));
    QCOMPARE(goes.server().requests().size(), asked);
}

void TestHealthChecker::changedCheckKeepsWhatIsKnown()
{
    Patient patient;
    patient.say(kBad);
    Upstream upstream = upstreamOf({patient.port()});
    upstream.healthCheck->unhealthyAfter = 1;
    start(upstream);
    QVERIFY(check(patient));
    QVERIFY(state() == EndpointState::Unhealthy);
    upstream.healthCheck->unhealthyAfter = 9;
    upstream.healthCheck->healthyAfter = 1;
    m_directory = UpstreamDirectory::create(upstream, m_directory);
    start(upstream, m_directory);
    QVERIFY(state() == EndpointState::Unhealthy);
    patient.say(kGood);
    QVERIFY(check(patient));
    QVERIFY(state() == EndpointState::Healthy);
}

int main(int argc, char** argv) { return runUnderEpoll<TestHealthChecker>(argc, argv); }

#include "tst_health_checker.moc"

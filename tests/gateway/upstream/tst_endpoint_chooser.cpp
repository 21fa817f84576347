#include "gateway/telemetry/endpoint_census.h"
#include "gateway/upstream/endpoint_chooser.h"
#include "gateway/upstream/outlier_detector.h"
#include "models/document/upstream.h"
#include "tests/support/fake_clock.h"

#include <QTest>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <map>
#include <thread>

using namespace postern;
using namespace postern::test;
using namespace std::chrono_literals;

namespace {

/// Owns what endpoints refer to.
struct Upstreams
{
    explicit Upstreams(const QList<int>& weights, const QList<int>& priorities = {})
    {
        for (const int weight : weights) {
            const auto id = static_cast<EndpointId>(endpoints.size());
            endpoints.push_back(std::make_unique<UpstreamEndpoint>(
                EndpointSettings{
                    {}, weight, "10.0.0." + std::to_string(id) + ":80", priorities.value(int(id), 0)},
                std::make_shared<EndpointHealth>(), detector, id));
        }
    }
    OutlierDetector detector{std::nullopt, nullptr};
    EndpointChooser::Endpoints endpoints;
};

/// How often each endpoint is chosen in \a draws.
std::map<EndpointId, int> tally(EndpointChooser& chooser, const EndpointChooser::Endpoints& endpoints,
                                int draws, Clock::Steady now)
{
    std::map<EndpointId, int> counts;
    for (int i = 0; i < draws; ++i)
        ++counts[chooser
                     .choose(endpoints, {.hash = balancerHash("key " + std::to_string(i)), .avoid = {}}, now)
                     ->id()];
    return counts;
}

/// Within five standard deviations of \a share of \a draws: one false alarm in two million.
bool isAbout(int count, double share, int draws)
{
    return std::abs(count - share * draws) <= 5 * std::sqrt(draws * share * (1 - share));
}

void begin(UpstreamEndpoint& endpoint, int requests)
{
    for (int i = 0; i < requests; ++i)
        endpoint.requestBegan();
}

} // namespace

class TestEndpointChooser : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void turns_data();
    void turns();
    void manyTakeTurns();
    void manyChangeMeanwhile();
    void leastRequestAvoidsTheBusy();
    void leastRequestSavesNothingUp();
    void refusingEndpointIsPassedOver();
    void burstOfRefusalsIsOne();
    void avoided();
    void none();
    void spares_data();
    void spares();
    void manySpares();
    void byWeight_data();
    void byWeight();
    void randomAvoidsTheBusy();
    void sameKeySameEndpoint();
    void consistentHashMovesLittle();
    void withoutKeyInTurn();
    void healthChangesMeanwhile_data();
    void healthChangesMeanwhile();
    void slowStartGrows_data();
    void slowStartGrows();

private:
    FakeClock m_clock;
};

void TestEndpointChooser::turns_data()
{
    QTest::addColumn<int>("balancer");
    QTest::addColumn<QList<int>>("weights");
    QTest::addColumn<QList<int>>("turns"); // endpoints in order, of requests that end at once
    QTest::addRow("round robin") << int(Balancer::RoundRobin) << QList<int>{1, 1, 1}
                                 << QList<int>{0, 1, 2, 0, 1, 2};
    QTest::addRow("smooth weights") << int(Balancer::RoundRobin) << QList<int>{3, 1}
                                    << QList<int>{0, 0, 1, 0, 0, 0, 1, 0};
    QTest::addRow("least request takes turns when equal")
        << int(Balancer::LeastRequest) << QList<int>{1, 1} << QList<int>{0, 1, 0, 1};
}

void TestEndpointChooser::turns()
{
    QFETCH(int, balancer);
    QFETCH(QList<int>, weights);
    QFETCH(QList<int>, turns);
    const Upstreams upstreams(weights);
    const auto& endpoints = upstreams.endpoints;
    EndpointChooser chooser(static_cast<Balancer>(balancer), 0ms, 1);
    QList<int> chosen;
    for (int i = 0; i < turns.size(); ++i)
        chosen.append(static_cast<int>(chooser.choose(endpoints, {}, m_clock.steady())->id()));
    QCOMPARE(chosen, turns);
}

/// Whom it found well is kept for a round: one that falls ill is left out at once, its share spread over all
/// the others, and one that is well again comes back after a round at most.
void TestEndpointChooser::manyTakeTurns()
{
    constexpr int count = 20;
    const Upstreams upstreams(QList<int>(count, 1));
    const auto& endpoints = upstreams.endpoints;
    EndpointChooser chooser(Balancer::RoundRobin, 0ms, 1);
    const auto round = [&](int choices) { return tally(chooser, endpoints, choices, m_clock.steady()); };
    const auto everyone = [](const std::map<EndpointId, int>& counts, std::size_t size, int each) {
        return counts.size() == size &&
               std::ranges::all_of(counts, [each](const auto& one) { return one.second == each; });
    };
    QVERIFY(everyone(round(3 * count), count, 3));
    for (int i = 0; i < 7; ++i) // in the middle of a round
        (void)chooser.choose(endpoints, {}, m_clock.steady());
    endpoints[7]->health().checked(false, m_clock.steady()); // whose turn it is
    endpoints[12]->health().checked(false, m_clock.steady());
    const auto rest = round(5 * (count - 2));
    QVERIFY(everyone(rest, count - 2, 5));
    QVERIFY(!rest.contains(7) && !rest.contains(12));
    endpoints[7]->health().checked(true, m_clock.steady());
    (void)round(count);
    QVERIFY(everyone(round(2 * (count - 1)), count - 1, 2));
    for (const auto& endpoint : endpoints)
        endpoint->health().checked(false, m_clock.steady());
    QVERIFY(everyone(round(2 * count), count, 2)); // rather any than none
}

void TestEndpointChooser::manyChangeMeanwhile()
{
    Upstreams upstreams(QList<int>(20, 1));
    EndpointChooser chooser(Balancer::RoundRobin, 0ms, 1);
    (void)tally(chooser, upstreams.endpoints, 5, m_clock.steady());
    upstreams.endpoints.erase(upstreams.endpoints.begin() + 5, upstreams.endpoints.begin() + 8);
    chooser.forget();
    const auto counts = tally(chooser, upstreams.endpoints, 17, m_clock.steady());
    QCOMPARE(counts.size(), std::size_t{17});
}

void TestEndpointChooser::leastRequestAvoidsTheBusy()
{
    const Upstreams upstreams({1, 1, 2});
    const auto& endpoints = upstreams.endpoints;
    EndpointChooser chooser(Balancer::LeastRequest, 0ms, 1);
    begin(*endpoints[0], 5);
    begin(*endpoints[1], 3);
    begin(*endpoints[2], 8);
    QCOMPARE(chooser.choose(endpoints, {}, m_clock.steady())->id(), EndpointId{1});
    endpoints[2]->requestEnded();
    endpoints[2]->requestEnded(); // for its weight the least: 7/2 < 4
    QCOMPARE(chooser.choose(endpoints, {}, m_clock.steady())->id(), EndpointId{2});
}

/// An endpoint that was slow for long is not made up for it afterwards.
void TestEndpointChooser::leastRequestSavesNothingUp()
{
    const Upstreams upstreams({1, 1, 1});
    const auto& endpoints = upstreams.endpoints;
    EndpointChooser chooser(Balancer::LeastRequest, 0ms, 1);
    const auto chosen = [&] { return chooser.choose(endpoints, {}, m_clock.steady())->id(); };
    begin(*endpoints[0], 1);
    for (int i = 0; i < 1000; ++i)
        QVERIFY(chosen() != EndpointId{0});
    endpoints[0]->requestEnded();
    for (int i = 0; i < 30; ++i)
        QCOMPARE(chosen(), EndpointId(i % 3));
}

/// For a second, then for two.
void TestEndpointChooser::refusingEndpointIsPassedOver()
{
    const Upstreams upstreams({1, 100});
    const auto& endpoints = upstreams.endpoints;
    EndpointChooser chooser(Balancer::LeastRequest, 0ms, 1);
    const auto chosen = [&] { return chooser.choose(endpoints, {}, m_clock.steady())->id(); };
    endpoints[1]->report(AttemptOutcome::ConnectFailure, m_clock.steady());
    QVERIFY(endpoints[1]->health().state(m_clock.steady()) == EndpointState::Unhealthy);
    QCOMPARE(chosen(), EndpointId{0});
    m_clock.advance(1s);
    QCOMPARE(chosen(), EndpointId{1});
    endpoints[1]->report(AttemptOutcome::ConnectFailure, m_clock.steady());
    m_clock.advance(1s);
    QCOMPARE(chosen(), EndpointId{0});
    m_clock.advance(1s);
    QCOMPARE(chosen(), EndpointId{1});
    endpoints[1]->health().connected(m_clock.steady());
    QVERIFY(endpoints[1]->health().state(m_clock.steady()) == EndpointState::Healthy);
}

/// Requests that run into the same refusal at the same moment have found one thing, not five.
void TestEndpointChooser::burstOfRefusalsIsOne()
{
    EndpointHealth health;
    for (int i = 0; i < 5; ++i)
        health.connectFailed(m_clock.steady());
    QVERIFY(!health.isWorthTrying(m_clock.steady() + 999ms));
    m_clock.advance(500ms);
    health.connectFailed(m_clock.steady()); // a straggler
    m_clock.advance(500ms);
    QVERIFY(health.isWorthTrying(m_clock.steady()));
    for (int i = 0; i < 5; ++i)
        health.connectFailed(m_clock.steady());
    m_clock.advance(1999ms);
    QVERIFY(!health.isWorthTrying(m_clock.steady()));
    m_clock.advance(1ms);
    QVERIFY(health.isWorthTrying(m_clock.steady()));
    health.connected(m_clock.steady());
    health.connectFailed(m_clock.steady()); // well in between: from the beginning
    QVERIFY(!health.isWorthTrying(m_clock.steady() + 999ms));
    QVERIFY(health.isWorthTrying(m_clock.steady() + 1s));
}

void TestEndpointChooser::avoided()
{
    const Upstreams upstreams({1, 1, 1});
    const auto& endpoints = upstreams.endpoints;
    EndpointChooser chooser(Balancer::RoundRobin, 0ms, 1);
    const std::array<EndpointId, 2> avoid{0, 2};
    const BalancerHint hint{.hash = {}, .avoid = avoid};
    for (int i = 0; i < 3; ++i)
        QCOMPARE(chooser.choose(endpoints, hint, m_clock.steady())->id(), EndpointId{1});
    // Rather one that was tried already than one that is known to refuse.
    endpoints[1]->report(AttemptOutcome::ConnectFailure, m_clock.steady());
    QVERIFY(chooser.choose(endpoints, hint, m_clock.steady())->id() != EndpointId{1});
}

void TestEndpointChooser::none()
{
    EndpointChooser chooser(Balancer::RoundRobin, 0ms, 1);
    QVERIFY(!chooser.choose({}, {}, m_clock.steady()));
}

void TestEndpointChooser::spares_data()
{
    QTest::addColumn<int>("balancer");
    QTest::addRow("round robin") << int(Balancer::RoundRobin);
    QTest::addRow("least request") << int(Balancer::LeastRequest);
    QTest::addRow("random") << int(Balancer::Random);
    QTest::addRow("consistent hash") << int(Balancer::ConsistentHash);
}

/// Each priority serves while none before it is worth trying (RFC 2782).
void TestEndpointChooser::spares()
{
    QFETCH(int, balancer);
    const Upstreams upstreams({1, 1, 1, 1, 100}, {1, 0, 1, 0, 2});
    const auto& endpoints = upstreams.endpoints;
    EndpointChooser chooser(static_cast<Balancer>(balancer), 0ms, 1);
    const auto chosen = [&] {
        QList<EndpointId> ids;
        for (const auto& [id, count] : tally(chooser, endpoints, 2000, m_clock.steady()))
            ids.append(id);
        return ids;
    };
    const auto check = [&](std::size_t endpoint, bool well) {
        endpoints[endpoint]->health().checked(well, m_clock.steady());
    };
    QCOMPARE(chosen(), (QList<EndpointId>{1, 3}));
    check(1, false);
    QCOMPARE(chosen(), (QList<EndpointId>{3}));
    const std::array<EndpointId, 1> avoid{3};
    QCOMPARE(chooser.choose(endpoints, {.hash = {}, .avoid = avoid}, m_clock.steady())->id(), EndpointId{3});
    endpoints[3]->report(AttemptOutcome::ConnectFailure, m_clock.steady());
    QCOMPARE(chosen(), (QList<EndpointId>{0, 2}));
    check(0, false);
    check(2, false);
    QCOMPARE(chosen(), (QList<EndpointId>{4}));
    check(4, false);
    QCOMPARE(chosen(), (QList<EndpointId>{1, 3})); // rather any than none
    check(2, true);
    QCOMPARE(chosen(), (QList<EndpointId>{2}));
    endpoints[3]->health().connected(m_clock.steady());
    QCOMPARE(chosen(), (QList<EndpointId>{3}));
}

/// Whom it found well is kept for a round, spares too; not for longer.
void TestEndpointChooser::manySpares()
{
    constexpr int each = 10;
    const Upstreams upstreams(QList<int>(2 * each, 1), QList<int>(each, 1));
    const auto& endpoints = upstreams.endpoints; // the first ten are the spares
    EndpointChooser chooser(Balancer::RoundRobin, 0ms, 1);
    const auto round = [&] { return tally(chooser, endpoints, each, m_clock.steady()); };
    QVERIFY(round().size() == each && round().begin()->first == each);
    for (std::size_t i = each; i < 2 * each; ++i)
        endpoints[i]->health().checked(false, m_clock.steady());
    QVERIFY(round().size() == each && round().rbegin()->first == each - 1);
    for (std::size_t i = each; i < 2 * each; ++i)
        endpoints[i]->health().checked(true, m_clock.steady());
    (void)round();
    QVERIFY(round().size() == each && round().begin()->first == each);
}

void TestEndpointChooser::byWeight_data()
{
    QTest::addColumn<int>("balancer");
    QTest::addRow("random") << int(Balancer::Random);
    QTest::addRow("consistent hash") << int(Balancer::ConsistentHash);
    QTest::addRow("least request of many") << int(Balancer::LeastRequest);
}

/// Idle endpoints of several weights: each gets its share.
void TestEndpointChooser::byWeight()
{
    QFETCH(int, balancer);
    const QList<int> weights{1, 1, 2, 2, 3, 3, 4, 4, 5, 5}; // more than kFew
    const Upstreams upstreams(weights);
    EndpointChooser chooser(static_cast<Balancer>(balancer), 0ms, 42);
    constexpr int draws = 30'000;
    const auto counts = tally(chooser, upstreams.endpoints, draws, m_clock.steady());
    for (const auto& [id, count] : counts)
        QVERIFY2(isAbout(count, weights[int(id)] / 30.0, draws),
                 qPrintable(QStringLiteral("%1: %2").arg(id).arg(count)));
    QCOMPARE(counts.size(), std::size_t{10});
}

void TestEndpointChooser::randomAvoidsTheBusy()
{
    const Upstreams upstreams({1, 1, 1});
    EndpointChooser chooser(Balancer::Random, 0ms, 7);
    begin(*upstreams.endpoints[1], 1);
    const auto counts = tally(chooser, upstreams.endpoints, 1000, m_clock.steady());
    QCOMPARE(counts.count(1), std::size_t{0}); // whoever is drawn with it is idle
    QVERIFY(isAbout(counts.at(0), 0.5, 1000));
}

/// In every process: another chooser with another seed, and the list in another order.
void TestEndpointChooser::sameKeySameEndpoint()
{
    Upstreams upstreams({1, 2, 1, 3});
    EndpointChooser one(Balancer::ConsistentHash, 0ms, 1);
    EndpointChooser other(Balancer::ConsistentHash, 0ms, 2);
    std::vector<EndpointId> chosen;
    for (int i = 0; i < 100; ++i) {
        const BalancerHint hint{.hash = balancerHash(std::to_string(i)), .avoid = {}};
        chosen.push_back(one.choose(upstreams.endpoints, hint, m_clock.steady())->id());
    }
    std::ranges::reverse(upstreams.endpoints);
    for (int i = 0; i < 100; ++i) {
        const BalancerHint hint{.hash = balancerHash(std::to_string(i)), .avoid = {}};
        QCOMPARE(other.choose(upstreams.endpoints, hint, m_clock.steady())->id(), chosen[std::size_t(i)]);
    }
}

/// An endpoint that goes, or is not well, moves its own keys and no other; they spread over the rest by
/// weight.
void TestEndpointChooser::consistentHashMovesLittle()
{
    Upstreams upstreams({2, 1, 1, 4});
    EndpointChooser chooser(Balancer::ConsistentHash, 0ms, 1);
    constexpr int keys = 8000;
    const auto where = [&](int key) {
        const BalancerHint hint{.hash = balancerHash(std::to_string(key)), .avoid = {}};
        return chooser.choose(upstreams.endpoints, hint, m_clock.steady())->id();
    };
    std::vector<EndpointId> before;
    for (int i = 0; i < keys; ++i)
        before.push_back(where(i));
    upstreams.endpoints[3]->health().checked(false, m_clock.steady());
    std::map<EndpointId, int> moved;
    for (int i = 0; i < keys; ++i) {
        const EndpointId now = where(i);
        if (before[std::size_t(i)] != 3)
            QCOMPARE(now, before[std::size_t(i)]);
        else
            ++moved[now];
    }
    const int all = moved[0] + moved[1] + moved[2];
    QVERIFY(isAbout(all, 0.5, keys)); // its weight is half of the whole
    QVERIFY(isAbout(moved[0], 0.5, all));
    QVERIFY(isAbout(moved[1], 0.25, all));
    QCOMPARE(moved.count(3), std::size_t{0});
    upstreams.endpoints.pop_back(); // gone or unwell is the same
    for (int i = 0; i < keys; ++i)
        if (before[std::size_t(i)] != 3)
            QCOMPARE(where(i), before[std::size_t(i)]);
}

void TestEndpointChooser::withoutKeyInTurn()
{
    const Upstreams upstreams({1, 1});
    EndpointChooser chooser(Balancer::ConsistentHash, 0ms, 1);
    const auto first = chooser.choose(upstreams.endpoints, {}, m_clock.steady())->id();
    QVERIFY(chooser.choose(upstreams.endpoints, {}, m_clock.steady())->id() != first);
}

void TestEndpointChooser::healthChangesMeanwhile_data()
{
    QTest::addColumn<int>("balancer");
    QTest::addColumn<int>("endpoints");
    QTest::addRow("round robin") << int(Balancer::RoundRobin) << 3;
    QTest::addRow("round robin of many") << int(Balancer::RoundRobin) << 20;
    QTest::addRow("least request") << int(Balancer::LeastRequest) << 3;
    QTest::addRow("least request of many") << int(Balancer::LeastRequest) << 20;
    QTest::addRow("random") << int(Balancer::Random) << 3;
    QTest::addRow("consistent hash") << int(Balancer::ConsistentHash) << 3;
}

/// As in an outage: what other workers and the checks find changes in the middle of a choice. There is an
/// endpoint all the same.
void TestEndpointChooser::healthChangesMeanwhile()
{
    QFETCH(int, balancer);
    QFETCH(int, endpoints);
    const Upstreams upstreams(QList<int>(endpoints, 1));
    EndpointChooser chooser(static_cast<Balancer>(balancer), 0ms, 1);
    const Clock::Steady now = m_clock.steady();
    std::atomic<bool> over = false;
    std::thread checks([&] {
        for (bool well = false; !over; well = !well)
            for (const auto& endpoint : upstreams.endpoints)
                endpoint->health().checked(well, now);
    });
    int without = 0;
    for (std::uint64_t i = 0; i < 100'000; ++i)
        without +=
            chooser.choose(upstreams.endpoints, {.hash = balancerHash("key"), .avoid = {}}, now) ? 0 : 1;
    over = true;
    checks.join();
    QCOMPARE(without, 0);
}

void TestEndpointChooser::slowStartGrows_data()
{
    QTest::addColumn<int>("seconds");  // of ten
    QTest::addColumn<double>("share"); // of its weight
    QTest::addRow("begins with a tenth") << 0 << 0.1;
    QTest::addRow("linear") << 5 << 0.5;
    QTest::addRow("whole") << 10 << 1.0;
}

void TestEndpointChooser::slowStartGrows()
{
    QFETCH(int, seconds);
    QFETCH(double, share);
    for (const Balancer balancer : {Balancer::RoundRobin, Balancer::Random, Balancer::ConsistentHash}) {
        const Upstreams upstreams({1, 1, 1});
        UpstreamEndpoint& recovering = *upstreams.endpoints[2];
        recovering.health().checked(false, m_clock.steady());
        recovering.health().checked(true, m_clock.steady());
        const Clock::Steady now = m_clock.steady() + std::chrono::seconds(seconds);
        EndpointChooser chooser(balancer, 10s, 3);
        constexpr int draws = 10'000;
        const auto counts = tally(chooser, upstreams.endpoints, draws, now);
        QVERIFY2(isAbout(counts.at(2), share / (2 + share), draws),
                 qPrintable(QStringLiteral("%1: %2").arg(int(balancer)).arg(counts.at(2))));
    }
}

QTEST_GUILESS_MAIN(TestEndpointChooser)

#include "tst_endpoint_chooser.moc"

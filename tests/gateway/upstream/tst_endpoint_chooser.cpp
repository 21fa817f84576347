#include "gateway/upstream/endpoint_chooser.h"
#include "models/document/upstream.h"
#include "tests/support/fake_clock.h"

#include <QTest>

using namespace postern;
using namespace postern::test;
using namespace std::chrono_literals;

namespace {

EndpointChooser::Endpoints endpointsOf(const QList<int>& weights)
{
    EndpointChooser::Endpoints endpoints;
    for (const int weight : weights) {
        const auto id = static_cast<EndpointId>(endpoints.size());
        endpoints.push_back(std::make_unique<UpstreamEndpoint>(
            UpstreamSettings::Endpoint{{}, weight, "10.0.0." + std::to_string(id) + ":80"}, id));
    }
    return endpoints;
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
    void leastRequestAvoidsTheBusy();
    void refusingEndpointIsPassedOver();
    void avoided();
    void none();

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
    const auto endpoints = endpointsOf(weights);
    EndpointChooser chooser(static_cast<Balancer>(balancer));
    QList<int> chosen;
    for (int i = 0; i < turns.size(); ++i)
        chosen.append(static_cast<int>(chooser.choose(endpoints, {}, m_clock.steady())->id()));
    QCOMPARE(chosen, turns);
}

void TestEndpointChooser::leastRequestAvoidsTheBusy()
{
    const auto endpoints = endpointsOf({1, 1, 2});
    EndpointChooser chooser(Balancer::LeastRequest);
    begin(*endpoints[0], 5);
    begin(*endpoints[1], 3);
    begin(*endpoints[2], 8);
    QCOMPARE(chooser.choose(endpoints, {}, m_clock.steady())->id(), EndpointId{1});
    endpoints[2]->requestEnded();
    endpoints[2]->requestEnded(); // for its weight the least: 7/2 < 4
    QCOMPARE(chooser.choose(endpoints, {}, m_clock.steady())->id(), EndpointId{2});
}

/// For a second, then for two.
void TestEndpointChooser::refusingEndpointIsPassedOver()
{
    const auto endpoints = endpointsOf({1, 100});
    EndpointChooser chooser(Balancer::LeastRequest);
    const auto chosen = [&] { return chooser.choose(endpoints, {}, m_clock.steady())->id(); };
    endpoints[1]->report(AttemptOutcome::ConnectFailure, m_clock.steady());
    QVERIFY(!endpoints[1]->health().isHealthy());
    QCOMPARE(chosen(), EndpointId{0});
    m_clock.advance(1s);
    QCOMPARE(chosen(), EndpointId{1});
    endpoints[1]->report(AttemptOutcome::ConnectFailure, m_clock.steady());
    m_clock.advance(1s);
    QCOMPARE(chosen(), EndpointId{0});
    m_clock.advance(1s);
    QCOMPARE(chosen(), EndpointId{1});
    endpoints[1]->health().connected();
    QVERIFY(endpoints[1]->health().isHealthy());
}

void TestEndpointChooser::avoided()
{
    const auto endpoints = endpointsOf({1, 1, 1});
    EndpointChooser chooser(Balancer::RoundRobin);
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
    EndpointChooser chooser(Balancer::RoundRobin);
    QVERIFY(!chooser.choose({}, {}, m_clock.steady()));
}

QTEST_GUILESS_MAIN(TestEndpointChooser)

#include "tst_endpoint_chooser.moc"

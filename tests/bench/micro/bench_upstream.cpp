#include "gateway/upstream/endpoint_chooser.h"
#include "gateway/upstream/outlier_detector.h"
#include "models/document/upstream.h"

#include <QTest>

using namespace postern;

/// Which endpoint gets a request, among few and among many.
class BenchUpstream : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void choose_data();
    void choose();
};

void BenchUpstream::choose_data()
{
    QTest::addColumn<int>("balancer");
    QTest::addColumn<int>("endpoints");
    const std::pair<const char*, Balancer> balancers[] = {{"round robin", Balancer::RoundRobin},
                                                          {"least request", Balancer::LeastRequest},
                                                          {"random", Balancer::Random},
                                                          {"consistent hash", Balancer::ConsistentHash}};
    for (const auto& [name, balancer] : balancers) {
        for (const int count : {3, 10, 100, 1000})
            QTest::addRow("%s of %d", name, count) << int(balancer) << count;
    }
}

void BenchUpstream::choose()
{
    QFETCH(int, balancer);
    QFETCH(int, endpoints);
    const OutlierDetector detector{std::nullopt, nullptr};
    EndpointChooser::Endpoints all;
    for (int i = 0; i < endpoints; ++i)
        all.push_back(
            std::make_unique<UpstreamEndpoint>(EndpointSettings{{}, 1, "endpoint " + std::to_string(i)},
                                               std::make_shared<EndpointHealth>(), detector, EndpointId(i)));
    EndpointChooser chooser(static_cast<Balancer>(balancer), std::chrono::milliseconds(0), 1);
    const Clock::Steady now{};
    std::uint64_t key = 0;
    QBENCHMARK
    {
        key = balancerHash(std::string_view(reinterpret_cast<const char*>(&key), sizeof key));
        if (!chooser.choose(all, {.hash = key, .avoid = {}}, now))
            QFAIL("no endpoint");
    }
}

QTEST_GUILESS_MAIN(BenchUpstream)
#include "bench_upstream.moc"

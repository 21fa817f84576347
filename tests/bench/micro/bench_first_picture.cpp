// From the poller's start to the whole fleet in a model, with a real Prometheus: the part of C1 below the
// widgets. A thousand APIs, three gateways each, 100,000 series. The data spans twenty minutes only: promtool
// takes text, and a month of it is no file one wants.
#include "models/fleet/fleet_poller.h"
#include "models/fleet/fleet_source.h"
#include "models/items/fleet_model.h"
#include "models/prometheus/client.h"
#include "tests/support/fleet_data.h"
#include "tests/support/prometheus_process.h"

#include <QElapsedTimer>
#include <QTest>

#include <ctime>

using namespace postern;
using namespace postern::test;
using namespace std::chrono_literals;

namespace {

class GivenFleet final : public FleetSource
{
public:
    explicit GivenFleet(const FleetData& data)
    {
        for (int api = 0; api < data.apis; ++api) {
            for (int replica = 0; replica < data.instances; ++replica)
                m_instances.push_back({.api = QString::fromLatin1(FleetData::api(api)),
                                       .instance = QString::fromLatin1(data.instance(api, replica)),
                                       .url = {},
                                       .labels = {}});
        }
    }
    std::vector<GatewayInstance> instances() const override { return m_instances; }
    SourceState state() const override
    {
        SourceState state;
        state.source = QStringLiteral("fleet");
        state.state = SourceState::State::Live;
        return state;
    }

private:
    std::vector<GatewayInstance> m_instances;
};

} // namespace

class bench_FirstPicture : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void firstPicture();
};

void bench_FirstPicture::firstPicture()
{
    const Clock::Wall now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    const FleetData data{.from = now - 20min, .to = now + 1min};
    PrometheusProcess prometheus;
    QVERIFY2(prometheus.start({.openMetrics = data.text(), .targets = {}, .arguments = {}}),
             qPrintable(prometheus.error()));
    PrometheusEndpoint endpoint;
    endpoint.url = prometheus.url();
    const auto client = std::move(*PrometheusClient::create(endpoint));
    const SystemClock clock;
    GivenFleet fleet(data);
    std::vector<ApiExpectation> expectations;
    for (int api = 0; api < data.apis; ++api)
        expectations.push_back(
            {.api = QString::fromLatin1(FleetData::api(api)),
             .hash = QString(64, QLatin1Char('a')),
             .revision = {},
             .labels = {},
             .objectives = {{.name = QStringLiteral("availability"), .target = 0.9999, .window = 720h}}});
    FleetModel model;
    FleetPoller poller(*client, fleet, clock, {.refresh = 15s, .scrapeInterval = 60s, .range = 1200s});
    connect(&poller, &FleetPoller::snapshotChanged, &model, &FleetModel::setSnapshot);
    poller.setExpectations(expectations);
    QElapsedTimer timer;
    timer.start();
    const std::clock_t cpu = std::clock();
    poller.start();
    const auto shows = [&](int column) {
        return model.rowCount() == data.apis &&
               !model.index(data.apis - 1, column).data(Qt::DisplayRole).toString().isEmpty();
    };
    QTRY_VERIFY_WITH_TIMEOUT(shows(FleetModel::RequestRate) && shows(FleetModel::P99), 120'000);
    qInfo("figures after %lld ms", static_cast<long long>(timer.elapsed()));
    QTRY_VERIFY_WITH_TIMEOUT(shows(FleetModel::BudgetLeft), 120'000);
    qInfo("budgets after %lld ms; our CPU %.0f ms", static_cast<long long>(timer.elapsed()),
          1000.0 * static_cast<double>(std::clock() - cpu) / CLOCKS_PER_SEC);
}

QTEST_GUILESS_MAIN(bench_FirstPicture)
#include "bench_first_picture.moc"

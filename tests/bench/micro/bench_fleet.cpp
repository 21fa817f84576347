// What one refresh of the console costs on its UI thread at C1's size: a thousand APIs, three gateways each.
#include "models/fleet/fleet_join.h"
#include "models/items/fleet_model.h"
#include "models/items/instances_model.h"
#include "models/prometheus/reply_parser.h"

#include <QSortFilterProxyModel>
#include <QTest>

#include <cmath>

using namespace postern;
using namespace std::chrono_literals;
using Kind = FleetQuestion::Kind;

namespace {

constexpr int kApis = 1000;
constexpr int kInstances = 3;
const Clock::Wall kNow(std::chrono::hours(490'900));

QString apiName(int api)
{
    return QStringLiteral("team-%1/api-%2")
        .arg(api % 40, 2, 10, QLatin1Char('0'))
        .arg(api, 4, 10, QLatin1Char('0'));
}

QString instanceName(int api, int instance)
{
    return QStringLiteral("10.%1.%2.%3:9909").arg(api / 250).arg(api % 250).arg(instance);
}

using Labels = std::vector<std::pair<QString, QString>>;

PrometheusSeries seriesOf(Labels labels, double value)
{
    return {.labels = {std::move(labels)}, .points = {{.at = kNow, .value = value}}};
}

slo::Objective objective(slo::Objective::Kind kind)
{
    return {
        .name = QStringLiteral("one"), .kind = kind, .target = 0.9999, .threshold = 250ms, .window = 720h};
}

/// Every answer of one refresh; \a round moves the figures, as time does.
struct Fleet
{
    std::vector<FleetQuestion> questions;
    std::vector<PrometheusAnswer> answers;
    std::vector<GatewayInstance> gateways;
    std::vector<ApiExpectation> expectations;

    explicit Fleet(int round)
    {
        const std::vector<slo::Objective> objectives{objective(slo::Objective::Kind::Availability),
                                                     objective(slo::Objective::Kind::Latency)};
        questions = fleetQuestions({.scrapeInterval = 15s, .range = 6h, .objectives = objectives});
        for (int api = 0; api < kApis; ++api) {
            for (int instance = 0; instance < kInstances; ++instance)
                gateways.push_back(
                    {.api = apiName(api), .instance = instanceName(api, instance), .url = {}, .labels = {}});
            expectations.push_back({.api = apiName(api),
                                    .hash = QString(64, QLatin1Char('a')),
                                    .revision = QStringLiteral("4f1c2a9"),
                                    .labels = {{QStringLiteral("team"), QStringLiteral("ledger")}},
                                    .objectives = objectives});
        }
        for (const FleetQuestion& question : questions)
            answers.push_back(answer(question, round));
    }

    static PrometheusAnswer answer(const FleetQuestion& question, int round)
    {
        PrometheusAnswer answer;
        for (int api = 0; api < kApis; ++api) {
            const double value = 100.0 + api + round;
            if (question.kind == Kind::Events)
                addEvents(answer, api, value);
            else if (question.kind == Kind::Traffic)
                addTraffic(answer, question, api, value);
            else
                addFigures(answer, question.kind, api, value);
        }
        return answer;
    }

    static void addEvents(PrometheusAnswer& answer, int api, double value)
    {
        const Labels labels{{QStringLiteral("api"), apiName(api)}};
        const auto add = [&](const char* part, double count) {
            Labels with = labels;
            with.emplace_back(QStringLiteral("part"), QString::fromLatin1(part));
            if (qstrcmp(part, "within") == 0)
                with.emplace_back(QStringLiteral("le"), QStringLiteral("0.25"));
            answer.series.push_back(seriesOf(std::move(with), count));
        };
        add("bad", value);
        add("total", value * 1e5);
        add("within", value * 0.999e5);
        add("answered", value * 1e5);
    }

    static void addTraffic(PrometheusAnswer& answer, const FleetQuestion& question, int api, double value)
    {
        PrometheusSeries series = seriesOf({{QStringLiteral("api"), apiName(api)}}, value);
        series.points.clear();
        for (auto at = kNow - question.window; at <= kNow; at += question.step)
            series.points.push_back({.at = at, .value = value});
        answer.series.push_back(std::move(series));
    }

    static void addFigures(PrometheusAnswer& answer, Kind kind, int api, double value)
    {
        const QString name = apiName(api);
        if (kind == Kind::ErrorRates || kind == Kind::Coverage) {
            for (const char* part : {"bad", "total"})
                answer.series.push_back(seriesOf(
                    {{QStringLiteral("api"), name}, {QStringLiteral("part"), QString::fromLatin1(part)}},
                    value));
            return;
        }
        for (int instance = 0; instance < kInstances; ++instance)
            answer.series.push_back(seriesOf({{QStringLiteral("api"), name},
                                              {QStringLiteral("instance"), instanceName(api, instance)},
                                              {QStringLiteral("hash"), QString(64, QLatin1Char('a'))},
                                              {QStringLiteral("revision"), QStringLiteral("4f1c2a9")}},
                                             kind == Kind::Configurations ? 490'900.0 * 3600 : value));
    }

    void takeInto(FleetFigures& figures) const
    {
        for (std::size_t i = 0; i < questions.size(); ++i)
            figures.take(questions[i], answers[i], kNow);
    }
};

FleetSnapshotPtr joined(const Fleet& fleet, const FleetFigures& figures, FleetMemory& memory)
{
    FleetSnapshot snapshot = joinFleet(
        {.figures = figures, .instances = fleet.gateways, .expectations = fleet.expectations, .now = kNow},
        memory);
    snapshot.freshFor = 45s;
    return std::make_shared<const FleetSnapshot>(std::move(snapshot));
}

} // namespace

class bench_Fleet : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void takeAnswers();
    void join();
    void updateModel_data();
    void updateModel();
    void updateInstances();
    void parseAnswer();
};

void bench_Fleet::takeAnswers()
{
    const Fleet fleet(0);
    FleetFigures figures;
    QBENCHMARK { fleet.takeInto(figures); }
}

void bench_Fleet::join()
{
    const Fleet fleet(0);
    FleetFigures figures;
    fleet.takeInto(figures);
    FleetMemory memory;
    QBENCHMARK { QVERIFY(joined(fleet, figures, memory)->apis.size() == kApis); }
}

void bench_Fleet::updateModel_data()
{
    QTest::addColumn<bool>("sorted");
    QTest::newRow("model alone") << false;
    QTest::newRow("behind a sorting proxy") << true;
}

void bench_Fleet::updateModel()
{
    QFETCH(bool, sorted);
    std::array<FleetSnapshotPtr, 2> snapshots;
    for (int round = 0; round < 2; ++round) {
        const Fleet fleet(round);
        FleetFigures figures;
        FleetMemory memory;
        fleet.takeInto(figures);
        snapshots[static_cast<std::size_t>(round)] = joined(fleet, figures, memory);
    }
    FleetModel model;
    QSortFilterProxyModel proxy;
    if (sorted) {
        proxy.setSortRole(Qt::DisplayRole);
        proxy.setSourceModel(&model);
        proxy.sort(FleetModel::RequestRate);
    }
    model.setSnapshot(snapshots[0]);
    std::size_t round = 0;
    QBENCHMARK { model.setSnapshot(snapshots[++round % 2]); }
}

void bench_Fleet::updateInstances()
{
    std::array<std::vector<InstanceStatus>, 2> all;
    for (int round = 0; round < 2; ++round) {
        const Fleet fleet(round);
        FleetFigures figures;
        FleetMemory memory;
        fleet.takeInto(figures);
        const FleetSnapshotPtr snapshot = joined(fleet, figures, memory);
        for (const ApiStatus& api : snapshot->apis)
            all[static_cast<std::size_t>(round)].insert(all[static_cast<std::size_t>(round)].end(),
                                                        api.instances.begin(), api.instances.end());
    }
    InstancesModel model;
    model.setInstances(all[0], kNow, 45s);
    std::size_t round = 0;
    QBENCHMARK { model.setInstances(all[++round % 2], kNow, 45s); }
}

/// The largest answer, a thousand sparklines: parsed off the UI thread.
void bench_Fleet::parseAnswer()
{
    QByteArray body = R"({"status":"success","data":{"resultType":"matrix","result":[)";
    for (int api = 0; api < kApis; ++api) {
        body += (api ? "," : "") + QByteArray(R"({"metric":{"api":")") + apiName(api).toUtf8() +
                R"("},"values":[)";
        for (int point = 0; point < 73; ++point)
            body += (point ? "," : "") + QByteArray("[") + QByteArray::number(1'767'225'600 + point * 300) +
                    ",\"" + QByteArray::number(1234.5678 + api * 0.37 + point, 'g', 16) + "\"]";
        body += "]}";
    }
    body += "]}}";
    QBENCHMARK { QVERIFY(parseQueryReply(200, body)); }
}

QTEST_GUILESS_MAIN(bench_Fleet)
#include "bench_fleet.moc"

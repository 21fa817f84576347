#include "models/items/fleet_model.h"
#include "models/items/roles.h"

#include <QAbstractItemModelTester>
#include <QDateTime>
#include <QSignalSpy>
#include <QTest>

using namespace postern;
using namespace std::chrono_literals;
using Column = FleetModel::Column;

namespace {

const Clock::Wall kNow(std::chrono::hours(490'900));

/// LOOK's cards: two of three up, burning, mostly on 9f3c1a2.
ApiStatus cards(Clock::Wall at)
{
    ApiStatus api;
    api.api = QStringLiteral("payments/cards");
    api.labels.insert(QStringLiteral("team"), QStringLiteral("Issuing"));
    api.requestsPerSecond = {.value = 2314.0, .at = at};
    api.errorRatio = {.value = 0.00482, .at = at};
    api.p99 = {.value = 0.1844, .at = at};
    api.traffic = {.start = at - 2min, .step = 60s, .values = {1.0, std::nan(""), 3.0}};
    slo::BudgetStatus budget;
    budget.objective = {.name = QStringLiteral("availability"), .target = 0.9999, .window = 720h};
    budget.verdict = slo::Verdict::Page;
    budget.left = 0.12;
    budget.burns = {{.window = 1h, .rate = 48.21, .events = {}, .at = at},
                    {.window = 6h, .rate = 21.4, .events = {}, .at = at}};
    budget.goneIn = 6453s;
    budget.at = at;
    api.budgets = {budget};
    for (int i = 0; i < 3; ++i) {
        InstanceStatus& instance = api.instances.emplace_back();
        instance.state = i < 2 ? InstanceStatus::State::Up : InstanceStatus::State::Down;
    }
    api.configurations = {{.hash = QStringLiteral("0123456789abcdef"),
                           .revision = QStringLiteral("9f3c1a2beef"),
                           .instances = 2},
                          {.hash = QStringLiteral("fedcba"), .revision = {}, .instances = 1}};
    api.lastScrape = at - 12s;
    api.health = Health::Bad;
    api.reasons = {{.kind = HealthReason::Kind::Burning, .severity = Health::Bad},
                   {.kind = HealthReason::Kind::InstancesDown, .severity = Health::Watch}};
    return api;
}

ApiStatus unknown()
{
    ApiStatus api;
    api.api = QStringLiteral("platform/notifications");
    return api;
}

FleetSnapshotPtr snapshotOf(std::vector<ApiStatus> apis, Clock::Wall at = kNow,
                            SourceState::State prometheus = SourceState::State::Live)
{
    auto snapshot = std::make_shared<FleetSnapshot>();
    snapshot->takenAt = at;
    snapshot->freshFor = 45s;
    snapshot->apis = std::move(apis);
    SourceState& source = snapshot->sources.emplace_back();
    source.source = QStringLiteral("prometheus");
    source.state = prometheus;
    return snapshot;
}

} // namespace

class tst_FleetModel : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void cells_data();
    void cells();
    void unknownsAreEmpty_data();
    void unknownsAreEmpty();
    void otherRoles();
    void tooFewRequests();
    void tightestObjectiveLeads();
    void freshness_data();
    void freshness();
    void onlyChangedCellsAreTold();
    void goingAwayIsTold();
    void oldSnapshotMayGo();
    void finds();
};

void tst_FleetModel::cells_data()
{
    QTest::addColumn<int>("column");
    QTest::addColumn<QString>("text");
    QTest::addColumn<QVariant>("sort");
    QTest::addColumn<int>("state");
    const auto row = [](const char* name, int column, const char* text, const QVariant& sort, int state) {
        QTest::newRow(name) << column << QString::fromLatin1(text) << sort << state;
    };
    row("api", Column::Api, "cards", QStringLiteral("payments/cards"), 2);
    row("namespace", Column::Namespace, "payments", QStringLiteral("payments"), -1);
    row("team", Column::Team, "Issuing", QStringLiteral("Issuing"), -1);
    row("traffic", Column::Traffic, "", 2314.0, 2);
    row("rate", Column::RequestRate, "2.31 k", 2314.0, -1);
    row("errors", Column::ErrorRatio, "0.482", 0.00482, 2);
    row("p99", Column::P99, "184", 0.1844, -1);
    row("budget", Column::BudgetLeft, "12", 0.12, 2);
    row("burn 1 h", Column::Burn1h, "48.2", 48.21, 2);
    row("burn 6 h", Column::Burn6h, "21.4", 21.4, 2);
    row("gone in", Column::GoneIn, "1 h 47 min", 6453.0, 2);
    row("instances", Column::Instances, "2/3", 2.0, 1);
    row("runs", Column::Runs, "9f3c1a2", QStringLiteral("9f3c1a2"), -1);
    row("age", Column::Age, "12 s", 12.0, -1);
}

void tst_FleetModel::cells()
{
    FleetModel model;
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    model.setSnapshot(snapshotOf({cards(kNow)}));
    QCOMPARE(model.columnCount(), int(Column::ColumnCount));
    QFETCH(int, column);
    QFETCH(int, state);
    const QModelIndex index = model.index(0, column);
    QTEST(index.data().toString(), "text");
    QTEST(index.data(SortRole), "sort");
    QCOMPARE(index.data(StateRole).isValid() ? index.data(StateRole).toInt() : -1, state);
}

void tst_FleetModel::unknownsAreEmpty_data()
{
    QTest::addColumn<int>("column");
    for (int column = Column::Traffic; column < Column::ColumnCount; ++column) {
        if (column != Column::Instances)
            QTest::newRow(QByteArray::number(column).constData()) << column;
    }
}

void tst_FleetModel::unknownsAreEmpty()
{
    FleetModel model;
    model.setSnapshot(snapshotOf({unknown()}));
    QFETCH(int, column);
    const QModelIndex index = model.index(0, column);
    QCOMPARE(index.data().toString(), QString());
    QVERIFY(!index.data(SortRole).isValid() || index.data(SortRole).toString().isEmpty());
}

void tst_FleetModel::otherRoles()
{
    FleetModel model;
    model.setSnapshot(snapshotOf({cards(kNow), unknown()}));
    const auto cell = [&model](int column, int role) { return model.index(0, column).data(role); };
    const auto spark = cell(Column::Traffic, SparklineRole).value<QList<double>>();
    QCOMPARE(spark.size(), 3);
    QVERIFY(std::isnan(spark[1]));
    QCOMPARE(cell(Column::BudgetLeft, ShareRole).toDouble(), 0.12);
    QVERIFY(std::isnan(model.index(1, Column::BudgetLeft).data(ShareRole).toDouble()));
    QCOMPARE(cell(Column::Api, KeyRole).toString(), QStringLiteral("payments/cards"));
    QCOMPARE(cell(Column::Runs, KeyRole).toString(), QStringLiteral("payments/cards"));
    QCOMPARE(cell(Column::Api, ReasonRole).toInt(), int(HealthReason::Kind::Burning));
    QCOMPARE(model.index(1, 0).data(ReasonRole).toInt(), -1);
    QCOMPARE(cell(Column::Runs, CopyRole).toString(), QStringLiteral("9f3c1a2beef"));
    QVERIFY(cell(Column::Runs, Qt::ToolTipRole).toString().contains(QLatin1String("0123456789abcdef")));
    QCOMPARE(cell(Column::RequestRate, Qt::ToolTipRole).toString(), QStringLiteral("2314"));
    QCOMPARE(cell(Column::Burn1h, VerdictRole).toInt(), int(slo::Verdict::Page));
    QVERIFY(!cell(Column::Api, VerdictRole).isValid());
    QCOMPARE(cell(Column::Age, TimeRole).toDateTime().toSecsSinceEpoch(), 490'900 * qint64(3600) - 12);
    QCOMPARE(cell(Column::Api, EmphasisRole).toInt(), 2);
    QCOMPARE(cell(Column::P99, Qt::TextAlignmentRole).toInt(), int(Qt::AlignRight | Qt::AlignVCenter));
    QVERIFY(!model.data({}, Qt::DisplayRole).isValid());
}

void tst_FleetModel::tooFewRequests()
{
    ApiStatus api = cards(kNow);
    api.budgets[0].verdict = slo::Verdict::TooFewRequests;
    FleetModel model;
    model.setSnapshot(snapshotOf({api}));
    QCOMPARE(model.index(0, Column::BudgetLeft).data().toString(), QString());
    QCOMPARE(model.index(0, Column::BudgetLeft).data(StateRole).toInt(), int(Health::Unknown));
    QVERIFY(std::isnan(model.index(0, Column::BudgetLeft).data(ShareRole).toDouble()));
    QCOMPARE(model.index(0, Column::GoneIn).data(VerdictRole).toInt(), int(slo::Verdict::TooFewRequests));
}

void tst_FleetModel::tightestObjectiveLeads()
{
    ApiStatus api = cards(kNow);
    slo::BudgetStatus latency = api.budgets[0];
    latency.objective.name = QStringLiteral("latency");
    latency.left = -0.4;
    api.budgets.push_back(latency);
    FleetModel model;
    model.setSnapshot(snapshotOf({api}));
    QCOMPARE(model.index(0, Column::BudgetLeft).data().toString(), QStringLiteral("0"));
    QCOMPARE(model.index(0, Column::BudgetLeft).data(SortRole).toDouble(), -0.4);
    QCOMPARE(model.index(0, Column::BudgetLeft).data(ShareRole).toDouble(), 0.0);
}

void tst_FleetModel::freshness_data()
{
    QTest::addColumn<int>("column");
    QTest::addColumn<int>("seconds");
    QTest::addColumn<bool>("away");
    QTest::addColumn<int>("freshness");
    QTest::newRow("new") << int(Column::RequestRate) << 0 << false << 0;
    QTest::newRow("at the limit") << int(Column::RequestRate) << 45 << false << 0;
    QTest::newRow("old") << int(Column::RequestRate) << 46 << false << 1;
    QTest::newRow("budgets move slowly") << int(Column::BudgetLeft) << 600 << false << 0;
    QTest::newRow("old budget") << int(Column::BudgetLeft) << 1201 << false << 1;
    QTest::newRow("away") << int(Column::P99) << 0 << true << 2;
    QTest::newRow("names are no figures") << int(Column::Api) << 10'000 << true << 0;
}

void tst_FleetModel::freshness()
{
    QFETCH(int, column);
    QFETCH(int, seconds);
    QFETCH(bool, away);
    FleetModel model;
    model.setSnapshot(snapshotOf({cards(kNow)}, kNow + std::chrono::seconds(seconds),
                                 away ? SourceState::State::Away : SourceState::State::Live));
    QTEST(model.index(0, column).data(FreshnessRole).toInt(), "freshness");
}

void tst_FleetModel::onlyChangedCellsAreTold()
{
    FleetModel model;
    ApiStatus first = cards(kNow);
    model.setSnapshot(snapshotOf({first, unknown()}));
    QSignalSpy changed(&model, &QAbstractItemModel::dataChanged);
    model.setSnapshot(snapshotOf({first, unknown()}));
    QCOMPARE(changed.size(), 0);
    first.p99.value = 0.2;
    model.setSnapshot(snapshotOf({first, unknown()}));
    QCOMPARE(changed.size(), 1);
    QCOMPARE(changed[0][0].toModelIndex(), model.index(0, Column::P99));
    QCOMPARE(changed[0][1].toModelIndex(), model.index(0, Column::P99));
    changed.clear();
    first.traffic.values[2] = 4.0;
    model.setSnapshot(snapshotOf({first, unknown()}));
    QCOMPARE(changed.size(), 1);
    QCOMPARE(changed[0][0].toModelIndex().column(), int(Column::Traffic));
}

void tst_FleetModel::goingAwayIsTold()
{
    FleetModel model;
    model.setSnapshot(snapshotOf({cards(kNow)}));
    QSignalSpy changed(&model, &QAbstractItemModel::dataChanged);
    model.setSnapshot(snapshotOf({cards(kNow)}, kNow, SourceState::State::Away));
    QCOMPARE(changed.size(), 1);
    QCOMPARE(changed[0][0].toModelIndex().column(), int(Column::Traffic));
    QCOMPARE(changed[0][1].toModelIndex().column(), int(Column::Age));
}

void tst_FleetModel::oldSnapshotMayGo()
{
    FleetModel model;
    auto first = snapshotOf({cards(kNow)});
    std::weak_ptr<const FleetSnapshot> held = first;
    model.setSnapshot(std::exchange(first, nullptr));
    QVERIFY(!held.expired());
    model.setSnapshot(snapshotOf({cards(kNow), unknown()}));
    QVERIFY(held.expired());
    model.setSnapshot(nullptr);
    QCOMPARE(model.rowCount(), 0);
}

void tst_FleetModel::finds()
{
    FleetModel model;
    model.setSnapshot(snapshotOf({cards(kNow), unknown()}));
    QCOMPARE(model.indexOf(QStringLiteral("platform/notifications")).row(), 1);
    QVERIFY(!model.indexOf(QStringLiteral("none/none")).isValid());
    QCOMPARE(model.status(model.index(1, 3))->api, QStringLiteral("platform/notifications"));
    QVERIFY(!model.status({}));
}

QTEST_GUILESS_MAIN(tst_FleetModel)
#include "tst_fleet_model.moc"

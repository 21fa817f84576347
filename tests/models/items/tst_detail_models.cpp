#include "models/items/findings_model.h"
#include "models/items/instances_model.h"
#include "models/items/policies_model.h"
#include "models/items/roles.h"

#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QTest>

using namespace postern;
using namespace std::chrono_literals;

namespace {

const Clock::Wall kNow(std::chrono::hours(490'900));

InstanceStatus instance(const char* name, InstanceStatus::State state)
{
    InstanceStatus status;
    status.gateway = {.api = QStringLiteral("payments/cards"),
                      .instance = QString::fromLatin1(name),
                      .url = QUrl(QStringLiteral("http://127.0.0.1:9911")),
                      .labels = {}};
    status.state = state;
    status.hash = QStringLiteral("0123456789");
    status.asExpected = false;
    status.memoryBytes = {.value = 41.0 * 1024 * 1024, .at = kNow};
    status.requestsPerSecond = {.value = 770.6, .at = kNow};
    status.lastScrape = kNow - 61s;
    return status;
}

PolicyStatus policy(const char* name, const char* mode, std::optional<DecisionCounts> decisions)
{
    PolicyStatus status;
    status.name = QString::fromLatin1(name);
    status.type = QStringLiteral("rateLimit");
    status.mode = QString::fromLatin1(mode);
    status.stage = 7;
    status.stageName = QStringLiteral("limit");
    status.layer = QStringLiteral("payments/cards");
    status.file = QStringLiteral("apis/payments/cards/gateway.yaml");
    status.line = 46;
    status.decisions = decisions;
    status.at = kNow;
    return status;
}

Finding finding(int line, const char* rule, Finding::Severity severity = Finding::Severity::Error)
{
    return {.severity = severity,
            .rule = QString::fromLatin1(rule),
            .place = {.file = QStringLiteral("apis/gateway.yaml"),
                      .line = line,
                      .column = 3,
                      .path = QStringLiteral("spec")},
            .found = QStringLiteral("a list"),
            .expected = QStringLiteral("a mapping")};
}

} // namespace

class tst_DetailModels : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void instanceCells_data();
    void instanceCells();
    void instancesKeepTheirRows();
    void policyCells_data();
    void policyCells();
    void policiesUnmeasured();
    void findingCells_data();
    void findingCells();
    void findingsOnce();
};

void tst_DetailModels::instanceCells_data()
{
    QTest::addColumn<int>("column");
    QTest::addColumn<QString>("text");
    QTest::addColumn<QVariant>("sort");
    QTest::addColumn<int>("state");
    QTest::addColumn<int>("freshness");
    const auto row = [](const char* name, int column, const char* text, const QVariant& sort, int state,
                        int freshness) {
        QTest::newRow(name) << column << QString::fromLatin1(text) << sort << state << freshness;
    };
    row("instance", InstancesModel::Instance, "i1", QStringLiteral("i1"), 2, 0);
    row("api", InstancesModel::Api, "payments/cards", QStringLiteral("payments/cards"), -1, 0);
    row("state", InstancesModel::State, "", double(InstanceStatus::State::Down), 2, 0);
    row("runs", InstancesModel::Runs, "0123456", QStringLiteral("0123456"), 1, 1);
    row("as expected", InstancesModel::AsExpected, "", 0.0, 1, 1);
    row("memory", InstancesModel::Memory, "41", 41.0 * 1024 * 1024, -1, 0);
    row("rate", InstancesModel::RequestRate, "771", 770.6, -1, 0);
    row("age", InstancesModel::Age, "1 min 1 s", 61.0, -1, 1);
}

void tst_DetailModels::instanceCells()
{
    InstancesModel model;
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    model.setInstances({instance("i1", InstanceStatus::State::Down)}, kNow, 45s);
    QFETCH(int, column);
    QFETCH(int, state);
    const QModelIndex index = model.index(0, column);
    QTEST(index.data().toString(), "text");
    QTEST(index.data(SortRole), "sort");
    QCOMPARE(index.data(StateRole).isValid() ? index.data(StateRole).toInt() : -1, state);
    QTEST(index.data(FreshnessRole).toInt(), "freshness");
}

void tst_DetailModels::instancesKeepTheirRows()
{
    using State = InstanceStatus::State;
    InstancesModel model;
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    model.setInstances({instance("i1", State::Up), instance("i2", State::Up)}, kNow, 45s);
    const QPersistentModelIndex second = model.index(1, 0);
    QSignalSpy changed(&model, &QAbstractItemModel::dataChanged);
    model.setInstances({instance("i1", State::Up), instance("i2", State::Up)}, kNow, 45s);
    QCOMPARE(changed.size(), 0);
    model.setInstances({instance("i0", State::Up), instance("i2", State::Down)}, kNow, 45s);
    QCOMPARE(second.data().toString(), QStringLiteral("i2"));
    QCOMPARE(second.data(StateRole).toInt(), 2);
    QCOMPARE(model.status(second)->state, State::Down);
    InstanceStatus silent;
    silent.gateway.instance = QStringLiteral("i9");
    model.setInstances({silent}, kNow, 45s);
    for (int column :
         {InstancesModel::Runs, InstancesModel::Memory, InstancesModel::RequestRate, InstancesModel::Age})
        QCOMPARE(model.index(0, column).data().toString(), QString());
    QVERIFY(!model.index(0, InstancesModel::AsExpected).data(SortRole).isValid());
}

void tst_DetailModels::policyCells_data()
{
    QTest::addColumn<int>("column");
    QTest::addColumn<QString>("text");
    QTest::addColumn<QVariant>("sort");
    QTest::addColumn<int>("state");
    const auto row = [](const char* name, int column, const char* text, const QVariant& sort, int state) {
        QTest::newRow(name) << column << QString::fromLatin1(text) << sort << state;
    };
    row("stage", PoliciesModel::Stage, "limit", 7, -1);
    row("policy", PoliciesModel::Policy, "fair-use", QStringLiteral("fair-use"), -1);
    row("type", PoliciesModel::Type, "rateLimit", QStringLiteral("rateLimit"), -1);
    row("mode", PoliciesModel::Mode, "shadow", QStringLiteral("shadow"), 1);
    row("route", PoliciesModel::Route, "", QString(), -1);
    row("from", PoliciesModel::ComesFrom, "payments/cards", QStringLiteral("payments/cards"), -1);
    row("allow", PoliciesModel::Allow, "99.5", 0.995, -1);
    row("deny", PoliciesModel::Deny, "0.400", 0.004, -1);
    row("error", PoliciesModel::Error, "0.100", 0.001, 2);
}

void tst_DetailModels::policyCells()
{
    PoliciesModel model;
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    model.setPolicies({policy("fair-use", "shadow", DecisionCounts{.allow = 995, .deny = 4, .error = 1})});
    QFETCH(int, column);
    QFETCH(int, state);
    const QModelIndex index = model.index(0, column);
    QTEST(index.data().toString(), "text");
    QTEST(index.data(SortRole), "sort");
    QCOMPARE(index.data(StateRole).isValid() ? index.data(StateRole).toInt() : -1, state);
    QCOMPARE(model.index(0, PoliciesModel::ComesFrom).data(LinkRole).toString(),
             QStringLiteral("apis/payments/cards/gateway.yaml:46"));
    QCOMPARE(model.index(0, PoliciesModel::Deny).data(Qt::ToolTipRole).toString(), QStringLiteral("4.0"));
}

void tst_DetailModels::policiesUnmeasured()
{
    PoliciesModel model;
    model.setPolicies({policy("a", "enforce", std::nullopt), policy("b", "enforce", DecisionCounts{})});
    for (int row = 0; row < 2; ++row) {
        for (int column : {PoliciesModel::Allow, PoliciesModel::Deny, PoliciesModel::Error}) {
            QCOMPARE(model.index(row, column).data().toString(), QString());
            QVERIFY(!model.index(row, column).data(SortRole).isValid());
        }
    }
    QSignalSpy changed(&model, &QAbstractItemModel::dataChanged);
    model.setPolicies(
        {policy("a", "enforce", std::nullopt), policy("b", "enforce", DecisionCounts{.allow = 1})});
    QCOMPARE(changed.size(), 1);
    QCOMPARE(changed[0][0].toModelIndex(), model.index(1, PoliciesModel::Allow));
}

void tst_DetailModels::findingCells_data()
{
    QTest::addColumn<int>("column");
    QTest::addColumn<QString>("text");
    QTest::newRow("where") << int(FindingsModel::Where) << QStringLiteral("gateway.yaml:12");
    QTest::newRow("path") << int(FindingsModel::Path) << QStringLiteral("spec");
    QTest::newRow("found") << int(FindingsModel::Found) << QStringLiteral("a list");
    QTest::newRow("expected") << int(FindingsModel::Expected) << QStringLiteral("a mapping");
    QTest::newRow("rule") << int(FindingsModel::Rule) << QStringLiteral("wrong-type");
}

void tst_DetailModels::findingCells()
{
    FindingsModel model;
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    model.setFindings({finding(12, "wrong-type"), finding(13, "ends-soon", Finding::Severity::Warning)});
    QFETCH(int, column);
    QTEST(model.index(0, column).data().toString(), "text");
    QCOMPARE(model.index(0, column).data(StateRole).toInt(), 2);
    QCOMPARE(model.index(1, column).data(StateRole).toInt(), 1);
    QCOMPARE(model.finding(model.index(1, 0))->place.line, 13);
    QVERIFY(model.index(0, FindingsModel::Where).data(SortRole).toString() <
            model.index(1, FindingsModel::Where).data(SortRole).toString());
}

void tst_DetailModels::findingsOnce()
{
    FindingsModel model;
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    model.setFindings({finding(12, "wrong-type"), finding(12, "wrong-type"), finding(9, "wrong-type")});
    QCOMPARE(model.rowCount(), 2);
    model.setFindings({finding(9, "wrong-type"), finding(12, "wrong-type")});
    QCOMPARE(model.finding(model.index(0, 0))->place.line, 9);
    model.setFindings({});
    QCOMPARE(model.rowCount(), 0);
}

QTEST_GUILESS_MAIN(tst_DetailModels)
#include "tst_detail_models.moc"

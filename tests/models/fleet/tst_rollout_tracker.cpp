#include "models/fleet/rollout_tracker.h"
#include "tests/models/fleet/fleet_values.h"

#include <QSignalSpy>
#include <QTest>

using namespace postern;
using namespace postern::test;
using namespace std::chrono_literals;
using Stage = Rollout::Stage;
using State = Rollout::State;

namespace {

const Clock::Wall kNow(std::chrono::hours(100'000));
const QString kApi = QStringLiteral("payments/accounts");

/// Accounts with one gateway a hash, all scraped at \a at.
FleetSnapshot snapshotOf(const QStringList& hashes, Clock::Wall at)
{
    FleetSnapshot snapshot;
    snapshot.takenAt = at;
    ApiStatus& api = snapshot.apis.emplace_back();
    api.api = kApi;
    api.lastScrape = at;
    int number = 0;
    for (const QString& hash : hashes) {
        InstanceStatus& instance = api.instances.emplace_back();
        instance.gateway =
            gatewayOf("payments/accounts", QByteArray("i" + QByteArray::number(++number)).constData());
        instance.hash = hash;
        instance.lastScrape = at;
    }
    return snapshot;
}

const QString kOld = QStringLiteral("old");
const QString kNew = QStringLiteral("new");

} // namespace

class tst_RolloutTracker : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void wholeWay();
    void fallingBackBeginsAnew();
    void prometheusAwayProvesNothing();
    void slow();
    void superseded();
    void oneCommitSeveralApis();
    void silentInstancesAreWaitedFor();
    void keepsTheNewest();
};

void tst_RolloutTracker::wholeWay()
{
    RolloutTracker tracker({.hold = 30s, .patience = 300s});
    int changes = 0;
    connect(&tracker, &RolloutTracker::changed, this, [&changes] { ++changes; });
    tracker.committed(kApi, QStringLiteral("c1"), QStringLiteral("limit 50/s"), kNew, kNow);
    QCOMPARE(tracker.newest(kApi)->stage, Stage::Committed);
    tracker.pushed(QStringLiteral("c1"), kNow + 2s);
    QCOMPARE(tracker.newest(kApi)->stage, Stage::Pushed);
    QVERIFY(tracker.newest(kApi)->pushedAt == kNow + 2s);

    tracker.update(snapshotOf({kOld, kOld}, kNow + 5s));
    QCOMPARE(tracker.newest(kApi)->stage, Stage::Pushed);
    QCOMPARE(tracker.newest(kApi)->of, 2);
    QCOMPARE(tracker.newest(kApi)->waitingFor.size(), 2);

    tracker.update(snapshotOf({kOld, kNew}, kNow + 10s));
    QCOMPARE(tracker.newest(kApi)->stage, Stage::Seen);
    QCOMPARE(tracker.newest(kApi)->seen, 1);
    QCOMPARE(tracker.newest(kApi)->waitingFor, QStringList{QStringLiteral("i1")});
    QVERIFY(tracker.newest(kApi)->firstSeenAt == kNow + 10s);
    QVERIFY(!tracker.newest(kApi)->everywhereAt);

    tracker.update(snapshotOf({kNew, kNew}, kNow + 15s));
    QVERIFY(tracker.newest(kApi)->everywhereAt == kNow + 15s);
    QCOMPARE(tracker.newest(kApi)->stage, Stage::Seen);
    const int before = changes;
    tracker.update(snapshotOf({kNew, kNew}, kNow + 44s));
    QCOMPARE(changes, before); // nothing new is not told
    tracker.update(snapshotOf({kNew, kNew}, kNow + 45s));
    QCOMPARE(tracker.newest(kApi)->stage, Stage::Holds);
    QCOMPARE(tracker.newest(kApi)->state, State::Done);
    QVERIFY(tracker.newest(kApi)->holdsAt == kNow + 45s);
    QCOMPARE(changes, before + 1);
    // Done is done: a later configuration is another rollout's affair.
    tracker.update(snapshotOf({kOld, kOld}, kNow + 60s));
    QCOMPARE(tracker.newest(kApi)->state, State::Done);
}

void tst_RolloutTracker::fallingBackBeginsAnew()
{
    RolloutTracker tracker({.hold = 30s, .patience = 300s});
    tracker.committed(kApi, QStringLiteral("c1"), {}, kNew, kNow);
    tracker.update(snapshotOf({kNew, kNew}, kNow + 10s));
    tracker.update(snapshotOf({kNew, kOld}, kNow + 20s));
    QVERIFY(!tracker.newest(kApi)->everywhereAt);
    QCOMPARE(tracker.newest(kApi)->stage, Stage::Seen);
    tracker.update(snapshotOf({kNew, kNew}, kNow + 30s));
    tracker.update(snapshotOf({kNew, kNew}, kNow + 45s));
    QCOMPARE(tracker.newest(kApi)->state, State::Running);
    tracker.update(snapshotOf({kNew, kNew}, kNow + 60s));
    QCOMPARE(tracker.newest(kApi)->state, State::Done);
}

void tst_RolloutTracker::prometheusAwayProvesNothing()
{
    RolloutTracker tracker({.hold = 30s, .patience = 300s});
    tracker.committed(kApi, QStringLiteral("c1"), {}, kNew, kNow);
    FleetSnapshot held = snapshotOf({kNew, kNew}, kNow + 10s);
    tracker.update(held);
    held.takenAt = kNow + 200s; // the same samples, shown again
    tracker.update(held);
    QCOMPARE(tracker.newest(kApi)->stage, Stage::Seen);
}

void tst_RolloutTracker::slow()
{
    RolloutTracker tracker({.hold = 30s, .patience = 300s});
    tracker.committed(kApi, QStringLiteral("c1"), {}, kNew, kNow);
    tracker.update(snapshotOf({kOld}, kNow + 1000s));
    QCOMPARE(tracker.newest(kApi)->state, State::Running); // patience is counted from the push
    tracker.pushed(QStringLiteral("c1"), kNow + 1000s);
    tracker.update(snapshotOf({kNew, kOld}, kNow + 1301s));
    QCOMPARE(tracker.newest(kApi)->state, State::Slow);
    tracker.update(snapshotOf({kNew, kNew}, kNow + 1400s));
    QCOMPARE(tracker.newest(kApi)->state, State::Running);
    tracker.update(snapshotOf({kNew, kNew}, kNow + 1430s));
    QCOMPARE(tracker.newest(kApi)->state, State::Done);
}

void tst_RolloutTracker::superseded()
{
    RolloutTracker tracker({.hold = 30s, .patience = 300s});
    QStringList told;
    connect(&tracker, &RolloutTracker::changed, this, [&told](const Rollout& rollout) {
        told.append(rollout.commit + QLatin1Char(' ') + QString::number(int(rollout.state)));
    });
    tracker.committed(kApi, QStringLiteral("c1"), {}, kNew, kNow);
    tracker.committed(kApi, QStringLiteral("c2"), {}, QStringLiteral("newer"), kNow + 5s);
    QCOMPARE(told, (QStringList{QStringLiteral("c1 0"), QStringLiteral("c1 2"), QStringLiteral("c2 0")}));
    QCOMPARE(tracker.newest(kApi)->commit, QStringLiteral("c2"));
    tracker.update(snapshotOf({kNew}, kNow + 10s));
    QCOMPARE(tracker.rollouts()[1].seen, 0); // not followed any more
}

void tst_RolloutTracker::oneCommitSeveralApis()
{
    RolloutTracker tracker({.hold = 0s, .patience = 300s});
    tracker.committed(kApi, QStringLiteral("c1"), {}, kNew, kNow);
    tracker.committed(QStringLiteral("payments/cards"), QStringLiteral("c1"), {}, kNew, kNow);
    tracker.pushed(QStringLiteral("c1"), kNow + 1s);
    for (const Rollout& rollout : tracker.rollouts())
        QCOMPARE(rollout.stage, Stage::Pushed);
    tracker.update(snapshotOf({kNew}, kNow + 10s)); // knows accounts alone
    QCOMPARE(tracker.newest(kApi)->state, State::Done);
    QCOMPARE(tracker.newest(u"payments/cards")->stage, Stage::Pushed);
    QVERIFY(!tracker.newest(u"payments/none"));
}

void tst_RolloutTracker::silentInstancesAreWaitedFor()
{
    RolloutTracker tracker({.hold = 0s, .patience = 300s});
    tracker.committed(kApi, QStringLiteral("c1"), {}, kNew, kNow);
    tracker.update(snapshotOf({kNew, QString()}, kNow + 10s));
    QCOMPARE(tracker.newest(kApi)->seen, 1);
    QCOMPARE(tracker.newest(kApi)->of, 2);
    QCOMPARE(tracker.newest(kApi)->state, State::Running);
    tracker.update(snapshotOf({}, kNow + 20s)); // no gateway at all runs nothing
    QCOMPARE(tracker.newest(kApi)->state, State::Running);
}

void tst_RolloutTracker::keepsTheNewest()
{
    RolloutTracker tracker({});
    for (int i = 0; i < 150; ++i)
        tracker.committed(kApi, QString::number(i), {}, kNew, kNow);
    QCOMPARE(tracker.rollouts().size(), std::size_t(100));
    QCOMPARE(tracker.rollouts().front().commit, QStringLiteral("149"));
}

QTEST_GUILESS_MAIN(tst_RolloutTracker)
#include "tst_rollout_tracker.moc"

#include "app/words/rollout_words.h"

#include "app/words/time_words.h"

#include <QCoreApplication>

namespace postern {
namespace {

using Progress = StageStrip::Progress;

struct RolloutWords
{
    Q_DECLARE_TR_FUNCTIONS(RolloutWords)

public:
    static QString text(const Rollout& rollout, Clock::Wall now, ZoneChoice zone);
    static StageStrip::Stage edited(Progress progress) { return {tr("edited"), progress, {}}; }
    static StageStrip::Stage checked(Progress progress)
    {
        return {tr("checked"), progress,
                progress == Progress::Failed ? tr("There are errors to correct first") : QString()};
    }
    static StageStrip::Stage committed(Progress progress, const QString& detail)
    {
        return {tr("committed"), progress, detail};
    }
    static StageStrip::Stage pushed(Progress progress, const QString& detail)
    {
        return {tr("pushed"), progress, detail};
    }
    static StageStrip::Stage seen(Progress progress, int seen, int of, const QString& detail)
    {
        return {tr("%1 of %2").arg(seen).arg(of), progress, detail};
    }
    static StageStrip::Stage holds(Progress progress, const QString& detail)
    {
        return {tr("holds"), progress, detail};
    }
    static QString waiting(const QStringList& instances)
    {
        return tr("waiting for %1").arg(instances.join(tr(", ")));
    }
};

QString RolloutWords::text(const Rollout& rollout, Clock::Wall now, ZoneChoice zone)
{
    const QString counted = tr("on %1 of %2 gateways").arg(rollout.seen).arg(rollout.of);
    if (rollout.state == Rollout::State::Superseded)
        return tr("superseded by a newer commit");
    if (rollout.holdsAt)
        return tr("on all %1 gateways, holds since %2")
            .arg(rollout.of)
            .arg(shortTime(*rollout.holdsAt, now, zone));
    if (!rollout.pushedAt)
        return tr("committed %1, not pushed yet").arg(ago(rollout.committedAt, now));
    QString text = rollout.seen == rollout.of && rollout.of > 0
                       ? tr("%1, must hold for a while").arg(counted)
                       : tr("%1, pushed %2").arg(counted, ago(*rollout.pushedAt, now));
    if (rollout.state == Rollout::State::Slow)
        text = tr("%1; slower than it should be").arg(text);
    if (!rollout.waitingFor.isEmpty())
        text = tr("%1; %2").arg(text, waiting(rollout.waitingFor));
    return text;
}

QString timeOf(const std::optional<Clock::Wall>& moment, ZoneChoice zone)
{
    return moment ? exactTime(*moment, zone) : QString();
}

Progress seenProgress(const Rollout& rollout)
{
    if (rollout.of > 0 && rollout.seen == rollout.of)
        return Progress::Done;
    if (rollout.state == Rollout::State::Slow || rollout.state == Rollout::State::Superseded)
        return Progress::Failed;
    return rollout.pushedAt ? Progress::Running : Progress::Pending;
}

Progress holdProgress(const Rollout& rollout)
{
    if (rollout.holdsAt)
        return Progress::Done;
    return rollout.everywhereAt ? Progress::Running : Progress::Pending;
}

} // namespace

State stateOf(const Rollout& rollout)
{
    switch (rollout.state) {
    case Rollout::State::Running:
        return State::Unknown;
    case Rollout::State::Done:
        return State::Good;
    case Rollout::State::Superseded:
        return State::Unknown;
    case Rollout::State::Slow:
        return State::Watch;
    }
    return State::Unknown;
}

QString rolloutText(const Rollout& rollout, Clock::Wall now, ZoneChoice zone)
{
    return RolloutWords::text(rollout, now, zone);
}

QList<StageStrip::Stage> rolloutStages(const Rollout& rollout, ZoneChoice zone)
{
    const QString waiting = rollout.waitingFor.isEmpty() ? timeOf(rollout.everywhereAt, zone)
                                                         : RolloutWords::waiting(rollout.waitingFor);
    return {RolloutWords::committed(Progress::Done, exactTime(rollout.committedAt, zone)),
            RolloutWords::pushed(rollout.pushedAt ? Progress::Done : Progress::Running,
                                 timeOf(rollout.pushedAt, zone)),
            RolloutWords::seen(seenProgress(rollout), rollout.seen, rollout.of, waiting),
            RolloutWords::holds(holdProgress(rollout), timeOf(rollout.holdsAt, zone))};
}

QList<StageStrip::Stage> editStages(const EditProgress& progress, const Rollout* rollout, int gateways,
                                    ZoneChoice zone)
{
    const bool underWay = progress.committing || progress.pushing;
    // With nothing typed, the strip tells of the last edit that was pushed.
    const bool told = rollout && (!progress.edited || underWay);
    const Progress edited = progress.edited || told ? Progress::Done : Progress::Pending;
    Progress checked = Progress::Pending;
    if (told)
        checked = Progress::Done;
    else if (progress.edited)
        checked = !progress.judged ? Progress::Running : progress.sound ? Progress::Done : Progress::Failed;
    QList<StageStrip::Stage> stages{RolloutWords::edited(edited), RolloutWords::checked(checked)};
    if (told && !progress.committing)
        return stages + rolloutStages(*rollout, zone);
    stages << RolloutWords::committed(progress.committing ? Progress::Running
                                      : progress.pushing  ? Progress::Done
                                                          : Progress::Pending,
                                      {})
           << RolloutWords::pushed(progress.pushing ? Progress::Running : Progress::Pending, {})
           << RolloutWords::seen(Progress::Pending, 0, gateways, {})
           << RolloutWords::holds(Progress::Pending, {});
    return stages;
}

} // namespace postern

#include "app/words/health_words.h"

#include "app/words/figure_words.h"
#include "app/words/time_words.h"
#include "models/base/quantity.h"

#include <QCoreApplication>

namespace postern {
namespace {

struct HealthWords
{
    Q_DECLARE_TR_FUNCTIONS(HealthWords)

public:
    static QString budget(const HealthReason& reason);
    static QString instances(const HealthReason& reason, const QString& since);
    static QString governance(const HealthReason& reason);
};

QString HealthWords::budget(const HealthReason& reason)
{
    switch (reason.kind) {
    case HealthReason::Kind::BudgetSpent:
        return tr("has spent its budget of %1").arg(reason.objective);
    case HealthReason::Kind::BudgetLow:
        return tr("has %1 % left of its budget of %2")
            .arg(quantity::sharePercent(reason.value), reason.objective);
    default:
        break;
    }
    QString text =
        tr("burns its budget of %1 %2× too fast over %3")
            .arg(reason.objective, quantity::multiple(reason.value), quantity::duration(reason.window));
    if (reason.goneIn)
        text += tr("; gone in %1").arg(quantity::duration(*reason.goneIn));
    return text;
}

QString HealthWords::instances(const HealthReason& reason, const QString& since)
{
    switch (reason.kind) {
    case HealthReason::Kind::NoMetrics:
        return since.isEmpty() ? tr("has no metrics") : tr("has no metrics since %1").arg(since);
    case HealthReason::Kind::InstancesDown: {
        const QString text = tr("%1 of %2 gateways %3")
                                 .arg(reason.count)
                                 .arg(reason.of)
                                 .arg(reason.count == 1 ? tr("does not answer") : tr("do not answer"));
        return since.isEmpty() ? text : tr("%1 since %2").arg(text, since);
    }
    case HealthReason::Kind::ConfigurationDrift: {
        const QString expected = reason.hash.isEmpty() ? tr("what Git expects") : shortRevision(reason.hash);
        const QString counted =
            tr("%1 of %2 gateways do not run %3").arg(reason.count).arg(reason.of).arg(expected);
        return since.isEmpty() ? counted : tr("%1 since %2").arg(counted, since);
    }
    default:
        return tr("its gateways run %1 different configurations").arg(reason.count);
    }
}

QString HealthWords::governance(const HealthReason& reason)
{
    if (reason.kind == HealthReason::Kind::GovernanceExempt)
        return reason.count == 1 ? tr("is exempt from one requirement for now")
                                 : tr("is exempt from %1 requirements for now").arg(reason.count);
    return reason.count == 1 ? tr("misses one requirement of its baseline")
                             : tr("misses %1 requirements of its baselines").arg(reason.count);
}

} // namespace

State stateOf(Health health)
{
    switch (health) {
    case Health::Good:
        return State::Good;
    case Health::Watch:
        return State::Watch;
    case Health::Bad:
        return State::Bad;
    case Health::Unknown:
        return State::Unknown;
    }
    return State::Unknown;
}

QString reasonText(const HealthReason& reason, Clock::Wall now, ZoneChoice zone)
{
    const QString since = reason.since ? shortTime(*reason.since, now, zone) : QString();
    switch (reason.kind) {
    case HealthReason::Kind::BudgetSpent:
    case HealthReason::Kind::BudgetLow:
    case HealthReason::Kind::Burning:
        return HealthWords::budget(reason);
    case HealthReason::Kind::NoMetrics:
    case HealthReason::Kind::InstancesDown:
    case HealthReason::Kind::ConfigurationDrift:
    case HealthReason::Kind::MixedConfigurations:
        return HealthWords::instances(reason, since);
    case HealthReason::Kind::GovernanceMissing:
    case HealthReason::Kind::GovernanceExempt:
        return HealthWords::governance(reason);
    }
    return {};
}

QString shortRevision(const QString& revisionOrHash) { return revisionOrHash.left(7); }

QString runningText(const RunningConfiguration& running)
{
    return shortRevision(running.revision.isEmpty() ? running.hash : running.revision);
}

} // namespace postern

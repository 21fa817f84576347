#include "app/words/fleet_words.h"

#include "app/words/error_words.h"
#include "app/words/figure_words.h"
#include "app/words/time_words.h"
#include "models/base/quantity.h"

#include <QCoreApplication>

#include <algorithm>

namespace postern {
namespace {

const QString dot = QStringLiteral(" · ");

struct FleetWords
{
    Q_DECLARE_TR_FUNCTIONS(FleetWords)

public:
    static QString summary(const FleetSnapshot& fleet);
    static QString budget(int judged, int all);
    static QString noObjective() { return tr("no availability objective is known"); }
    static QString governance(const FleetTotals& totals);
    static QString stale(const SourceState& source, ZoneChoice zone, Clock::Wall now);
    static QString partial(const QStringList& missing)
    {
        return tr("Some figures are missing: Prometheus did not answer for %1").arg(missing.join(tr(", ")));
    }
    static QString team(const QString& team) { return tr("team %1").arg(team); }
    static QString labelled(const QString& name, const QString& value)
    {
        return tr("%1 %2").arg(name, value);
    }
};

QString FleetWords::summary(const FleetSnapshot& fleet)
{
    const FleetTotals& totals = fleet.totals;
    QStringList parts{totals.apis == 1 ? tr("1 API") : tr("%1 APIs").arg(quantity::plain(totals.apis)),
                      totals.instances == 1 ? tr("1 gateway")
                                            : tr("%1 gateways").arg(quantity::plain(totals.instances))};
    if (totals.requestsLastHour.known())
        parts << tr("%1 requests in the last hour").arg(quantity::scaled(totals.requestsLastHour.value));
    return parts.join(dot);
}

QString FleetWords::budget(int judged, int all)
{
    if (judged == 0)
        return tr("availability: no API has enough requests to judge");
    if (judged == all)
        return all == 1 ? tr("availability of 1 API")
                        : tr("availability of all %1 APIs, by traffic").arg(all);
    return tr("availability of %1 of %2 APIs, by traffic; the others have too few requests")
        .arg(judged)
        .arg(all);
}

QString FleetWords::governance(const FleetTotals& totals)
{
    QStringList parts{tr("meet their baselines")};
    if (totals.governanceExempt > 0)
        parts << tr("%1 exempt").arg(totals.governanceExempt);
    if (totals.governanceMissing > 0)
        parts << tr("%1 missing").arg(totals.governanceMissing);
    return parts.join(dot);
}

QString FleetWords::stale(const SourceState& source, ZoneChoice zone, Clock::Wall now)
{
    const QString name = sourceName(source.source);
    const QString since =
        source.since ? tr("away since %1").arg(shortTime(*source.since, now, zone)) : tr("away");
    if (!source.asOf)
        return tr("There are no figures: %1 is %2").arg(name, since);
    return tr("Figures are from %1: %2 is %3").arg(clockTime(*source.asOf, zone), name, since);
}

bool hasAvailability(const ApiStatus& api)
{
    return std::ranges::any_of(api.budgets, [](const slo::BudgetStatus& budget) {
        return budget.objective.kind == slo::Objective::Kind::Availability;
    });
}

bool isJudged(const ApiStatus& api)
{
    return std::ranges::any_of(api.budgets, [](const slo::BudgetStatus& budget) {
        return budget.objective.kind == slo::Objective::Kind::Availability && budget.left.has_value();
    });
}

} // namespace

QString fleetSummary(const FleetSnapshot& fleet) { return FleetWords::summary(fleet); }

QString budgetSummary(const FleetSnapshot& fleet)
{
    if (std::ranges::none_of(fleet.apis, hasAvailability))
        return FleetWords::noObjective();
    return FleetWords::budget(static_cast<int>(std::ranges::count_if(fleet.apis, isJudged)),
                              fleet.totals.apis);
}

QString governanceSummary(const FleetTotals& totals) { return FleetWords::governance(totals); }

bool hasFigures(const FleetSnapshot& fleet)
{
    const SourceState* prometheus = fleet.source(u"prometheus");
    return prometheus && prometheus->asOf.has_value();
}

FleetRemark fleetRemark(const FleetSnapshot& fleet, ZoneChoice zone)
{
    const SourceState* prometheus = fleet.source(u"prometheus");
    if (!prometheus)
        return {};
    if (prometheus->state == SourceState::State::Away)
        return {.stale = FleetWords::stale(*prometheus, zone, fleet.takenAt), .partial = {}};
    if (prometheus->state == SourceState::State::Partial)
        return {.stale = {}, .partial = FleetWords::partial(prometheus->missing)};
    return {};
}

QString labelsText(const ApiStatus& api)
{
    QStringList parts{api.nameSpace()};
    for (auto label = api.labels.cbegin(); label != api.labels.cend(); ++label) {
        if (label.value() == QLatin1String("true"))
            parts << label.key();
        else if (label.value() != QLatin1String("false"))
            parts << FleetWords::labelled(label.key(), label.value());
    }
    return parts.join(dot);
}

} // namespace postern

#pragma once

#include "app/workspace/view_time.h"
#include "models/fleet/fleet_snapshot.h"

#include <QString>

namespace postern {

/// `128 APIs · 391 gateways · 4.83 M requests in the last hour`
[[nodiscard]] QString fleetSummary(const FleetSnapshot& fleet);
/// Under the hero figure of the fleet's budget: how many APIs stand behind it.
[[nodiscard]] QString budgetSummary(const FleetSnapshot& fleet);
/// `meet it · 3 exempt · 1 missing`
[[nodiscard]] QString governanceSummary(const FleetTotals& totals);
/// Whether Prometheus has answered at all: before, no figure means anything.
[[nodiscard]] bool hasFigures(const FleetSnapshot& fleet);
/// Why the figures are not to be taken as fresh, or empty: `Figures are from 14:03:20: Prometheus is away`.
struct FleetRemark
{
    QString stale;
    QString partial;
};
[[nodiscard]] FleetRemark fleetRemark(const FleetSnapshot& fleet, ZoneChoice zone);
/// The document's labels as words: `payments · team ledger · tier critical · pci`.
[[nodiscard]] QString labelsText(const ApiStatus& api);

} // namespace postern

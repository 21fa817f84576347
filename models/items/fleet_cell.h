#pragma once

#include "models/items/fleet_model.h"

namespace postern::fleet_cell {

// What FleetModel's cells say, one function a role. Pure.

[[nodiscard]] QString text(const FleetRow& row, int column);
/// Invalid when not known.
[[nodiscard]] QVariant sortValue(const FleetRow& row, int column);
/// Invalid where a cell has no state of its own.
[[nodiscard]] QVariant state(const FleetRow& row, int column);
/// When its figure was true; none for cells that are no figures.
[[nodiscard]] std::optional<Clock::Wall> moment(const FleetRow& row, int column);
/// FreshnessRole's number.
[[nodiscard]] int freshness(const FleetRow& row, int column);
[[nodiscard]] QString exact(const FleetRow& row, int column);
[[nodiscard]] bool isNumber(int column);

} // namespace postern::fleet_cell

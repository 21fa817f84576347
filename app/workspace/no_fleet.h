#pragma once

#include "models/fleet/fleet_source.h"

namespace postern {

/// The fleet of a console that was told of none: no gateways, and a state that says why. Owned by the
/// workspace, UI thread.
class NoFleet final : public FleetSource
{
    Q_OBJECT
public:
    NoFleet();

    [[nodiscard]] std::vector<GatewayInstance> instances() const override { return {}; }
    [[nodiscard]] SourceState state() const override { return m_state; }

private:
    SourceState m_state;
};

} // namespace postern

#pragma once

#include "models/fleet/instance_status.h"
#include "models/fleet/source_state.h"

#include <QObject>

namespace postern {

/// Where the list of gateways comes from: a file now, the Kubernetes API later.
/// Owner: the shell. Thread: the UI's. Implementations read asynchronously or cheaply.
class FleetSource : public QObject
{
    Q_OBJECT
public:
    using QObject::QObject;

    /// The newest list that was good; empty before the first.
    [[nodiscard]] virtual std::vector<GatewayInstance> instances() const = 0;
    [[nodiscard]] virtual SourceState state() const = 0;

Q_SIGNALS:
    /// The list or the state changed.
    void changed();
};

} // namespace postern

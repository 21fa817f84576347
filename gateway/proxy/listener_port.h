#pragma once

#include "gateway/net/acceptor.h"
#include "gateway/proxy/compiled_snapshot.h"
#include "gateway/telemetry/worker_telemetry.h"

namespace postern {

/// One listener as one worker has it: who accepts, what the present configuration says of it, what is
/// counted. Owned by the worker; outlives the connections that came through it.
struct ListenerPort
{
    QString name;
    std::string text; ///< the same, for logs
    ListenerTelemetry& telemetry;
    const Snapshot::Compiled::ListenerSettings* settings =
        nullptr;                        ///< null: not in the present configuration
    std::unique_ptr<Acceptor> acceptor; ///< null: not accepting
};

} // namespace postern

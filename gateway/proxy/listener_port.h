#pragma once

#include "gateway/net/acceptor.h"
#include "gateway/proxy/listener_settings.h"
#include "gateway/telemetry/worker_telemetry.h"

#include <memory>
#include <vector>

namespace postern {

/// One listener as one worker has it: who accepts, what the present configuration says of it, what is
/// counted. Owned by the worker; outlives the connections that came through it.
struct ListenerPort
{
    QString name;
    std::string text; ///< the same, for logs
    ListenerTelemetry& telemetry;
    /// By the last configuration that knew it; null before the first. A listener that is gone may have
    /// connections that live on.
    std::shared_ptr<const ListenerSettings> settings;
    /// One for each socket, as a rule one; more where a process of more workers handed its sockets over.
    std::vector<std::unique_ptr<Acceptor>> acceptors;

    /// There may be room again.
    void resume() const
    {
        for (const auto& acceptor : acceptors)
            if (acceptor->isPaused())
                acceptor->resume();
    }
    /// Takes in who waits, then accepts nobody any more.
    void close()
    {
        for (const auto& acceptor : acceptors)
            acceptor->acceptLastAndClose();
        acceptors.clear();
    }
};

} // namespace postern

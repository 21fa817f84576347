#pragma once

#include "gateway/server/event_line.h"
#include "models/schema/address.h"

#include <QMap>
#include <QString>

#include <algorithm>
#include <functional>
#include <limits>
#include <optional>

namespace postern {

class Clock;
class PolicyCatalogue;
class PolicyRegistry;

/// What a gateway is told by whoever runs it; the rest stands in the document.
struct GatewayOptions
{
    QString configuration; ///< a document, or a flat folder of them
    QString secrets;       ///< the folder with the secrets' folders; empty: there is none
    std::size_t workers = 1;
    QMap<QString, SocketAddress> listen; ///< listener → address, instead of the document's
    std::optional<SocketAddress> admin;  ///< likewise
    /// How many this process may have; 0: no such limit is known. Clients get half of them, so that there is
    /// one for the upstream's side of each.
    std::size_t descriptors = 0;
    /// Name servers, `address:port` by commas, instead of the system's; see DnsSettings.
    QString dns;
    /// Where a successor knocks, and a predecessor may wait; empty: no hand-over.
    QString handover;
    /// Called once, on a thread of the gateway's, when a successor serves and this gateway has drained; the
    /// gateway is to be destroyed after it, on another. Not called where drain() came first.
    std::function<void()> handedOver = [] {};
    int accessLog = 1; ///< descriptor; not closed
    EventSink events;

    /// How many clients the descriptors are enough for: the more wait, as they do at `limits.connections`.
    [[nodiscard]] std::size_t mostClients() const
    {
        // Loops, listeners, logs, files that are read, the admin's clients.
        const std::size_t own = 64 + 8 * workers;
        return descriptors == 0 ? std::numeric_limits<std::size_t>::max()
                                : (std::max(descriptors, own + 2) - own) / 2;
    }
};

/// What a gateway stands on. All of it outlives the gateway.
struct GatewayEnvironment
{
    const Clock& clock;
    const PolicyCatalogue& catalogue;
    const PolicyRegistry& policies;
};

} // namespace postern

#pragma once

#include "gateway/server/event_line.h"
#include "models/schema/address.h"

#include <QMap>
#include <QString>

#include <functional>
#include <optional>

namespace postern {

class Clock;
class PolicyCatalogue;
class PolicyRegistry;

/// What a gateway is told by whoever runs it; the rest stands in the document.
struct GatewayOptions
{
    QString configuration; ///< a document, or a flat folder of them
    std::size_t workers = 1;
    QMap<QString, SocketAddress> listen; ///< listener → address, instead of the document's
    std::optional<SocketAddress> admin;  ///< likewise
    /// Where a successor knocks, and a predecessor may wait; empty: no hand-over.
    QString handover;
    /// Called once, on a thread of the gateway's, when a successor serves and this gateway has drained; the
    /// gateway is to be destroyed after it, on another. Not called where drain() came first.
    std::function<void()> handedOver = [] {};
    int accessLog = 1; ///< descriptor; not closed
    EventSink events;
};

/// What a gateway stands on. All of it outlives the gateway.
struct GatewayEnvironment
{
    const Clock& clock;
    const PolicyCatalogue& catalogue;
    const PolicyRegistry& policies;
};

} // namespace postern

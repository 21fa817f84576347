#pragma once

#include "gateway/server/event_line.h"
#include "models/schema/address.h"

#include <QMap>
#include <QString>

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
    int accessLog = 1;                   ///< descriptor; not closed
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

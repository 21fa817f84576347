#pragma once

#include "models/document/policy_entry.h"

namespace postern {

struct RouteMatch
{
    std::vector<QString> methods; ///< empty: every method
    QString path;                 ///< see PathTemplate
    TextMap headers;              ///< name → exact value; `content-type` compares the media type alone
};

enum class UpgradeProtocol { WebSocket };
std::span<const Choice<UpgradeProtocol>> choicesOf(UpgradeProtocol);

struct Route
{
    QString name;
    RouteMatch match;
    QString upstream;
    std::chrono::milliseconds timeout{
        30'000}; ///< from the head to the response's last byte; 0: none (a stream)
    std::vector<UpgradeProtocol> upgrade;
    std::vector<PolicyEntry> policies;
    Place place;
};

[[nodiscard]] const Record<Route>& routeRecord();

} // namespace postern

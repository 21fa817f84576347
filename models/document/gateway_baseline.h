#pragma once

#include "models/document/listener.h"
#include "models/document/metadata.h"
#include "models/document/policy_entry.h"

namespace postern {

/// Which APIs a baseline is for: all of the named namespaces (none named: every one) AND all of the labels.
struct AppliesTo
{
    std::vector<QString> namespaces;
    TextMap labels;

    [[nodiscard]] bool matches(const Metadata& metadata) const;
};

/// On every route, one of these policy types is enforced.
struct EveryRouteRequirement
{
    std::vector<QString> anyOf;
};

enum class RequiredMode { Enforce };
std::span<const Choice<RequiredMode>> choicesOf(RequiredMode);

/// The API has a policy of this type, enforced on all its routes; or promises at least so much.
struct ApiRequirement
{
    QString policy; ///< a type
    RequiredMode mode = RequiredMode::Enforce;
    QString objective;             ///< `availability` or `latency`
    std::optional<double> atLeast; ///< %
};

enum class ListenerException { None, Loopback };
std::span<const Choice<ListenerException>> choicesOf(ListenerException);

struct ListenersRequirement
{
    TlsVersion minTls = TlsVersion::V1_2;
    ListenerException except = ListenerException::None;
};

/// Exactly one of the three.
struct Requirement
{
    QString name;
    std::optional<EveryRouteRequirement> everyRoute;
    std::optional<ApiRequirement> api;
    std::optional<ListenersRequirement> listeners;
    Place place;
};

/// Excuses one API from one requirement, for a reason, until a date (that day included, in UTC).
struct Exemption
{
    QString api; ///< `namespace/name`
    QString requirement;
    QString reason;
    QString until; ///< `2027-03-31`
    Place place;
};

struct BaselineSpec
{
    AppliesTo appliesTo;
    std::vector<PolicyEntry> policies;
    std::vector<Requirement> requirements;
    std::vector<Exemption> exemptions;
};

/// Governance: what the APIs it applies to get, must have, and may be excused from until a date.
struct GatewayBaseline
{
    QString apiVersion;
    QString kind;
    Metadata metadata;
    BaselineSpec spec;
    Place place;
};

[[nodiscard]] const Record<GatewayBaseline>& gatewayBaselineRecord();

} // namespace postern

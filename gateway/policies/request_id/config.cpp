#include "gateway/policies/request_id/config.h"

#include "gateway/policies/attribute_syntax.h"

namespace postern {

namespace {

constexpr Choice<RequestIdConfig::Trust> trusts[] = {
    {"never", RequestIdConfig::Trust::Never, "Every request gets a new id."},
    {"trustedProxies", RequestIdConfig::Trust::TrustedProxies,
     "An id from one of the listener's trusted proxies stays."},
    {"always", RequestIdConfig::Trust::Always,
     "Any client's id stays. Clients can then make requests look alike."},
};

} // namespace

std::span<const Choice<RequestIdConfig::Trust>> choicesOf(RequestIdConfig::Trust) { return trusts; }

const Record<RequestIdConfig>& requestIdRecord()
{
    static const auto instance =
        record<RequestIdConfig>(
            "requestId", "Gives each request an id that the upstream, the client, the log and every refusal "
                         "carry.")
            .field("header", &RequestIdConfig::header, "The field that carries the id, both ways.")
            .matching(ownNameRule())
            .field("trust", &RequestIdConfig::trust, "Whose id is taken over, if it is well-formed.");
    return instance;
}

} // namespace postern

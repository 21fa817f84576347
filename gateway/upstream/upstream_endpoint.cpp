#include "gateway/upstream/upstream_endpoint.h"

namespace postern {

UpstreamEndpoint::UpstreamEndpoint(UpstreamSettings::Endpoint settings, EndpointId id)
    : m_settings(std::move(settings)), m_health(std::make_shared<EndpointHealth>()), m_id(id)
{}

void UpstreamEndpoint::report(AttemptOutcome outcome, Clock::Steady now)
{
    if (outcome == AttemptOutcome::ConnectFailure)
        m_health->connectFailed(now);
}

} // namespace postern

#include "gateway/upstream/upstream_endpoint.h"

#include "gateway/upstream/outlier_detector.h"

namespace postern {

UpstreamEndpoint::UpstreamEndpoint(EndpointSettings settings, std::shared_ptr<EndpointHealth> health,
                                   const OutlierDetector& detector, EndpointId id)
    : m_settings(std::move(settings))
    , m_health(std::move(health))
    , m_detector(detector)
    , m_hash(balancerHash(m_settings.text))
    , m_id(id)
{}

void UpstreamEndpoint::report(AttemptOutcome outcome, Clock::Steady now)
{
    m_detector.judge(*m_health, outcome, now);
}

} // namespace postern

#include "gateway/upstream/outlier_detector.h"

#include "gateway/upstream/upstream_directory.h"

namespace postern {

OutlierDetector::OutlierDetector(std::optional<OutlierRules> rules,
                                 std::shared_ptr<UpstreamDirectory> directory)
    : m_rules(rules), m_directory(std::move(directory))
{}

void OutlierDetector::judge(EndpointHealth& health, AttemptOutcome outcome, Clock::Steady now) const
{
    if (outcome == AttemptOutcome::ConnectFailure)
        health.connectFailed(now);
    else if (outcome == AttemptOutcome::Success)
        health.served(now);
    if (!m_rules || health.isEjected(now)) // what ends during an ejection was there before it
        return;
    if (outcome == AttemptOutcome::Success)
        health.forgetErrors();
    else if (health.addError() >= m_rules->consecutiveErrors)
        m_directory->eject(health, *m_rules, now);
}

} // namespace postern

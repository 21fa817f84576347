#pragma once

#include "gateway/upstream/balancer_hint.h"
#include "gateway/upstream/endpoint_health.h"
#include "gateway/upstream/endpoint_settings.h"

#include <cstdint>
#include <memory>
#include <vector>

namespace postern {

class OutlierDetector;
class TlsSessionCache;
class UpstreamConnection;

/// One endpoint as one worker sees it. Owned by its pool, on the worker's thread; one that has left its
/// upstream (a new answer of DNS, a reload) stays until its last connection and request are gone.
class UpstreamEndpoint
{
public:
    /// \a detector outlives it.
    UpstreamEndpoint(EndpointSettings settings, std::shared_ptr<EndpointHealth> health,
                     const OutlierDetector& detector, EndpointId id);

    [[nodiscard]] const EndpointSettings& settings() const { return m_settings; }
    [[nodiscard]] EndpointId id() const { return m_id; }

    /// One attempt has ended, for whoever made it to tell, once: outlier detection and the balancers go by
    /// it.
    void report(AttemptOutcome outcome, Clock::Steady now);

    /// Requests in flight here, as least request counts them. The pool counts a connection that is lent to
    /// one request, from acquire() to release(); who shares a connection among many (Lending::Shared) counts
    /// each of them. An endpoint that has begun requests stays.
    void requestBegan() { ++m_requests; }
    void requestEnded() { --m_requests; }
    [[nodiscard]] std::size_t requests() const { return m_requests; }

    [[nodiscard]] const EndpointHealth& health() const { return *m_health; }
    [[nodiscard]] EndpointHealth& health() { return *m_health; }
    /// It belongs to its upstream no longer: nothing new begins here.
    [[nodiscard]] bool isLeaving() const { return m_leaving; }

private:
    friend class EndpointChooser;
    friend class UpstreamPool;

    EndpointSettings m_settings;
    std::shared_ptr<EndpointHealth> m_health;
    const OutlierDetector& m_detector;
    std::uint64_t m_hash;                        ///< of its address, for the consistent hash
    std::shared_ptr<TlsSessionCache> m_sessions; ///< null where it was never secured
    EndpointId m_id;
    bool m_leaving = false;
    std::size_t m_requests = 0;
    std::size_t m_connections = 0;           ///< of any state
    std::vector<UpstreamConnection*> m_idle; ///< the one used last is the last
    std::int64_t m_credit = 0;               ///< of the smooth weighted round robin
};

} // namespace postern

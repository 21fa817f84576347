#pragma once

#include "gateway/telemetry/endpoint_census.h"
#include "gateway/upstream/endpoint_health.h"
#include "gateway/upstream/endpoint_settings.h"
#include "models/document/upstream.h"

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

namespace postern {

struct OutlierRules;

/// One upstream's endpoints as the whole process knows them. Purpose: what DNS and health checks find is
/// found once, and every worker and the scrape see it. Owned by the snapshots and pools of its upstream; any
/// thread. The lock guards the list; a worker takes it when told that the list has changed, or to eject.
class UpstreamDirectory final : public EndpointCensus
{
public:
    struct Entry
    {
        EndpointSettings settings;
        std::shared_ptr<EndpointHealth> health;
    };
    using Entries = std::vector<Entry>;

    /// The endpoints of the document; for `dns`, those that are found. Where nothing about them has changed
    /// it is \a previous (null: none); else what is known of an endpoint's health goes over from there.
    [[nodiscard]] static std::shared_ptr<UpstreamDirectory>
    create(const Upstream& upstream, const std::shared_ptr<UpstreamDirectory>& previous);
    /// As it is, for ever.
    explicit UpstreamDirectory(const std::vector<EndpointSettings>& endpoints);

    [[nodiscard]] Entries entries() const;
    /// Another one with each change of the entries.
    [[nodiscard]] std::uint64_t version() const { return m_version.load(std::memory_order_acquire); }
    /// The endpoints from now on; those that are new begin their slow start, unless they are the first.
    /// \returns whether anything changed.
    bool replace(const std::vector<EndpointSettings>& endpoints, Clock::Steady now);

    /// Unless enough are ejected.
    void eject(EndpointHealth& health, const OutlierRules& rules, Clock::Steady now);

    [[nodiscard]] Counts count(Clock::Steady now) const;
    [[nodiscard]] Counts count() const override { return count(SystemClock().steady()); }

private:
    void put(const std::vector<EndpointSettings>& endpoints, const Entries& known, Clock::Steady since);

    std::optional<UpstreamDns> m_name;       ///< whose answers the entries are
    std::vector<EndpointSettings> m_written; ///< in the document
    mutable std::mutex m_mutex;
    Entries m_entries; ///< under m_mutex
    std::atomic<std::uint64_t> m_version = 1;
};

} // namespace postern

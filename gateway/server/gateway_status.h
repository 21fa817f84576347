#pragma once

#include "gateway/admin/admin_source.h"

#include <atomic>
#include <mutex>

namespace postern {

class Telemetry;

/// What the admin listener sees of a gateway. Written by the control thread, read by the admin's; owned by
/// the gateway.
class GatewayStatus final : public AdminSource
{
public:
    explicit GatewayStatus(const Telemetry& telemetry) : m_telemetry(telemetry) {}

    void setReadiness(Readiness readiness) { m_readiness = readiness; }
    /// Another process serves on behind the same address: who was let in here before hears that it is ready.
    void setSucceeded() { m_succeeded = true; }
    void setConfiguration(std::string report);

    [[nodiscard]] Readiness readiness() const override
    {
        return m_succeeded ? Readiness::Ready : m_readiness.load();
    }
    [[nodiscard]] std::string metrics() const override;
    [[nodiscard]] std::string configuration() const override;

private:
    const Telemetry& m_telemetry;
    std::atomic<Readiness> m_readiness = Readiness::NotConfigured;
    std::atomic<bool> m_succeeded = false;
    mutable std::mutex m_mutex;
    std::string m_configuration; ///< under m_mutex
};

} // namespace postern

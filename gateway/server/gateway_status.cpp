#include "gateway/server/gateway_status.h"

#include "gateway/telemetry/telemetry.h"

namespace postern {

void GatewayStatus::setConfiguration(std::string report)
{
    const std::lock_guard lock(m_mutex);
    m_configuration = std::move(report);
}

std::string GatewayStatus::metrics() const { return m_telemetry.exposition(); }

std::string GatewayStatus::configuration() const
{
    const std::lock_guard lock(m_mutex);
    return m_configuration;
}

} // namespace postern

#pragma once

#include <string>

namespace postern {

enum class Readiness : unsigned char { Ready, NotConfigured, Draining };

/// What the admin listener tells of. Implemented by the gateway; called on the admin's thread, whatever the
/// workers do meanwhile.
class AdminSource
{
public:
    virtual ~AdminSource() = default;

    [[nodiscard]] virtual Readiness readiness() const = 0;
    /// Prometheus' text format 0.0.4.
    [[nodiscard]] virtual std::string metrics() const = 0;
    /// CONTRACT's JSON object, secrets redacted; empty while there is no configuration.
    [[nodiscard]] virtual std::string configuration() const = 0;
};

} // namespace postern

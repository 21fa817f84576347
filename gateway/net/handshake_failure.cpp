#include "gateway/net/handshake_failure.h"

#include <array>

namespace postern {

std::string_view tokenOf(HandshakeFailure failure)
{
    // In the order of the enum.
    static constexpr std::array<std::string_view, static_cast<std::size_t>(HandshakeFailure::Count)> tokens{
        "none",
        "peer-closed",
        "not-tls",
        "version",
        "cipher",
        "protocol",
        "certificate-missing",
        "certificate-expired",
        "certificate-revoked",
        "certificate-unknown",
        "certificate-purpose",
        "certificate-name",
        "certificate-invalid",
        "peer-refused",
        "malformed",
        "timed-out",
        "internal",
    };
    return tokens[static_cast<std::size_t>(failure)];
}

} // namespace postern

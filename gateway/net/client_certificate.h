#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace postern {

/// A peer's certificate that was verified: who it is. Purpose: policies and X-Forwarded-Client-Cert read it
/// without knowing OpenSSL. An immutable value, shared by the requests of a connection.
struct ClientCertificate
{
    std::string subject;           ///< RFC 4514: `CN=ledger,O=Bank`
    std::string issuer;            ///< likewise
    std::string serial;            ///< lower-case hex
    std::string fingerprint;       ///< SHA-256 of the DER, lower-case hex
    std::vector<std::string> uris; ///< subject alternative names, in the certificate's order
    std::vector<std::string> dnsNames;
    std::vector<std::string> emails;
    std::vector<std::string> addresses; ///< IP addresses as text
    std::string spiffeId;               ///< empty unless there is exactly one URI name, and it is a SPIFFE ID
    std::chrono::system_clock::time_point notAfter{};
    std::string der;

    [[nodiscard]] std::string pem() const;
};

/// Whether \a uri is a SPIFFE ID (SPIFFE-ID §2): `spiffe://trust-domain/path`, at most 2048 bytes; the domain
/// in lower case; the path's segments neither empty nor `.` nor `..`, of letters, digits, `.`, `-`, `_`; no
/// port, user, query, fragment or percent-encoding.
[[nodiscard]] bool isSpiffeId(std::string_view uri);

} // namespace postern

#pragma once

#include "gateway/net/client_certificate.h"

#include <openssl/x509.h>

#include <memory>
#include <string>

namespace postern {

/// A certificate as plain text. To be asked of verified ones alone.
[[nodiscard]] std::shared_ptr<const ClientCertificate> describeCertificate(X509& certificate);

/// RFC 4514: `CN=ledger,O=Bank`.
[[nodiscard]] std::string textOf(const X509_NAME& name);
/// Throws nothing; the epoch where the time can not be read.
[[nodiscard]] std::chrono::system_clock::time_point timeOf(const ASN1_TIME& time);

} // namespace postern

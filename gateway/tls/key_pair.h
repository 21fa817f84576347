#pragma once

#include "gateway/tls/openssl_pointers.h"
#include "gateway/tls/pem_file.h"
#include "models/base/result.h"

#include <chrono>
#include <string>
#include <vector>

namespace postern {

/// A certificate, its chain and its private key, read and found to belong together. A value, moved.
struct KeyPair
{
    CertificatePointer leaf;
    std::vector<CertificatePointer> chain; ///< above the leaf, in the file's order
    KeyPointer key;
    /// DNS names it stands for, in lower case, `*.example.com` among them: its subject alternative names, or
    /// the subject's CN where it has none.
    std::vector<std::string> names;
    std::chrono::system_clock::time_point notAfter{};

    /// An error names the file, what was found and what was expected; never a secret.
    [[nodiscard]] static Result<KeyPair> read(const KeyPairFiles& files);
    [[nodiscard]] Result<void> useIn(SSL_CTX& context) const;
};

/// The certificates of a PEM file, at least one.
[[nodiscard]] Result<std::vector<CertificatePointer>> readCertificates(const PemFile& file);

} // namespace postern

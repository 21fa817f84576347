#pragma once

#include <openssl/x509.h>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace postern::test {

/// A certificate with its key, in PEM.
struct IssuedCertificate
{
    std::string certificate = {};
    std::string key = {};
};

/// Issues certificates for tests, the good and the bad.
class CertificateAuthority
{
public:
    enum class Key { P256, Rsa };
    enum class Purpose { Any, Server, Client };
    struct Request
    {
        std::string commonName = "localhost";
        std::vector<std::string> names = {}; ///< `DNS:a.example`, `URI:spiffe://…`, `IP:127.0.0.1`
        Purpose purpose = Purpose::Any;
        Key key = Key::P256;
        std::chrono::seconds from{-3600}; ///< from now
        std::chrono::seconds to{86400};
    };

    /// A root; with \a parent an intermediate.
    explicit CertificateAuthority(const std::string& name, const CertificateAuthority* parent = nullptr,
                                  std::chrono::seconds to = std::chrono::seconds(86400));

    [[nodiscard]] IssuedCertificate issue(const Request& request) const;
    /// Of this authority, listing \a revoked.
    [[nodiscard]] std::string crl(const std::vector<std::string>& revoked,
                                  std::chrono::seconds to = std::chrono::seconds(86400)) const;
    [[nodiscard]] std::string certificate() const; ///< PEM

private:
    std::shared_ptr<X509> m_certificate;
    std::shared_ptr<EVP_PKEY> m_key;
};

/// Signed by itself.
[[nodiscard]] IssuedCertificate selfSigned(const std::string& name);
/// The key in PEM, under the passphrase `secret`.
[[nodiscard]] std::string withPassphrase(const std::string& key);

} // namespace postern::test

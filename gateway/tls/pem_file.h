#pragma once

#include "gateway/tls/secret_text.h"

#include <QString>

namespace postern {

/// The text of one file of a secret, and what to call it in errors (its path; never its contents).
struct PemFile
{
    QString name;
    SecretText text; ///< it may be a private key

    friend bool operator==(const PemFile&, const PemFile&) = default;
};

/// A certificate with those above it, and its private key.
struct KeyPairFiles
{
    PemFile certificate; ///< `tls.crt`
    PemFile key;         ///< `tls.key`

    friend bool operator==(const KeyPairFiles&, const KeyPairFiles&) = default;
};

/// Whom to trust.
struct TrustFiles
{
    PemFile authorities; ///< `ca.crt`
    PemFile crls;        ///< `ca.crl`; empty where there is none

    friend bool operator==(const TrustFiles&, const TrustFiles&) = default;
};

} // namespace postern

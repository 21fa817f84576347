#include "gateway/policies/jwt/signature_verifier.h"

#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/rsa.h>
#include <openssl/sha.h>

#include <array>

namespace postern {

namespace {

/// One coordinate as a DER INTEGER (X.690 §8.3). Returns the end of what was written; null when it is zero,
/// which no true signature has (RFC 7518 §3.4 with FIPS 186-4 §6.4.2).
unsigned char* writeInteger(unsigned char* out, std::string_view bytes)
{
    while (!bytes.empty() && bytes.front() == '\0')
        bytes.remove_prefix(1);
    if (bytes.empty())
        return nullptr;
    const bool sign = (static_cast<unsigned char>(bytes.front()) & 0x80) != 0;
    *out++ = 0x02;
    *out++ = static_cast<unsigned char>(bytes.size() + (sign ? 1 : 0));
    if (sign)
        *out++ = 0;
    for (const char c : bytes)
        *out++ = static_cast<unsigned char>(c);
    return out;
}

/// r‖s of P-256 as the DER sequence OpenSSL reads; its size, or 0.
std::size_t toDer(std::string_view signature, std::array<unsigned char, 80>& der)
{
    unsigned char* end = writeInteger(der.data() + 2, signature.substr(0, signature.size() / 2));
    if (end)
        end = writeInteger(end, signature.substr(signature.size() / 2));
    if (!end)
        return 0;
    der[0] = 0x30;
    der[1] = static_cast<unsigned char>(end - der.data() - 2);
    return static_cast<std::size_t>(end - der.data());
}

} // namespace

SignatureVerifier::SignatureVerifier(const JwkSet& keys) : m_keys(keys)
{
    for (const VerificationKey& key : keys.keys()) {
        auto& context = m_contexts.emplace_back(EVP_PKEY_CTX_new_from_pkey(nullptr, key.key.get(), nullptr));
        bool ready = context && EVP_PKEY_verify_init(context.get()) > 0 &&
                     EVP_PKEY_CTX_set_signature_md(context.get(), EVP_sha256()) > 0;
        if (ready && key.algorithm == JwsAlgorithm::RS256)
            ready = EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_PADDING) > 0;
        if (!ready)
            context.reset();
    }
}

bool SignatureVerifier::verify(std::size_t index, std::string_view input, std::string_view signature)
{
    const VerificationKey& key = m_keys.keys()[index];
    EVP_PKEY_CTX* context = m_contexts[index].get();
    if (!context || signature.size() != key.signatureBytes)
        return false;
    std::array<unsigned char, SHA256_DIGEST_LENGTH> digest;
    SHA256(reinterpret_cast<const unsigned char*>(input.data()), input.size(), digest.data());

    std::array<unsigned char, 80> der;
    const auto* bytes = reinterpret_cast<const unsigned char*>(signature.data());
    std::size_t size = signature.size();
    if (key.algorithm == JwsAlgorithm::ES256) {
        size = toDer(signature, der);
        bytes = der.data();
        if (size == 0)
            return false;
    }
    const bool good = EVP_PKEY_verify(context, bytes, size, digest.data(), digest.size()) == 1;
    if (!good)
        ERR_clear_error();
    return good;
}

} // namespace postern

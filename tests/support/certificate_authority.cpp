#include "tests/support/certificate_authority.h"

#include <QtGlobal>

#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

namespace postern::test {

namespace {

using KeyPointer = std::shared_ptr<EVP_PKEY>;
using CertificatePointer = std::shared_ptr<X509>;

KeyPointer makeKey(CertificateAuthority::Key kind)
{
    EVP_PKEY* key = kind == CertificateAuthority::Key::P256 ? EVP_EC_gen("P-256") : EVP_RSA_gen(2048);
    if (!key)
        qFatal("no key");
    return {key, EVP_PKEY_free};
}

template<typename Write>
std::string pemOf(Write write)
{
    BIO* bio = BIO_new(BIO_s_mem());
    write(bio);
    char* text = nullptr;
    const long size = BIO_get_mem_data(bio, &text);
    std::string result(text, static_cast<std::size_t>(size));
    BIO_free(bio);
    return result;
}

std::string pemOf(X509* certificate)
{
    return pemOf([certificate](BIO* bio) { PEM_write_bio_X509(bio, certificate); });
}

std::string pemOf(EVP_PKEY* key)
{
    return pemOf(
        [key](BIO* bio) { PEM_write_bio_PrivateKey(bio, key, nullptr, nullptr, 0, nullptr, nullptr); });
}

CertificatePointer certificateOf(const std::string& pem)
{
    BIO* bio = BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
    X509* certificate = PEM_read_bio_X509(bio, nullptr, nullptr, nullptr);
    BIO_free(bio);
    return {certificate, X509_free};
}

void extend(X509* certificate, X509* issuer, int kind, const std::string& value)
{
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str());
    if (!extension)
        qFatal("extension %s", value.c_str());
    X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
}

CertificatePointer blank(const std::string& commonName, EVP_PKEY* key, std::chrono::seconds from,
                         std::chrono::seconds to)
{
    const CertificatePointer certificate(X509_new(), X509_free);
    X509_set_version(certificate.get(), X509_VERSION_3);
    std::uint64_t serial = 0;
    RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof serial);
    ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate.get()), serial >> 1 | 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate.get()), from.count());
    X509_gmtime_adj(X509_getm_notAfter(certificate.get()), to.count());
    X509_NAME* name = X509_get_subject_name(certificate.get());
    X509_NAME_add_entry_by_txt(name, "O", MBSTRING_UTF8,
                               reinterpret_cast<const unsigned char*>("Postern tests"), -1, -1, 0);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
                               reinterpret_cast<const unsigned char*>(commonName.c_str()), -1, -1, 0);
    X509_set_pubkey(certificate.get(), key);
    return certificate;
}

} // namespace

CertificateAuthority::CertificateAuthority(const std::string& name, const CertificateAuthority* parent,
                                           std::chrono::seconds to)
    : m_key(makeKey(Key::P256))
{
    m_certificate = blank(name, m_key.get(), std::chrono::hours(-1), to);
    X509* issuer = parent ? parent->m_certificate.get() : m_certificate.get();
    X509_set_issuer_name(m_certificate.get(), X509_get_subject_name(issuer));
    extend(m_certificate.get(), issuer, NID_basic_constraints, "critical,CA:TRUE");
    extend(m_certificate.get(), issuer, NID_key_usage, "critical,keyCertSign,cRLSign");
    extend(m_certificate.get(), issuer, NID_subject_key_identifier, "hash");
    X509_sign(m_certificate.get(), parent ? parent->m_key.get() : m_key.get(), EVP_sha256());
}

IssuedCertificate CertificateAuthority::issue(const Request& request) const
{
    const KeyPointer key = makeKey(request.key);
    const CertificatePointer certificate = blank(request.commonName, key.get(), request.from, request.to);
    X509_set_issuer_name(certificate.get(), X509_get_subject_name(m_certificate.get()));
    extend(certificate.get(), m_certificate.get(), NID_basic_constraints, "CA:FALSE");
    extend(certificate.get(), m_certificate.get(), NID_authority_key_identifier, "keyid:always");
    std::string names;
    for (const std::string& name : request.names)
        names += (names.empty() ? "" : ",") + name;
    if (!names.empty())
        extend(certificate.get(), m_certificate.get(), NID_subject_alt_name, names);
    if (request.purpose != Purpose::Any)
        extend(certificate.get(), m_certificate.get(), NID_ext_key_usage,
               request.purpose == Purpose::Server ? "serverAuth" : "clientAuth");
    X509_sign(certificate.get(), m_key.get(), EVP_sha256());
    return {pemOf(certificate.get()), pemOf(key.get())};
}

std::string CertificateAuthority::crl(const std::vector<std::string>& revoked, std::chrono::seconds to) const
{
    X509_CRL* list = X509_CRL_new();
    X509_CRL_set_version(list, X509_CRL_VERSION_2);
    X509_CRL_set_issuer_name(list, X509_get_subject_name(m_certificate.get()));
    ASN1_TIME* time = X509_gmtime_adj(nullptr, -7200);
    X509_CRL_set1_lastUpdate(list, time);
    for (const std::string& pem : revoked) {
        X509_REVOKED* entry = X509_REVOKED_new();
        X509_REVOKED_set_serialNumber(entry, X509_get_serialNumber(certificateOf(pem).get()));
        X509_REVOKED_set_revocationDate(entry, time);
        X509_CRL_add0_revoked(list, entry);
    }
    X509_gmtime_adj(time, to.count());
    X509_CRL_set1_nextUpdate(list, time);
    ASN1_TIME_free(time);
    X509_CRL_sign(list, m_key.get(), EVP_sha256());
    std::string pem = pemOf([list](BIO* bio) { PEM_write_bio_X509_CRL(bio, list); });
    X509_CRL_free(list);
    return pem;
}

std::string CertificateAuthority::certificate() const { return pemOf(m_certificate.get()); }

IssuedCertificate selfSigned(const std::string& name)
{
    const KeyPointer key = makeKey(CertificateAuthority::Key::P256);
    const CertificatePointer certificate =
        blank(name, key.get(), std::chrono::hours(-1), std::chrono::hours(24));
    X509_set_issuer_name(certificate.get(), X509_get_subject_name(certificate.get()));
    extend(certificate.get(), certificate.get(), NID_subject_alt_name, "DNS:" + name);
    X509_sign(certificate.get(), key.get(), EVP_sha256());
    return {pemOf(certificate.get()), pemOf(key.get())};
}

std::string withPassphrase(const std::string& key)
{
    BIO* in = BIO_new_mem_buf(key.data(), static_cast<int>(key.size()));
    const KeyPointer read(PEM_read_bio_PrivateKey(in, nullptr, nullptr, nullptr), EVP_PKEY_free);
    BIO_free(in);
    return pemOf([&read](BIO* bio) {
        std::string passphrase = "secret";
        PEM_write_bio_PKCS8PrivateKey(bio, read.get(), EVP_aes_256_cbc(), passphrase.data(),
                                      static_cast<int>(passphrase.size()), nullptr, nullptr);
    });
}

} // namespace postern::test

#include "gateway/tls/key_pair.h"

#include "gateway/tls/certificate_description.h"
#include "gateway/tls/openssl_error.h"

#include <openssl/err.h>

#include <algorithm>

namespace postern {

namespace {

constexpr std::size_t kMostCertificates = 1000; // a large bundle of authorities has some 150

Error unusable(const PemFile& file, const QString& found, const QString& expected)
{
    return Error::invalid(QStringLiteral("%1: found %2, expected %3").arg(file.name, found, expected),
                          {.file = file.name, .path = {}});
}

QString orUnreadable(const std::string& reason)
{
    return reason.empty() ? QStringLiteral("something unreadable") : QString::fromStdString(reason);
}

/// OpenSSL asks for a passphrase; there is none to give, and no terminal to ask.
int refusePassphrase(char*, int, int, void* asked)
{
    *static_cast<bool*>(asked) = true;
    return -1;
}

Result<KeyPointer> readKey(const PemFile& file)
{
    const BioPointer bio(BIO_new_mem_buf(file.text.data(), static_cast<int>(file.text.size())));
    bool asked = false;
    KeyPointer key(PEM_read_bio_PrivateKey(bio.get(), nullptr, refusePassphrase, &asked));
    const std::string reason = takeOpensslError();
    if (key)
        return key;
    return failure(unusable(file,
                            asked ? QStringLiteral("a private key with a passphrase")
                                  : QStringLiteral("no private key (%1)").arg(orUnreadable(reason)),
                            QStringLiteral("a PEM private key without a passphrase")));
}

std::string lowered(std::string_view text)
{
    std::string result(text);
    std::ranges::transform(result, result.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    return result;
}

/// Of certificates from before subject alternative names.
std::string commonName(const X509& certificate)
{
    X509_NAME* subject = X509_get_subject_name(&certificate);
    const int position = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
    if (position < 0)
        return {};
    const ASN1_STRING* value = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, position));
    return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(value)),
            static_cast<std::size_t>(ASN1_STRING_length(value))};
}

std::vector<std::string> namesOf(X509& certificate)
{
    std::vector<std::string> names;
    const auto description = describeCertificate(certificate);
    for (const std::string& name : description->dnsNames)
        names.push_back(lowered(name));
    if (names.empty()) {
        if (const std::string name = commonName(certificate); !name.empty())
            names.push_back(lowered(name));
    }
    return names;
}

} // namespace

Result<std::vector<CertificatePointer>> readCertificates(const PemFile& file)
{
    const BioPointer bio(BIO_new_mem_buf(file.text.data(), static_cast<int>(file.text.size())));
    std::vector<CertificatePointer> certificates;
    bool asked = false;
    while (certificates.size() < kMostCertificates) {
        CertificatePointer next(PEM_read_bio_X509(bio.get(), nullptr, refusePassphrase, &asked));
        if (!next)
            break;
        certificates.push_back(std::move(next));
    }
    // The end of the file is an error of this kind too.
    const bool atEnd = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
    const std::string reason = takeOpensslError();
    if (!certificates.empty() && atEnd)
        return certificates;
    const auto found = QStringLiteral("no certificate (%1)").arg(orUnreadable(reason));
    const auto broken = QStringLiteral("a broken certificate after the first %1 (%2)")
                            .arg(certificates.size())
                            .arg(orUnreadable(reason));
    return failure(unusable(file, certificates.empty() ? found : broken, QStringLiteral("PEM certificates")));
}

Result<KeyPair> KeyPair::read(const KeyPairFiles& files)
{
    auto certificates = readCertificates(files.certificate);
    if (!certificates)
        return failure(certificates.error());
    auto key = readKey(files.key);
    if (!key)
        return failure(key.error());
    KeyPair pair;
    pair.leaf = std::move(certificates->front());
    std::move(certificates->begin() + 1, certificates->end(), std::back_inserter(pair.chain));
    pair.key = std::move(*key);
    if (X509_check_private_key(pair.leaf.get(), pair.key.get()) != 1) {
        ERR_clear_error();
        return failure(unusable(files.key,
                                QStringLiteral("a private key that does not belong to the certificate in %1")
                                    .arg(files.certificate.name),
                                QStringLiteral("the key of the first certificate there")));
    }
    pair.names = namesOf(*pair.leaf);
    pair.notAfter = timeOf(*X509_get0_notAfter(pair.leaf.get()));
    return pair;
}

Result<void> KeyPair::useIn(SSL_CTX& context) const
{
    bool used = SSL_CTX_use_certificate(&context, leaf.get()) == 1;
    SSL_CTX_clear_chain_certs(&context);
    for (const CertificatePointer& above : chain)
        used = used && SSL_CTX_add1_chain_cert(&context, above.get()) == 1;
    used = used && SSL_CTX_use_PrivateKey(&context, key.get()) == 1;
    const std::string reason = takeOpensslError();
    if (used)
        return {};
    return failure(Error::invalid(
        QStringLiteral("the certificate of %1 can not be used: %2")
            .arg(QString::fromStdString(textOf(*X509_get_subject_name(leaf.get()))), orUnreadable(reason))));
}

} // namespace postern

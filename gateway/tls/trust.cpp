#include "gateway/tls/trust.h"

#include "gateway/tls/certificate_description.h"
#include "gateway/tls/key_pair.h"
#include "gateway/tls/openssl_error.h"

#include <openssl/err.h>

#include <algorithm>

namespace postern {

namespace {

constexpr int kMostAbove = 10;             // intermediates in a chain
constexpr std::size_t kMostAnnounced = 64; // names of authorities in a CertificateRequest
constexpr std::size_t kMostCrls = 1000;

Error unusable(const PemFile& file, const QString& found, const QString& expected)
{
    return Error::invalid(QStringLiteral("%1: found %2, expected %3").arg(file.name, found, expected),
                          {.file = file.name, .path = {}});
}

StorePointer newStore(unsigned long flags)
{
    StorePointer store(X509_STORE_new());
    X509_STORE_set_flags(store.get(), flags);
    return store;
}

/// Where a store keeps its Trust, for the verify callback.
int storeIndex()
{
    static const int index = X509_STORE_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
    return index;
}

} // namespace

Result<std::shared_ptr<const Trust>> Trust::read(const TrustFiles& files)
{
    auto trust = std::shared_ptr<Trust>(new Trust);
    trust->m_store = newStore(0);
    if (auto added = trust->addAuthorities(files.authorities); !added)
        return failure(added.error());
    if (auto added = trust->addCrls(files.crls); !added)
        return failure(added.error());
    X509_STORE_set_ex_data(trust->m_store.get(), storeIndex(), trust.get());
    X509_STORE_set_verify_cb(trust->m_store.get(), verify);
    return std::shared_ptr<const Trust>(std::move(trust));
}

Result<std::shared_ptr<const Trust>> Trust::ofSystem()
{
    auto trust = std::shared_ptr<Trust>(new Trust);
    trust->m_store = newStore(0);
    const bool loaded = X509_STORE_set_default_paths(trust->m_store.get()) == 1;
    const std::string reason = takeOpensslError();
    if (!loaded)
        return failure(Error::environment(Error::Kind::NotFound,
                                          QStringLiteral("the system's authorities can not be read: %1")
                                              .arg(QString::fromStdString(reason))));
    return std::shared_ptr<const Trust>(std::move(trust));
}

Result<void> Trust::addAuthorities(const PemFile& file)
{
    auto certificates = readCertificates(file);
    if (!certificates)
        return failure(certificates.error());
    m_authorities = std::move(*certificates);
    const bool anyRoot = std::ranges::any_of(
        m_authorities, [](const CertificatePointer& one) { return X509_self_signed(one.get(), 0) == 1; });
    if (!anyRoot)
        X509_STORE_set_flags(m_store.get(), X509_V_FLAG_PARTIAL_CHAIN);
    for (const CertificatePointer& one : m_authorities)
        X509_STORE_add_cert(m_store.get(), one.get()); // twice the same is no fault
    ERR_clear_error();
    return {};
}

Result<void> Trust::addCrls(const PemFile& file)
{
    if (file.text.empty())
        return {};
    const BioPointer bio(BIO_new_mem_buf(file.text.data(), static_cast<int>(file.text.size())));
    while (m_crls.size() < kMostCrls) {
        CrlPointer next(PEM_read_bio_X509_CRL(bio.get(), nullptr, nullptr, nullptr));
        if (!next)
            break;
        m_crls.push_back(std::move(next));
    }
    const bool atEnd = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
    const std::string reason = takeOpensslError();
    if (m_crls.empty() || !atEnd)
        return failure(unusable(file, QStringLiteral("no CRL (%1)").arg(QString::fromStdString(reason)),
                                QStringLiteral("PEM certificate revocation lists")));
    for (const CrlPointer& crl : m_crls) {
        // An authority that renews its key has two certificates of one name: either may have signed.
        bool hasIssuer = false;
        bool isSigned = false;
        for (const CertificatePointer& one : m_authorities) {
            if (X509_NAME_cmp(X509_get_subject_name(one.get()), X509_CRL_get_issuer(crl.get())) != 0)
                continue;
            hasIssuer = true;
            isSigned = isSigned || X509_CRL_verify(crl.get(), X509_get0_pubkey(one.get())) == 1;
        }
        ERR_clear_error();
        if (hasIssuer && !isSigned)
            return failure(unusable(file, QStringLiteral("a CRL that its issuer has not signed"),
                                    QStringLiteral("a CRL of an authority in ca.crt")));
        X509_STORE_add_crl(m_store.get(), crl.get());
    }
    ERR_clear_error();
    X509_STORE_set_flags(m_store.get(), X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL);
    return {};
}

bool Trust::hasCrlOf(const X509_NAME& issuer) const
{
    return std::ranges::any_of(m_crls, [&issuer](const CrlPointer& crl) {
        return X509_NAME_cmp(X509_CRL_get_issuer(crl.get()), &issuer) == 0;
    });
}

Clock::Wall Trust::endOfCrls(const X509_NAME& issuer) const
{
    auto end = Clock::Wall::max();
    for (const CrlPointer& crl : m_crls) {
        const ASN1_TIME* next = X509_CRL_get0_nextUpdate(crl.get());
        if (next && X509_NAME_cmp(X509_CRL_get_issuer(crl.get()), &issuer) == 0)
            end = std::min(end, timeOf(*next));
    }
    return end;
}

Clock::Wall Trust::endOfVerdict(const SSL& ssl)
{
    const X509_STORE* store = SSL_CTX_get_cert_store(SSL_get_SSL_CTX(&ssl));
    const auto* trust = static_cast<const Trust*>(X509_STORE_get_ex_data(store, storeIndex()));
    const STACK_OF(X509)* chain = SSL_get0_verified_chain(&ssl);
    auto end = Clock::Wall::max();
    for (int i = 0; i < sk_X509_num(chain); ++i) {
        const X509* one = sk_X509_value(chain, i);
        end = std::min(end, timeOf(*X509_get0_notAfter(one)));
        if (trust)
            end = std::min(end, trust->endOfCrls(*X509_get_issuer_name(one)));
    }
    return end;
}

int Trust::verify(int verdict, X509_STORE_CTX* context)
{
    if (verdict == 1 || X509_STORE_CTX_get_error(context) != X509_V_ERR_UNABLE_TO_GET_CRL)
        return verdict;
    const auto* trust =
        static_cast<const Trust*>(X509_STORE_get_ex_data(X509_STORE_CTX_get0_store(context), storeIndex()));
    const X509* certificate = X509_STORE_CTX_get_current_cert(context);
    if (!trust || !certificate || trust->hasCrlOf(*X509_get_issuer_name(certificate)))
        return 0;
    X509_STORE_CTX_set_error(context, X509_V_OK);
    return 1;
}

void Trust::useIn(SSL_CTX& context, int verifyMode) const
{
    SSL_CTX_set1_cert_store(&context, m_store.get());
    SSL_CTX_set_verify(&context, verifyMode, nullptr);
    SSL_CTX_set_verify_depth(&context, kMostAbove);
}

void Trust::announceIn(SSL_CTX& context) const
{
    if (m_authorities.size() > kMostAnnounced)
        return; // a client that gets no list offers what it has
    for (const CertificatePointer& one : m_authorities)
        SSL_CTX_add_client_CA(&context, one.get());
}

} // namespace postern

#include "gateway/tls/certificate_description.h"

#include "gateway/tls/openssl_pointers.h"

#include <arpa/inet.h>
#include <openssl/err.h>

#include <array>

namespace postern {

namespace {

using BigNumberPointer = OpensslPointer<BIGNUM, BN_free>;
struct GeneralNamesFree
{
    void operator()(GENERAL_NAMES* names) const { GENERAL_NAMES_free(names); }
};

std::string hexOf(std::string_view bytes)
{
    static constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    text.reserve(bytes.size() * 2);
    for (const char byte : bytes) {
        text += digits[static_cast<unsigned char>(byte) >> 4];
        text += digits[static_cast<unsigned char>(byte) & 0xF];
    }
    return text;
}

std::string_view bytesOf(const ASN1_STRING& text)
{
    return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(&text)),
            static_cast<std::size_t>(ASN1_STRING_length(&text))};
}

std::string serialOf(const X509& certificate)
{
    const BigNumberPointer number(ASN1_INTEGER_to_BN(X509_get0_serialNumber(&certificate), nullptr));
    if (!number)
        return {};
    std::string bytes(static_cast<std::size_t>(BN_num_bytes(number.get())), 0);
    BN_bn2bin(number.get(), reinterpret_cast<unsigned char*>(bytes.data()));
    return hexOf(bytes);
}

std::string addressOf(std::string_view bytes)
{
    std::array<char, INET6_ADDRSTRLEN> text{};
    const int family = bytes.size() == 4 ? AF_INET : AF_INET6;
    if (bytes.size() != 4 && bytes.size() != 16)
        return {};
    return inet_ntop(family, bytes.data(), text.data(), text.size()) ? std::string(text.data())
                                                                     : std::string();
}

void addName(const GENERAL_NAME& name, ClientCertificate& out)
{
    switch (name.type) {
    case GEN_URI:
        out.uris.emplace_back(bytesOf(*name.d.uniformResourceIdentifier));
        break;
    case GEN_DNS:
        out.dnsNames.emplace_back(bytesOf(*name.d.dNSName));
        break;
    case GEN_EMAIL:
        out.emails.emplace_back(bytesOf(*name.d.rfc822Name));
        break;
    case GEN_IPADD:
        if (std::string text = addressOf(bytesOf(*name.d.iPAddress)); !text.empty())
            out.addresses.push_back(std::move(text));
        break;
    default:
        break;
    }
}

void addNames(const X509& certificate, ClientCertificate& out)
{
    const std::unique_ptr<GENERAL_NAMES, GeneralNamesFree> names(
        static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(&certificate, NID_subject_alt_name, nullptr, nullptr)));
    for (int i = 0; names && i < sk_GENERAL_NAME_num(names.get()); ++i)
        addName(*sk_GENERAL_NAME_value(names.get(), i), out);
    if (out.uris.size() == 1 && isSpiffeId(out.uris.front()))
        out.spiffeId = out.uris.front();
}

} // namespace

std::string textOf(const X509_NAME& name)
{
    const BioPointer bio(BIO_new(BIO_s_mem()));
    // UTF-8 as it is; what RFC 4514 has escaped, escaped, control characters too.
    constexpr unsigned long flags = XN_FLAG_RFC2253 & ~static_cast<unsigned long>(ASN1_STRFLGS_ESC_MSB);
    if (!bio || X509_NAME_print_ex(bio.get(), &name, 0, flags) < 0)
        return {};
    char* text = nullptr;
    const long size = BIO_get_mem_data(bio.get(), &text);
    return size > 0 ? std::string(text, static_cast<std::size_t>(size)) : std::string();
}

std::chrono::system_clock::time_point timeOf(const ASN1_TIME& time)
{
    std::tm parts{};
    if (ASN1_TIME_to_tm(&time, &parts) != 1)
        return {};
    return std::chrono::system_clock::from_time_t(timegm(&parts));
}

std::shared_ptr<const ClientCertificate> describeCertificate(X509& certificate)
{
    auto out = std::make_shared<ClientCertificate>();
    out->subject = textOf(*X509_get_subject_name(&certificate));
    out->issuer = textOf(*X509_get_issuer_name(&certificate));
    out->serial = serialOf(certificate);
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned int size = 0;
    if (X509_digest(&certificate, EVP_sha256(), digest.data(), &size) == 1)
        out->fingerprint = hexOf({reinterpret_cast<const char*>(digest.data()), size});
    addNames(certificate, *out);
    out->notAfter = timeOf(*X509_get0_notAfter(&certificate));
    unsigned char* der = nullptr;
    if (const int length = i2d_X509(&certificate, &der); length > 0) {
        out->der.assign(reinterpret_cast<const char*>(der), static_cast<std::size_t>(length));
        OPENSSL_free(der);
    }
    ERR_clear_error();
    return out;
}

} // namespace postern

#pragma once

#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <memory>

namespace postern {

/// Frees an OpenSSL object by the function that belongs to it.
template<auto Free>
struct OpensslFree
{
    template<typename T>
    void operator()(T* object) const
    {
        Free(object);
    }
};

template<typename T, auto Free>
using OpensslPointer = std::unique_ptr<T, OpensslFree<Free>>;

using BioPointer = OpensslPointer<BIO, BIO_free_all>;
using SslPointer = OpensslPointer<SSL, SSL_free>;
using SslContextPointer = OpensslPointer<SSL_CTX, SSL_CTX_free>;
using SslSessionPointer = OpensslPointer<SSL_SESSION, SSL_SESSION_free>;
using CertificatePointer = OpensslPointer<X509, X509_free>;
using CrlPointer = OpensslPointer<X509_CRL, X509_CRL_free>;
using KeyPointer = OpensslPointer<EVP_PKEY, EVP_PKEY_free>;
using StorePointer = OpensslPointer<X509_STORE, X509_STORE_free>;
using CipherPointer = OpensslPointer<EVP_CIPHER, EVP_CIPHER_free>;

} // namespace postern

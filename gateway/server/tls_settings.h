#pragma once

#include "gateway/tls/tls_client_context.h"
#include "gateway/tls/tls_server_context.h"
#include "models/document/effective_document.h"

namespace postern {

class SecretFiles;

/// Where the secrets are, and which of their CRLs are in service: those must not just vanish.
struct MountedSecrets
{
    const SecretFiles& files;
    QStringList crlsInService;
};

/// What the document wants of TLS, with the secrets it names as they are on the disk now. Errors: a file that
/// is missing or can not be read.
[[nodiscard]] Result<TlsServerSettings> tlsSettingsOf(const Listener& listener,
                                                      const MountedSecrets& mounted);
[[nodiscard]] Result<TlsClientSettings> tlsSettingsOf(const Upstream& upstream,
                                                      const MountedSecrets& mounted);

/// Every file that decides over \a document's TLS, also those that need not be there.
[[nodiscard]] QStringList tlsFilesOf(const EffectiveDocument& document, const SecretFiles& secrets);

} // namespace postern

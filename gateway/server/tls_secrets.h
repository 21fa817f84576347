#pragma once

#include "gateway/proxy/tls_contexts.h"
#include "gateway/server/secret_files.h"
#include "gateway/tls/ticket_keys.h"
#include "models/document/effective_document.h"

#include <map>
#include <string>

namespace postern {

/// Makes TLS of a document and the secrets it names, and keeps what it made while both stay as they were.
///
/// Purpose: rotation. What has changed on the disk is made anew for new connections; what can not be used
/// (a key that is not its certificate's, a file that is gone) leaves the one before in service and is told.
/// A listener or upstream that has none from before is refused with the whole configuration. Owned by the
/// control thread.
class TlsSecrets
{
public:
    struct Loaded
    {
        TlsContexts contexts;
        std::vector<Finding> rejected;             ///< the ones before serve on
        std::vector<Finding> warnings;             ///< expired, or about to
        QStringList rotated;                       ///< `listener public`, `upstream app`
        std::map<std::string, Clock::Wall> expiry; ///< listener → when its first certificate ends
    };

    /// \a clock outlives this.
    TlsSecrets(QString folder, const Clock& clock);

    /// Every file that decides over \a document's TLS, also those that need not be there.
    [[nodiscard]] QStringList filesOf(const EffectiveDocument& document) const;
    /// Reads them all.
    [[nodiscard]] Result<Loaded> load(const EffectiveDocument& document);

    [[nodiscard]] TicketKeys& tickets() { return *m_tickets; }

private:
    template<typename Context>
    struct Entry
    {
        QByteArray wanted; ///< what the document says
        QByteArray made;   ///< the digest of everything it was made of
        std::shared_ptr<const Context> context;
    };
    template<typename Context>
    using Entries = std::map<QString, Entry<Context>>;

    [[nodiscard]] Result<void> loadListener(const Listener& listener, Entries<TlsServerContext>& entries,
                                            Loaded& loaded) const;
    [[nodiscard]] Result<void> loadUpstream(const Upstream& upstream, Entries<TlsClientContext>& entries,
                                            Loaded& loaded) const;
    void warnOfExpiry(const QString& listener, Clock::Wall expiry, Loaded& loaded) const;

    SecretFiles m_files;
    const Clock& m_clock;
    std::shared_ptr<TicketKeys> m_tickets;
    Entries<TlsServerContext> m_listeners;
    Entries<TlsClientContext> m_upstreams;
};

} // namespace postern

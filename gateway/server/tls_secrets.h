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
/// A listener or upstream that has none from before is refused with the whole configuration. A `ca.crl` that
/// was there is never taken for one that nobody wants: revocation ends with a restart only. Owned by the
/// control thread.
class TlsSecrets
{
    template<typename Context>
    struct Entry
    {
        QByteArray wanted; ///< what the document says
        QByteArray made;   ///< the digest of everything it was made of
        QString crls;      ///< the file of its CRLs; empty without
        std::shared_ptr<const Context> context;
    };
    template<typename Context>
    using Entries = std::map<QString, Entry<Context>>;

public:
    struct Loaded
    {
        Entries<TlsServerContext> listeners; ///< for commit()
        Entries<TlsClientContext> upstreams;
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
    /// Reads them all. Changes nothing: what is not committed was never there.
    [[nodiscard]] Result<Loaded> load(const EffectiveDocument& document) const;
    /// \a loaded serves from now on: it is what later ones are compared with. Sessions begun under contexts
    /// that it replaces end; so this comes before any of its contexts is used.
    void commit(const Loaded& loaded);

    [[nodiscard]] TicketKeys& tickets() { return *m_tickets; }

private:
    [[nodiscard]] Result<void> loadListener(const Listener& listener, Loaded& loaded) const;
    [[nodiscard]] Result<void> loadUpstream(const Upstream& upstream, Loaded& loaded) const;
    /// The files of CRLs that what serves now was made of: they must not just vanish.
    [[nodiscard]] QStringList crlsInService() const;
    void warnOfExpiry(const QString& listener, Clock::Wall expiry, Loaded& loaded) const;

    SecretFiles m_files;
    const Clock& m_clock;
    std::shared_ptr<TicketKeys> m_tickets;
    Entries<TlsServerContext> m_listeners;
    Entries<TlsClientContext> m_upstreams;
};

} // namespace postern

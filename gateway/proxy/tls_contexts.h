#pragma once

#include <QString>

#include <map>
#include <memory>

namespace postern {

class TlsClientContext;
class TlsServerContext;

/// TLS as the secrets make it at one moment: what a document's listeners and upstreams that have `tls` are
/// secured with. A value of shared immutable parts; whoever reads the secrets makes it. One that is missing
/// secures nothing, and serves nobody: there is no falling back to plain.
struct TlsContexts
{
    std::map<QString, std::shared_ptr<const TlsServerContext>> listeners; ///< by name
    std::map<QString, std::shared_ptr<const TlsClientContext>> upstreams; ///< likewise

    [[nodiscard]] std::shared_ptr<const TlsServerContext> listener(const QString& name) const
    {
        const auto found = listeners.find(name);
        return found == listeners.end() ? nullptr : found->second;
    }
    [[nodiscard]] std::shared_ptr<const TlsClientContext> upstream(const QString& name) const
    {
        const auto found = upstreams.find(name);
        return found == upstreams.end() ? nullptr : found->second;
    }
    friend bool operator==(const TlsContexts&, const TlsContexts&) = default;
};

} // namespace postern

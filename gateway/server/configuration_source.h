#pragma once

#include "gateway/server/load_configuration.h"

#include <functional>

namespace postern {

/// Where a gateway's configuration comes from: files now, a Kubernetes watch later.
/// Owned by the gateway, on its control thread; loads there, never on a worker.
class ConfigurationSource
{
public:
    using Changed = std::function<void(LoadedConfiguration)>;

    virtual ~ConfigurationSource() = default;

    /// The configuration as it is now.
    [[nodiscard]] virtual LoadedConfiguration load() = 0;
    /// From now on \a changed is called after each change, with what it came to: a document, or why there is
    /// none.
    virtual void watch(Changed changed) = 0;
    /// Files that decide too, though no document is read from them (secrets): a change of one is a change.
    /// To be told before they are read.
    virtual void alsoFollow(const QStringList& files) = 0;
    /// Looks at once, as if something had changed.
    virtual void check() = 0;
};

} // namespace postern

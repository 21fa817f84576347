#pragma once

#include "gateway/server/gateway_options.h"
#include "models/base/result.h"

#include <functional>
#include <memory>

namespace postern {

/// A whole gateway in this process: workers, admin listener, configuration, logs; and nothing global, so that
/// the console and tests run as many as they like.
///
/// Owner: main, the console, a test. Thread: any one; its own threads are all inside. Lifecycle: serves from
/// start() on; drain() ends it softly, destruction at once.
class Gateway
{
public:
    /// Loads the configuration, opens the listeners, and is ready. What is told on the way (addresses,
    /// findings) goes to \a options.events. Errors: a document that is refused, addresses that are taken.
    static Result<std::unique_ptr<Gateway>> start(const GatewayOptions& options,
                                                  const GatewayEnvironment& environment);
    ~Gateway();
    Gateway(const Gateway&) = delete;
    Gateway& operator=(const Gateway&) = delete;

    /// Looks for a changed configuration now, rather than when the file system tells.
    void reload();

    /// Fails readiness, waits, lets requests in flight end, within the document's `drain`. \a drained is
    /// called once, on a thread of the gateway's; the gateway is to be destroyed after it, on another.
    void drain(std::function<void()> drained);

private:
    class Private;
    explicit Gateway(std::unique_ptr<Private> parts);

    std::unique_ptr<Private> d;
};

} // namespace postern

#pragma once

#include "gateway/event/file_descriptor.h"
#include "models/base/result.h"

#include <QString>

#include <functional>
#include <limits>
#include <memory>

namespace postern {

class Clock;
class EpollDispatcher;
class Snapshot;
class WorkerTelemetry;

/// The data path of one thread: its listeners, its clients' connections, its upstream pools, its policies.
///
/// Purpose: everything a request touches on its way, shared with no other thread. Owner: whoever owns the
/// thread (gateway/server; later the console's trial run). Thread: made, used and destroyed on the thread
/// that runs \a dispatcher; other threads post to it through a Mailbox. Lifecycle: apply() a snapshot,
/// listen(), apply() again at each reload, drain() or cut(), destroy.
class ProxyWorker
{
public:
    /// What a worker is given. All of it outlives the worker.
    struct Environment
    {
        EpollDispatcher& dispatcher;
        const Clock& clock;
        WorkerTelemetry& telemetry;
        /// Of the process: ceilings of connections and pools are shared evenly among them.
        std::size_t workers = 1;
        /// Of the process: at most so many connections, whatever `limits.connections` says.
        std::size_t mostClients = std::numeric_limits<std::size_t>::max();
    };

    explicit ProxyWorker(const Environment& environment);
    ~ProxyWorker();

    /// Requests that begin from now on follow \a snapshot; those in flight end with the one they began with.
    /// Connections, pooled upstream connections of unchanged upstreams, and listeners stay.
    void apply(std::shared_ptr<const Snapshot> snapshot);
    /// Some upstream's directory has changed: the pools look.
    void upstreamsChanged();

    /// Accepts on \a listening, which listens already, for the document's listener of that name, until
    /// unlisten(). Called again for the same name it accepts on that socket too. At most `limits.connections`
    /// are open at once; further clients wait in the backlog.
    [[nodiscard]] Result<void> listen(const QString& listener, FileDescriptor listening);
    /// Takes in who waits already, then closes. Open connections stay.
    void unlisten(const QString& listener);
    /// Serves one connection that someone else accepted for \a listener.
    void accept(const QString& listener, FileDescriptor connection);

    /// From now on every answer says `Connection: close`; new connections are still served. For the time
    /// between "not ready" and drain(), in which clients move away without losing anything.
    void announceDrain();
    /// Closes listeners and idle connections, lets requests in flight end, then calls \a drained, once.
    void drain(std::function<void()> drained);
    /// The drain's deadline: closes what is left (logged as `drained`).
    void cut();

    [[nodiscard]] std::size_t connections() const;
    [[nodiscard]] std::size_t requestsInFlight() const;

private:
    class Private;
    std::unique_ptr<Private> d;
};

} // namespace postern

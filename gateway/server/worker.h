#pragma once

#include "gateway/event/event_thread.h"

#include <QString>

#include <functional>
#include <memory>

namespace postern {

class Clock;
class ProxyWorker;
class Snapshot;
class WorkerTelemetry;

/// One data path on its own thread. Owned by the gateway; its functions are called from the control thread
/// and wait until the worker has done what they say.
class Worker
{
public:
    /// \a index names the thread; \a workers is how many there are to share the process's ceilings.
    /// \a mostClients as in ProxyWorker::Environment.
    static Result<std::unique_ptr<Worker>> start(std::size_t index, std::size_t workers,
                                                 std::size_t mostClients, const Clock& clock,
                                                 WorkerTelemetry& telemetry);
    ~Worker();
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;

    void apply(std::shared_ptr<const Snapshot> snapshot);
    /// Does not wait.
    void upstreamsChanged();
    [[nodiscard]] Result<void> listen(const QString& listener, FileDescriptor socket);
    void unlisten(const QString& listener);
    void announceDrain();
    /// \a drained is called on the worker's thread.
    void drain(std::function<void()> drained);
    void cut();
    [[nodiscard]] std::size_t requestsInFlight();

private:
    explicit Worker(std::unique_ptr<EventThread> thread);

    std::unique_ptr<EventThread> m_thread;
    std::unique_ptr<ProxyWorker> m_proxy; ///< made, used and ended on the thread
};

} // namespace postern

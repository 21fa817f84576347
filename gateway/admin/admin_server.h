#pragma once

#include "gateway/admin/admin_connection.h"
#include "gateway/event/event_thread.h"

#include <memory>

namespace postern {

class AdminSource;

/// The admin listener: health, metrics and the effective configuration, read-only, over plain HTTP/1.1.
///
/// Purpose: probes and scrapes are answered whatever the workers are busy with, and cost them nothing. Owner:
/// the gateway. Thread: one of its own. Lifecycle: serves from start() until destroyed.
class AdminServer
{
public:
    /// \a listening listens already; \a source outlives the server.
    static Result<std::unique_ptr<AdminServer>> start(FileDescriptor listening, const AdminSource& source,
                                                      const AdminLimits& limits = {});
    ~AdminServer();
    /// Another process accepts on the same socket: this one does not any more. Open connections end after
    /// their answer.
    void stopAccepting();
    AdminServer(const AdminServer&) = delete;
    AdminServer& operator=(const AdminServer&) = delete;

private:
    class Listener;

    explicit AdminServer(std::unique_ptr<EventThread> thread);

    std::unique_ptr<EventThread> m_thread;
    std::unique_ptr<Listener> m_listener; ///< made, used and ended on the thread
};

} // namespace postern

#include "gateway/admin/admin_server.h"

#include "gateway/net/acceptor.h"

#include <algorithm>
#include <vector>

namespace postern {

/// What lives on the thread.
class AdminServer::Listener final : public QObject
{
public:
    Listener(const AdminSource& source, const AdminLimits& limits) : m_source(source), m_limits(limits) {}

    Result<void> listen(FileDescriptor socket)
    {
        auto acceptor = Acceptor::create(
            std::move(socket), [this](FileDescriptor client) { accept(std::move(client)); },
            [] { return true; });
        if (!acceptor)
            return failure(acceptor.error());
        m_acceptor = std::move(*acceptor);
        return {};
    }

    void stopAccepting()
    {
        m_acceptor.reset(); // who waits is let in by the other process
        for (AdminConnection* connection : m_connections)
            connection->endSoon();
    }

private:
    void accept(FileDescriptor client)
    {
        // A probe must come through even if others hold every place.
        if (m_connections.size() >= m_limits.connections)
            (*std::ranges::min_element(m_connections, {}, &AdminConnection::lastActive))->abort();
        auto* connection = new AdminConnection(client.release(), m_source, m_limits, this);
        m_connections.push_back(connection);
        connect(connection, &AdminConnection::closed, this, [this](AdminConnection* gone) {
            if (std::erase(m_connections, gone) > 0)
                gone->deleteLater();
            if (m_acceptor)
                m_acceptor->resume();
        });
    }

    const AdminSource& m_source;
    const AdminLimits m_limits;
    std::unique_ptr<Acceptor> m_acceptor;
    std::vector<AdminConnection*> m_connections;
};

Result<std::unique_ptr<AdminServer>> AdminServer::start(FileDescriptor listening, const AdminSource& source,
                                                        const AdminLimits& limits)
{
    auto thread = EventThread::start(QStringLiteral("admin"));
    if (!thread)
        return failure(thread.error());
    std::unique_ptr<AdminServer> server(new AdminServer(std::move(*thread)));
    const auto listens = server->m_thread->call([&]() -> Result<void> {
        server->m_listener = std::make_unique<Listener>(source, limits);
        return server->m_listener->listen(std::move(listening));
    });
    if (!listens)
        return failure(listens.error());
    return server;
}

AdminServer::AdminServer(std::unique_ptr<EventThread> thread) : m_thread(std::move(thread)) {}

void AdminServer::stopAccepting()
{
    m_thread->call([this] { m_listener->stopAccepting(); });
}

AdminServer::~AdminServer()
{
    m_thread->call([this] { m_listener.reset(); });
}

} // namespace postern

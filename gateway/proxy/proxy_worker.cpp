#include "gateway/proxy/proxy_worker.h"

#include "gateway/proxy/connection_opening.h"
#include "gateway/proxy/http1_connection.h"
#include "gateway/proxy/http2_connection.h"
#include "gateway/proxy/listener_port.h"
#include "gateway/proxy/worker_context.h"

#include <algorithm>

namespace postern {

class ProxyWorker::Private final : public SessionOwner
{
public:
    explicit Private(const Environment& environment)
        : context(environment.dispatcher, environment.clock, environment.telemetry, environment.workers)
        , mostClients(environment.mostClients)
    {}

    ~Private()
    {
        closing = true; // the owner does not hear of those that end with it
        sessions.clear();
    }

    void sessionClosed(ClientSession& session) override;
    void sessionReplaced(ClientSession& session, std::unique_ptr<ClientSession> next) override;
    ListenerPort& port(const QString& name);
    void take(ListenerPort& port, FileDescriptor fd);
    void start(ClientSession& session);
    [[nodiscard]] bool hasRoom() const;
    void tellWhenDrained();

    WorkerContext context;
    const std::size_t mostClients;
    std::vector<std::unique_ptr<ListenerPort>> ports; ///< never removed: connections refer to them
    std::vector<std::unique_ptr<ClientSession>> sessions;
    std::function<void()> drained;
    bool closing = false;
};

void ProxyWorker::Private::sessionClosed(ClientSession& session)
{
    session.port().telemetry.closed();
    if (closing)
        return;
    const std::size_t place = session.place;
    context.dispatcher.retire(std::move(sessions[place]));
    if (place + 1 < sessions.size()) {
        sessions[place] = std::move(sessions.back());
        sessions[place]->place = place;
    }
    sessions.pop_back();
    for (const auto& port : ports)
        port->resume();
    tellWhenDrained();
}

void ProxyWorker::Private::sessionReplaced(ClientSession& session, std::unique_ptr<ClientSession> next)
{
    next->place = session.place;
    std::swap(sessions[session.place], next);
    context.dispatcher.retire(std::move(next));
    start(*sessions[session.place]);
}

void ProxyWorker::Private::start(ClientSession& session)
{
    if (!session.start())
        session.closeNow(RequestEnd::Drained); // no memory for one more: the client may come again
}

ListenerPort& ProxyWorker::Private::port(const QString& name)
{
    const auto found =
        std::find_if(ports.begin(), ports.end(), [&name](const auto& port) { return port->name == name; });
    if (found != ports.end())
        return **found;
    const std::string text = name.toStdString();
    ports.push_back(std::make_unique<ListenerPort>(
        ListenerPort{name, text, context.telemetry.listener(text), nullptr, {}}));
    if (context.configuration)
        ports.back()->settings = context.configuration->compiled().listener(name);
    return *ports.back();
}

bool ProxyWorker::Private::hasRoom() const
{
    const auto wanted =
        static_cast<std::size_t>(std::max(context.configuration->compiled().limits.connections, 1));
    const std::size_t all = std::min(wanted, mostClients);
    return sessions.size() < (all + context.workers - 1) / context.workers;
}

void ProxyWorker::Private::take(ListenerPort& port, FileDescriptor fd)
{
    port.telemetry.opened();
    ClientSocket client = ClientSocket::of(std::move(fd));
    std::unique_ptr<ClientSession> session;
    if (port.settings && port.settings->needsOpening())
        session = std::make_unique<ConnectionOpening>(context, *this, port, std::move(client));
    else if (port.settings && port.settings->isHttp2)
        session = std::make_unique<Http2Connection>(context, *this, port, std::move(client));
    else
        session = std::make_unique<Http1Connection>(context, *this, port, std::move(client));
    session->place = sessions.size();
    sessions.push_back(std::move(session));
    start(*sessions.back());
}

void ProxyWorker::Private::tellWhenDrained()
{
    if (drained && sessions.empty())
        std::exchange(drained, nullptr)();
}

ProxyWorker::ProxyWorker(const Environment& environment) : d(std::make_unique<Private>(environment)) {}

ProxyWorker::~ProxyWorker() = default;

void ProxyWorker::apply(std::shared_ptr<const Snapshot> snapshot)
{
    d->context.configuration =
        WorkerConfiguration::create(std::move(snapshot), d->context, d->context.configuration.get());
    for (const auto& port : d->ports) {
        if (auto settings = d->context.configuration->compiled().listener(port->name))
            port->settings = std::move(settings);
    }
}

void ProxyWorker::upstreamsChanged()
{
    if (!d->context.configuration)
        return;
    for (const WorkerUpstream& upstream : d->context.configuration->upstreams)
        upstream.pool->refresh();
}

Result<void> ProxyWorker::listen(const QString& listener, FileDescriptor listening)
{
    ListenerPort& port = d->port(listener);
    auto acceptor = Acceptor::create(
        std::move(listening), [this, &port](FileDescriptor fd) { d->take(port, std::move(fd)); },
        [this] { return d->hasRoom(); });
    if (!acceptor)
        return failure(acceptor.error());
    port.acceptors.push_back(std::move(*acceptor));
    return {};
}

void ProxyWorker::unlisten(const QString& listener) { d->port(listener).close(); }

void ProxyWorker::accept(const QString& listener, FileDescriptor connection)
{
    d->take(d->port(listener), std::move(connection));
}

void ProxyWorker::announceDrain()
{
    d->context.closing = true;
    // Backwards: a session that closes is replaced by the last one.
    for (std::size_t i = d->sessions.size(); i-- > 0;)
        d->sessions[i]->announceDrain();
}

void ProxyWorker::drain(std::function<void()> drained)
{
    d->context.closing = d->context.draining = true;
    d->drained = std::move(drained);
    for (const auto& port : d->ports)
        port->close();
    // Backwards: a session that closes is replaced by the last one.
    for (std::size_t i = d->sessions.size(); i-- > 0;)
        d->sessions[i]->closeIfIdle();
    d->tellWhenDrained();
}

void ProxyWorker::cut()
{
    while (!d->sessions.empty())
        d->sessions.back()->closeNow(RequestEnd::Drained);
}

std::size_t ProxyWorker::connections() const { return d->sessions.size(); }

std::size_t ProxyWorker::requestsInFlight() const { return d->context.requestsInFlight; }

} // namespace postern

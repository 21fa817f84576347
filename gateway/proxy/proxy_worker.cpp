#include "gateway/proxy/proxy_worker.h"

#include "gateway/proxy/downstream_connection.h"
#include "gateway/proxy/listener_port.h"
#include "gateway/proxy/worker_context.h"

#include <algorithm>

namespace postern {

class ProxyWorker::Private final : public DownstreamOwner
{
public:
    explicit Private(const Environment& environment)
        : context(environment.dispatcher, environment.clock, environment.telemetry, environment.workers)
    {}

    ~Private()
    {
        closing = true; // the owner does not hear of those that end with it
        connections.clear();
    }

    void connectionClosed(DownstreamConnection& connection) override;
    ListenerPort& port(const QString& name);
    void take(ListenerPort& port, FileDescriptor fd);
    [[nodiscard]] bool hasRoom() const;
    void tellWhenDrained();

    WorkerContext context;
    std::vector<std::unique_ptr<ListenerPort>> ports; ///< never removed: connections refer to them
    std::vector<std::unique_ptr<DownstreamConnection>> connections;
    std::function<void()> drained;
    bool closing = false;
};

void ProxyWorker::Private::connectionClosed(DownstreamConnection& connection)
{
    if (closing)
        return;
    const std::size_t place = connection.place;
    context.dispatcher.retire(std::move(connections[place]));
    if (place + 1 < connections.size()) {
        connections[place] = std::move(connections.back());
        connections[place]->place = place;
    }
    connections.pop_back();
    for (const auto& port : ports) {
        if (port->acceptor && port->acceptor->isPaused())
            port->acceptor->resume();
    }
    tellWhenDrained();
}

ListenerPort& ProxyWorker::Private::port(const QString& name)
{
    const auto found =
        std::find_if(ports.begin(), ports.end(), [&name](const auto& port) { return port->name == name; });
    if (found != ports.end())
        return **found;
    const std::string text = name.toStdString();
    ports.push_back(std::make_unique<ListenerPort>(
        ListenerPort{name, text, context.telemetry.listener(text), nullptr, nullptr}));
    if (context.configuration)
        ports.back()->settings = context.configuration->compiled().listener(name);
    return *ports.back();
}

bool ProxyWorker::Private::hasRoom() const
{
    const auto all =
        static_cast<std::size_t>(std::max(context.configuration->compiled().limits.connections, 1));
    return connections.size() < (all + context.workers - 1) / context.workers;
}

void ProxyWorker::Private::take(ListenerPort& port, FileDescriptor fd)
{
    auto connection = std::make_unique<DownstreamConnection>(context, *this, port, std::move(fd));
    connection->place = connections.size();
    connections.push_back(std::move(connection));
    if (!connections.back()->start())
        connections.back()->closeNow(
            RequestEnd::Drained); // no memory for one more: the client may come again
}

void ProxyWorker::Private::tellWhenDrained()
{
    if (drained && connections.empty())
        std::exchange(drained, nullptr)();
}

ProxyWorker::ProxyWorker(const Environment& environment) : d(std::make_unique<Private>(environment)) {}

ProxyWorker::~ProxyWorker() = default;

void ProxyWorker::apply(std::shared_ptr<const Snapshot> snapshot)
{
    d->context.configuration =
        WorkerConfiguration::create(std::move(snapshot), d->context.poolEnvironment(), d->context.workers,
                                    d->context.telemetry, d->context.configuration.get());
    for (const auto& port : d->ports)
        port->settings = d->context.configuration->compiled().listener(port->name);
}

Result<void> ProxyWorker::listen(const QString& listener, FileDescriptor listening)
{
    ListenerPort& port = d->port(listener);
    auto acceptor = Acceptor::create(
        std::move(listening), [this, &port](FileDescriptor fd) { d->take(port, std::move(fd)); },
        [this] { return d->hasRoom(); });
    if (!acceptor)
        return failure(acceptor.error());
    port.acceptor = std::move(*acceptor);
    return {};
}

void ProxyWorker::unlisten(const QString& listener)
{
    ListenerPort& port = d->port(listener);
    if (port.acceptor)
        port.acceptor->acceptLastAndClose();
    port.acceptor.reset();
}

void ProxyWorker::accept(const QString& listener, FileDescriptor connection)
{
    d->take(d->port(listener), std::move(connection));
}

void ProxyWorker::announceDrain() { d->context.closing = true; }

void ProxyWorker::drain(std::function<void()> drained)
{
    d->context.closing = true;
    d->drained = std::move(drained);
    for (const auto& port : d->ports) {
        if (port->acceptor)
            port->acceptor->acceptLastAndClose();
        port->acceptor.reset();
    }
    // Backwards: a connection that closes is replaced by the last one.
    for (std::size_t i = d->connections.size(); i-- > 0;)
        d->connections[i]->closeIfIdle();
    d->tellWhenDrained();
}

void ProxyWorker::cut()
{
    while (!d->connections.empty())
        d->connections.back()->closeNow(RequestEnd::Drained);
}

std::size_t ProxyWorker::connections() const { return d->connections.size(); }

std::size_t ProxyWorker::requestsInFlight() const { return d->context.requestsInFlight; }

} // namespace postern

#include "gateway/server/gateway.h"

#include "gateway/admin/admin_server.h"
#include "gateway/server/control.h"
#include "gateway/server/gateway_status.h"
#include "gateway/server/worker.h"
#include "gateway/telemetry/access_log.h"
#include "gateway/telemetry/telemetry.h"

namespace postern {

/// Members in the order in which they stand on each other; ~Private ends them from the last to the first.
class Gateway::Private
{
public:
    Private(const GatewayOptions& given, const GatewayEnvironment& around)
        : options(given)
        , environment(around)
        , log({.fd = given.accessLog})
        , telemetry(&log)
        , status(telemetry)
    {}
    ~Private();

    Result<void> startWorkers();
    Result<void> startControl();
    Result<void> startAdmin();

    const GatewayOptions options;
    const GatewayEnvironment environment;
    AccessLog log;
    Telemetry telemetry;
    GatewayStatus status;
    ListenerTable::Workers workers;
    std::unique_ptr<EventThread> controlThread;
    std::unique_ptr<Control> control; ///< made, used and ended on its thread
    std::unique_ptr<AdminServer> admin;
};

Gateway::Private::~Private()
{
    admin.reset();
    if (controlThread)
        controlThread->call([this] { control.reset(); });
    controlThread.reset();
    workers.clear(); // their queues feed the log, which ends last and writes out what is left
}

Result<void> Gateway::Private::startWorkers()
{
    for (std::size_t i = 0; i < options.workers; ++i) {
        auto worker = Worker::start(i, options.workers, environment.clock, telemetry.addWorker());
        if (!worker)
            return failure(worker.error());
        workers.push_back(std::move(*worker));
    }
    return {};
}

Result<void> Gateway::Private::startControl()
{
    auto thread = EventThread::start(QStringLiteral("control"));
    if (!thread)
        return failure(thread.error());
    controlThread = std::move(*thread);
    return controlThread->call([this] {
        const auto post = [this](std::function<void()> task) { controlThread->post(std::move(task)); };
        control =
            std::make_unique<Control>(options, environment, Control::Parts{telemetry, status, workers, post});
        return control->begin();
    });
}

Result<void> Gateway::Private::startAdmin()
{
    const QString written = controlThread->call([this] { return control->adminAddress(); });
    const auto address = options.admin ? options.admin : SocketAddress::parse(written);
    if (!address)
        return failure(Error::invalid(QStringLiteral("admin: %1 is no address").arg(written)));
    auto sockets = ListenerSockets::listen(*address, 1, ListenerSockets::Neighbours::Refused);
    if (!sockets)
        return failure(sockets.error().wrappedIn(QStringLiteral("admin")));
    auto socket = sockets->forWorker(0);
    if (!socket)
        return failure(socket.error());
    auto server = AdminServer::start(std::move(*socket), status);
    if (!server)
        return failure(server.error());
    admin = std::move(*server);
    options.events(EventLine("listening").add("listener", "admin").add("address", sockets->bound().text()));
    return {};
}

Result<std::unique_ptr<Gateway>> Gateway::start(const GatewayOptions& options,
                                                const GatewayEnvironment& environment)
{
    auto parts = std::make_unique<Private>(options, environment);
    for (const auto step : {&Private::startWorkers, &Private::startControl, &Private::startAdmin})
        if (auto done = (parts.get()->*step)(); !done)
            return failure(done.error());
    parts->status.setReadiness(Readiness::Ready);
    parts->controlThread->post([control = parts->control.get()] { control->follow(); });
    return std::unique_ptr<Gateway>(new Gateway(std::move(parts)));
}

Gateway::Gateway(std::unique_ptr<Private> parts) : d(std::move(parts)) {}

Gateway::~Gateway() = default;

void Gateway::reload()
{
    d->controlThread->post([control = d->control.get()] { control->reload(); });
}

void Gateway::drain(std::function<void()> drained)
{
    d->controlThread->post([control = d->control.get(), drained = std::move(drained)]() mutable {
        control->drain(std::move(drained));
    });
}

} // namespace postern

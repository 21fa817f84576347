#include "gateway/server/gateway.h"

#include "gateway/admin/admin_server.h"
#include "gateway/server/control.h"
#include "gateway/server/gateway_status.h"
#include "gateway/server/handover_address.h"
#include "gateway/server/handover_claim.h"
#include "gateway/server/handover_offer.h"
#include "gateway/server/worker.h"
#include "gateway/telemetry/access_log.h"
#include "gateway/telemetry/telemetry.h"

#include <chrono>
#include <future>

namespace postern {

/// Members in the order in which they stand on each other; ~Private ends them from the last to the first.
class Gateway::Private final : public HandoverOwner
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
    Result<void> claim();
    Result<void> startControl();
    Result<void> awaitNames();
    Result<void> openAdmin();
    Result<void> openHandover();
    Result<void> serve();
    Result<void> takeOver();

    Result<HandoverParcel> offer() override;
    void withdraw() override;
    void release(const QStringList& listeners, bool admin) override;
    void letGo(const QStringList& listeners, bool adminTaken, std::function<void()> drained);
    void withdrawFromClients();

    const GatewayOptions options;
    const GatewayEnvironment environment;
    AccessLog log;
    Telemetry telemetry;
    GatewayStatus status;
    ListenerTable::Workers workers;
    std::unique_ptr<EventThread> controlThread;
    std::unique_ptr<Control> control; ///< made, used and ended on its thread
    std::optional<ListenerSockets> adminSockets;
    std::unique_ptr<AdminServer> admin;
    std::unique_ptr<HandoverClaim> predecessor; ///< while this gateway starts
    QStringList claimed;                        ///< the predecessor's names of the listeners taken over
    bool adminClaimed = false;
    std::unique_ptr<HandoverOffer> successor; ///< calls the parts above
};

Gateway::Private::~Private()
{
    successor.reset();
    admin.reset();
    if (controlThread)
        controlThread->call([this] { control.reset(); });
    controlThread.reset();
    workers.clear(); // their queues feed the log, which ends last and writes out what is left
}

Result<void> Gateway::Private::startWorkers()
{
    for (std::size_t i = 0; i < options.workers; ++i) {
        auto worker = Worker::start(i, options.workers, options.mostClients(), environment.clock,
                                    telemetry.addWorker());
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
        control = std::make_unique<Control>(
            options, environment,
            Control::Parts{telemetry, status, workers, post, controlThread->dispatcher()});
        if (!predecessor)
            return control->begin();
        HandoverParcel& parcel = predecessor->parcel;
        for (const HandoverListener& listener : parcel.listeners)
            claimed.append(listener.name);
        auto begun = control->begin(&parcel);
        for (const HandoverListener& left : parcel.listeners)
            claimed.removeAll(left.name);
        parcel.listeners.clear(); // the predecessor, which knows them, lets their clients in and closes them
        return begun;
    });
}

Result<void> Gateway::Private::claim()
{
    if (options.handover.isEmpty())
        return {};
    auto made = HandoverClaim::make(options.handover);
    if (!made)
        return failure(made.error());
    predecessor = std::move(*made);
    return {};
}

/// A moment for DNS, so that the first requests find their endpoints. Without an answer it serves all the
/// same: 503 on routes to that upstream, and the others unharmed.
Result<void> Gateway::Private::awaitNames()
{
    const auto lookedUp = std::make_shared<std::promise<void>>();
    controlThread->post(
        [this, lookedUp] { control->whenNamesLookedUp([lookedUp] { lookedUp->set_value(); }); });
    lookedUp->get_future().wait_for(NamesAhead::kPatience);
    return {};
}

Result<void> Gateway::Private::openAdmin()
{
    const QString written = controlThread->call([this] { return control->adminAddress(); });
    const auto address = options.admin ? options.admin : SocketAddress::parse(written);
    if (!address)
        return failure(Error::invalid(QStringLiteral("admin: %1 is no address").arg(written)));
    std::vector<HandoverListener> none;
    std::vector<HandoverListener>& inherited = predecessor ? predecessor->parcel.admin : none;
    adminClaimed = !inherited.empty() && (inherited[0].bound == *address || inherited[0].asked == *address);
    auto sockets = adminClaimed ? ListenerSockets::inherit(*address, inherited[0].bound,
                                                           std::move(inherited[0].sockets), 1)
                                : ListenerSockets::listen(*address, 1, ListenerSockets::Neighbours::Refused);
    if (!sockets)
        return failure(sockets.error().wrappedIn(QStringLiteral("admin")));
    adminSockets = std::move(*sockets);
    return {};
}

Result<void> Gateway::Private::openHandover()
{
    if (options.handover.isEmpty())
        return {};
    // The predecessor's stays the one that the path names: no moment in which a successor would find nobody.
    auto listening = predecessor ? Result<FileDescriptor>(std::move(predecessor->parcel.handover))
                                 : listenForHandover(options.handover);
    if (!listening)
        return failure(listening.error());
    auto created = HandoverOffer::create(std::move(*listening), *this, options.events);
    if (!created)
        return failure(created.error());
    successor = std::move(*created);
    return {};
}

/// From here on clients are accepted; all that is likely to fail has been done.
Result<void> Gateway::Private::serve()
{
    auto socket = adminSockets->forWorker(0);
    if (!socket)
        return failure(socket.error());
    if (predecessor)
        if (auto offered = predecessor->stillOffered(); !offered)
            return offered;
    status.setReadiness(Readiness::Ready);
    if (auto listens = controlThread->call([this] { return control->listen(); }); !listens)
        return listens;
    auto server = AdminServer::start(std::move(socket->front()), status);
    if (!server)
        return failure(server.error());
    admin = std::move(*server);
    options.events(
        EventLine("listening").add("listener", "admin").add("address", adminSockets->bound().text()));
    return {};
}

Result<void> Gateway::Private::takeOver()
{
    if (!predecessor)
        return {};
    if (auto taken = predecessor->ready(claimed, adminClaimed); !taken) {
        withdrawFromClients();
        return taken;
    }
    predecessor.reset();
    controlThread->call([this] { control->own(); });
    if (adminClaimed)
        adminSockets->own();
    options.events(EventLine("handover")
                       .add("result", "taken-over")
                       .add("listeners", QJsonArray::fromStringList(claimed)));
    return {};
}

Result<HandoverParcel> Gateway::Private::offer()
{
    auto parcel = controlThread->call([this] { return control->offer(); });
    if (!parcel)
        return parcel;
    auto sockets = adminSockets->duplicates();
    if (!sockets)
        return failure(sockets.error());
    parcel->admin.push_back(
        {QStringLiteral("admin"), adminSockets->asked(), adminSockets->bound(), std::move(*sockets)});
    return parcel;
}

void Gateway::Private::withdraw()
{
    controlThread->call([this] { control->takeBack(); });
}

void Gateway::Private::release(const QStringList& listeners, bool adminTaken)
{
    letGo(listeners, adminTaken, options.handedOver);
}

/// The predecessor has changed its mind at the last moment: whom this process has let in since is served to
/// the end, within the document's `drain`.
void Gateway::Private::withdrawFromClients()
{
    const auto drained = std::make_shared<std::promise<void>>(); // set_value() may still run as we go on
    letGo(claimed, adminClaimed, [drained] { drained->set_value(); });
    drained->get_future().wait();
}

/// Another process accepts on \a listeners, and on the admin listener where \a adminTaken says so.
void Gateway::Private::letGo(const QStringList& listeners, bool adminTaken, std::function<void()> drained)
{
    // Readiness first: a probe that comes in here from now on would hear that this gateway drains.
    if (adminTaken) {
        status.setSucceeded();
        admin->stopAccepting();
        adminSockets->leave();
    }
    controlThread->call([&] { control->handOver(listeners, std::move(drained)); });
}

Result<std::unique_ptr<Gateway>> Gateway::start(const GatewayOptions& options,
                                                const GatewayEnvironment& environment)
{
    auto parts = std::make_unique<Private>(options, environment);
    for (const auto step :
         {&Private::startWorkers, &Private::claim, &Private::startControl, &Private::awaitNames,
          &Private::openAdmin, &Private::openHandover, &Private::serve, &Private::takeOver})
        if (auto done = (parts.get()->*step)(); !done)
            return failure(done.error());
    parts->controlThread->post([control = parts->control.get()] { control->follow(); });
    if (parts->successor)
        parts->successor->begin();
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

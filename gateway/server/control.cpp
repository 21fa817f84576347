#include "gateway/server/control.h"

#include "gateway/proxy/compiled_snapshot.h"
#include "gateway/server/configuration_report.h"
#include "gateway/server/file_configuration_source.h"
#include "gateway/server/gateway_status.h"
#include "gateway/server/known_names.h"
#include "gateway/server/worker.h"
#include "gateway/telemetry/metrics_layout.h"
#include "gateway/telemetry/telemetry.h"
#include "models/document/semantic_diff.h"

#include <QDateTime>

namespace postern {

namespace {

/// An event line is for people and log stores: the first ones tell the story.
constexpr std::size_t mostToldAtOnce = 20;

QDateTime dateTime(Clock::Wall time)
{
    const auto milliseconds = std::chrono::floor<std::chrono::milliseconds>(time).time_since_epoch().count();
    return QDateTime::fromMSecsSinceEpoch(milliseconds, Qt::UTC);
}

/// What the compiler of configurations, or the kernel, has against a document that is well-formed.
Finding findingOf(const Error& error)
{
    return {.rule = QStringLiteral("unusable"),
            .place = error.place,
            .found = error.cause ? error.text() : error.message,
            .expected = QStringLiteral("a configuration this process can run")};
}

} // namespace

Control::Control(const GatewayOptions& options, const GatewayEnvironment& environment, const Parts& parts)
    : m_options(options)
    , m_environment(environment)
    , m_parts(parts)
    , m_source(std::make_unique<FileConfigurationSource>(options.configuration, environment.catalogue,
                                                         environment.clock))
    , m_listeners(options.listen)
    , m_secrets(options.secrets, environment.clock)
    , m_supervisor(parts.dispatcher, {.servers = options.dns}, environment.clock,
                   {[this] {
                        for (const std::unique_ptr<Worker>& worker : m_parts.workers)
                            worker->upstreamsChanged();
                    },
                    [this](const UpstreamNotice& notice) { tellOfUpstream(notice); }})
    , m_deadline(this)
{
    m_deadline.setSingleShot(true);
    connect(&m_deadline, &QTimer::timeout, this, &Control::cut);
}

Control::~Control() = default;

Result<void> Control::begin(HandoverParcel* inherited)
{
    const LoadedConfiguration loaded = m_source->load();
    if (!loaded.document) {
        reject(loaded.findings);
        return failure(Error::invalid(
            QStringLiteral("%1 is no configuration to start with").arg(m_options.configuration)));
    }
    if (const QStringList unknown = m_listeners.unknownOverrides(*loaded.document); !unknown.isEmpty())
        return failure(Error::environment(Error::Kind::NotFound,
                                          QStringLiteral("--listen %1: %2 has no such listener")
                                              .arg(unknown.join(QStringLiteral(", ")), loaded.document->id)));
    if (inherited && inherited->api != loaded.document->id)
        return failure(Error::environment(Error::Kind::Conflict,
                                          QStringLiteral("--handover: the other process serves %1, not %2")
                                              .arg(inherited->api, loaded.document->id)));
    if (inherited)
        inheritTickets(*inherited);
    auto plan = adopt(loaded, inherited ? &inherited->listeners : nullptr,
                      inherited ? namesIn(inherited->state) : DnsAnswers());
    if (!plan) {
        reject({findingOf(plan.error())});
        return failure(plan.error());
    }
    m_plan = std::move(*plan);
    return {};
}

void Control::inheritTickets(const HandoverParcel& inherited)
{
    // What can not be read is no reason not to start: clients shake hands anew.
    if (const auto adopted = m_secrets.tickets().adopt(inherited.tickets); !adopted)
        m_options.events(
            EventLine("handover").add("result", "tickets-lost").add("reason", adopted.error().message));
}

Result<void> Control::listen()
{
    auto plan = std::exchange(m_plan, std::nullopt);
    return m_listeners.commit(std::move(*plan), m_parts.workers, m_options.events);
}

QString Control::adminAddress() const { return m_snapshot->document().api.spec.admin.address; }

void Control::follow()
{
    m_source->watch([this](LoadedConfiguration loaded) { take(std::move(loaded)); });
}

void Control::reload() { m_source->check(); }

void Control::take(LoadedConfiguration loaded)
{
    m_ahead.reset(); // there is a newer one
    if (m_draining)
        return; // what begins now would not live to see it
    if (m_offered) {
        m_waiting = std::move(loaded);
        return;
    }
    if (!loaded.document) {
        reject(loaded.findings);
        followSecrets();
        return;
    }
    const auto names = newNames(m_snapshot->document(), *loaded.document);
    if (!names.empty())
        return lookUpAhead(loaded, names);
    takeNamed(loaded, {});
}

/// The last good configuration serves on until there is an answer: a wrong name costs nobody anything.
void Control::lookUpAhead(const LoadedConfiguration& loaded, const std::vector<DnsResolver::Question>& names)
{
    followSecrets(); // those of the running configuration
    const auto found = [this, loaded](const DnsAnswers& answers) {
        m_ahead.release()->deleteLater(); // it is what calls
        if (m_draining)
            return;
        if (m_offered)
            m_waiting = loaded;
        else
            takeNamed(loaded, answers);
    };
    const auto missing = [this, document = loaded.document](const std::vector<NamesAhead::Missing>& faults) {
        reject(findingsOf(faults, *document));
    };
    m_ahead = std::make_unique<NamesAhead>(m_supervisor.resolver(), names, NamesAhead::Calls{found, missing});
    m_ahead->begin();
}

void Control::takeNamed(const LoadedConfiguration& loaded, const DnsAnswers& names)
{
    if (const auto applied = apply(loaded, names); !applied) {
        reject({findingOf(applied.error())});
        followSecrets();
    }
}

void Control::followSecrets()
{
    const std::shared_ptr<const EffectiveDocument>& document = m_snapshot->compiled().document;
    auto secrets = m_secrets.load(*document);
    if (!secrets)
        return; // they could be read once, so there are older ones, which serve on
    if (secrets->contexts != m_contexts) {
        auto snapshot =
            Snapshot::create(document, m_environment.policies, m_snapshot.get(), secrets->contexts);
        if (!snapshot)
            return reject({findingOf(snapshot.error())});
        use(*snapshot, *secrets);
    }
    tell(*secrets);
}

Result<TlsSecrets::Loaded> Control::readSecrets(const EffectiveDocument& document)
{
    // Those of the running configuration too: this document may yet be refused.
    QStringList files = m_secrets.filesOf(document);
    if (m_snapshot)
        files += m_secrets.filesOf(m_snapshot->document());
    files.sort();
    files.removeDuplicates();
    m_source->alsoFollow(files);
    return m_secrets.load(document);
}

void Control::use(const std::shared_ptr<const Snapshot>& snapshot, const TlsSecrets::Loaded& secrets)
{
    m_secrets.commit(secrets);
    for (const std::unique_ptr<Worker>& worker : m_parts.workers)
        worker->apply(snapshot);
    m_snapshot = snapshot;
    m_contexts = secrets.contexts;
    superviseUpstreams();
    m_parts.telemetry.certificatesApplied(secrets.expiry);
}

Result<void> Control::apply(const LoadedConfiguration& loaded, const DnsAnswers& names)
{
    auto plan = adopt(loaded, nullptr, names);
    if (!plan)
        return failure(plan.error());
    return m_listeners.commit(std::move(*plan), m_parts.workers, m_options.events);
}

Result<ListenerTable::Plan> Control::adopt(const LoadedConfiguration& loaded,
                                           std::vector<HandoverListener>* inherited, const DnsAnswers& names)
{
    auto secrets = readSecrets(*loaded.document);
    if (!secrets)
        return failure(secrets.error());
    auto snapshot =
        Snapshot::create(loaded.document, m_environment.policies, m_snapshot.get(), secrets->contexts);
    if (!snapshot)
        return failure(snapshot.error());
    auto plan = m_listeners.plan(*loaded.document, m_parts.workers.size(), inherited);
    if (!plan)
        return failure(plan.error());
    // Nothing below can be refused by the document any more.
    const std::shared_ptr<const Snapshot> before = m_snapshot;
    seedNames(**snapshot, names, m_environment.clock.steady());
    if (before)
        seedNames(**snapshot, answersOf(*before), m_environment.clock.steady());
    use(*snapshot, *secrets);
    m_parts.telemetry.configurationApplied(m_snapshot->metricsLayout());
    m_parts.status.setConfiguration(
        reportConfiguration(*loaded.document, dateTime(m_environment.clock.wall())));
    tell(before ? &before->document() : nullptr, *loaded.document);
    tell(*secrets);
    return std::move(*plan);
}

void Control::tell(const TlsSecrets::Loaded& secrets)
{
    const auto event = [this](const char* result, const std::vector<Finding>& findings) {
        QJsonArray told;
        for (const Finding& finding : findings)
            if (static_cast<std::size_t>(told.size()) < mostToldAtOnce)
                told.append(finding.json());
        m_options.events(EventLine("secrets").add("result", result).add("findings", told));
    };
    if (!secrets.rejected.empty()) {
        m_parts.telemetry.configurationRejected();
        event("rejected", secrets.rejected);
    }
    if (!secrets.warnings.empty())
        event("warning", secrets.warnings);
    if (!secrets.rotated.isEmpty())
        m_options.events(EventLine("secrets")
                             .add("result", "applied")
                             .add("rotated", QJsonArray::fromStringList(secrets.rotated)));
}

void Control::superviseUpstreams()
{
    const Snapshot::Compiled& compiled = m_snapshot->compiled();
    const std::vector<Upstream>& upstreams = compiled.document->api.spec.upstreams;
    std::vector<UpstreamSupervisor::Supervised> supervised;
    for (std::size_t i = 0; i < upstreams.size(); ++i)
        supervised.push_back(
            {&upstreams[i], compiled.upstreams[i].directory, m_contexts.upstream(upstreams[i].name)});
    m_supervisor.follow(supervised);
}

void Control::whenNamesLookedUp(std::function<void()> done) { m_supervisor.whenLookedUp(std::move(done)); }

void Control::tellOfUpstream(const UpstreamNotice& notice) const
{
    EventLine event("upstream");
    event.add("upstream", notice.upstream);
    switch (notice.kind) {
    case UpstreamNotice::Kind::EndpointsChanged:
        event.add("result", "endpoints-changed").add("endpoints", notice.detail.toLongLong());
        break;
    case UpstreamNotice::Kind::LookupFailed:
        event.add("result", "lookup-failed").add("reason", notice.detail);
        break;
    case UpstreamNotice::Kind::LookupWorks:
        event.add("result", "lookup-works").add("name", notice.detail);
        break;
    case UpstreamNotice::Kind::EndpointUnwell:
        event.add("result", "endpoint-unwell").add("endpoint", notice.detail);
        break;
    case UpstreamNotice::Kind::EndpointWell:
        event.add("result", "endpoint-well").add("endpoint", notice.detail);
        break;
    }
    m_options.events(event);
}

void Control::reject(const std::vector<Finding>& findings)
{
    m_parts.telemetry.configurationRejected();
    QJsonArray told;
    qint64 errors = 0;
    for (const Finding& finding : findings) {
        if (finding.severity != Finding::Severity::Error)
            continue;
        ++errors;
        if (static_cast<std::size_t>(told.size()) < mostToldAtOnce)
            told.append(finding.json());
    }
    m_options.events(EventLine("configuration")
                         .add("result", "rejected")
                         .add("source", m_options.configuration)
                         .add("errors", errors)
                         .add("findings", told));
}

void Control::tell(const EffectiveDocument* before, const EffectiveDocument& after) const
{
    EventLine event("configuration");
    event.add("result", "applied")
        .add("api", after.id)
        .add("hash", after.hash)
        .add("revision", after.revision);
    if (before) {
        QJsonArray changes;
        for (const SemanticChange& change : diffEffective(*before, after, m_environment.catalogue).changes)
            if (static_cast<std::size_t>(changes.size()) < mostToldAtOnce)
                changes.append(change.text());
        event.add("changes", changes);
    }
    m_options.events(event);
    if (const auto most = m_options.mostClients();
        most < static_cast<std::size_t>(std::max(after.api.spec.limits.connections, 0)))
        m_options.events(EventLine("limited")
                             .add("setting", "limits.connections")
                             .add("wanted", static_cast<qint64>(after.api.spec.limits.connections))
                             .add("running", static_cast<qint64>(most))
                             .add("descriptors", static_cast<qint64>(m_options.descriptors)));
    if (before && !m_options.admin && before->api.spec.admin.address != after.api.spec.admin.address)
        m_options.events(EventLine("restart-needed")
                             .add("setting", "admin.address")
                             .add("running", before->api.spec.admin.address)
                             .add("wanted", after.api.spec.admin.address));
}

void Control::drain(std::function<void()> drained)
{
    if (m_draining)
        return;
    m_drained = std::move(drained);
    beginDrain();
}

void Control::beginDrain()
{
    m_draining = true;
    m_ahead.reset();
    m_parts.status.setReadiness(Readiness::Draining);
    const Drain settings = m_snapshot->document().api.spec.drain;
    m_options.events(EventLine("draining")
                         .add("delay_ms", static_cast<qint64>(settings.delay.count()))
                         .add("deadline_ms", static_cast<qint64>(settings.deadline.count())));
    for (const std::unique_ptr<Worker>& worker : m_parts.workers)
        worker->announceDrain();
    m_deadline.start(settings.deadline);
    QTimer::singleShot(settings.delay, this, &Control::stopAccepting);
}

void Control::stopAccepting()
{
    m_stopped = true;
    if (m_offered) {
        // What would turn clients away here would do it in the successor too: the sockets are the same.
        endRequests();
        return;
    }
    m_listeners.turnAway();
    QTimer::singleShot(handshakeTime, this, &Control::endRequests);
}

Result<HandoverParcel> Control::offer()
{
    if (m_stopped)
        return failure(
            Error::environment(Error::Kind::Unavailable, QStringLiteral("it accepts nobody any more")));
    auto listeners = m_listeners.duplicates();
    if (!listeners)
        return failure(listeners.error());
    m_offered = true;
    HandoverParcel parcel{m_snapshot->document().id,       std::move(*listeners), {}, {}, {},
                          m_secrets.tickets().serialised()};
    putNames(answersOf(*m_snapshot), parcel.state);
    return parcel;
}

void Control::takeBack()
{
    m_offered = false;
    // The workers have closed theirs, so nobody would serve whom the kernel lets in. No turning away: the
    // newcomer may live, and not know yet that this process ends.
    if (m_stopped)
        m_listeners.closeAll();
    if (auto waiting = std::exchange(m_waiting, std::nullopt))
        take(std::move(*waiting));
}

void Control::own() { m_listeners.own(); }

void Control::handOver(const QStringList& listeners, std::function<void()> drained)
{
    m_listeners.release(listeners, m_parts.workers);
    m_offered = false;
    if (m_stopped)
        m_listeners.closeAll(); // those that the successor has not taken, as in takeBack()
    if (m_draining)
        return; // a signal was quicker
    m_drained = std::move(drained);
    beginDrain();
}

void Control::endRequests()
{
    if (std::exchange(m_ending, true))
        return;
    m_workersToDrain = m_parts.workers.size();
    for (const std::unique_ptr<Worker>& worker : m_parts.workers)
        worker->drain([this] { m_parts.post([this] { workerDrained(); }); });
}

void Control::workerDrained()
{
    if (--m_workersToDrain > 0)
        return;
    m_deadline.stop();
    m_options.events(EventLine("drained"));
    m_drained();
}

void Control::cut()
{
    endRequests(); // where the delay alone was longer than the deadline
    qint64 requests = 0;
    for (const std::unique_ptr<Worker>& worker : m_parts.workers)
        requests += static_cast<qint64>(worker->requestsInFlight());
    m_options.events(EventLine("cut").add("requests", requests));
    for (const std::unique_ptr<Worker>& worker : m_parts.workers)
        worker->cut();
}

} // namespace postern

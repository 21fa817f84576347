// Configurations in. How the gateway ends: control_ending.cpp; what it tells: control_events.cpp.
#include "gateway/server/control.h"

#include "gateway/proxy/compiled_snapshot.h"
#include "gateway/server/configuration_report.h"
#include "gateway/server/file_configuration_source.h"
#include "gateway/server/gateway_status.h"
#include "gateway/server/known_names.h"
#include "gateway/server/worker.h"
#include "gateway/telemetry/metrics_layout.h"
#include "gateway/telemetry/telemetry.h"

#include <QDateTime>

namespace postern {

namespace {

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
    snapshot->compiled().policies->inForce(m_environment.clock.steady());
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

} // namespace postern

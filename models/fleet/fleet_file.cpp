#include "models/fleet/fleet_file.h"

#include "models/schema/record.h"
#include "models/schema/yaml_reader.h"

#include <QFile>
#include <QFileInfo>

#include <algorithm>

namespace postern {
namespace {

using namespace std::chrono_literals;

constexpr qint64 kMaxBytes = 16 * 1024 * 1024;
/// Three thousand gateways with a dozen labels each, and room.
constexpr YamlLimits kLimits{.bytes = kMaxBytes, .depth = 8, .nodes = 2'000'000, .documents = 1};

struct Gateway
{
    QString api;
    QString instance;
    QString url;
    TextMap labels;
};

struct Fleet
{
    std::vector<Gateway> gateways;
};

const Record<Gateway>& gatewayRecord()
{
    static const auto instance =
        record<Gateway>("gateway", "One gateway process.")
            .field("api", &Gateway::api, "The API it stands before: `namespace/name`.")
            .required()
            .matching(text_rules::apiId())
            .field("instance", &Gateway::instance, "Its name in Prometheus' `instance` label.")
            .required()
            .matching(text_rules::notEmpty())
            .field("url", &Gateway::url, "Its admin listener.")
            .required()
            .matching(text_rules::url())
            .field("labels", &Gateway::labels, "Anything one wants to see or group by: `zone`, `cluster`.");
    return instance;
}

const Record<Fleet>& fleetRecord()
{
    static const auto instance =
        record<Fleet>("fleet", "The gateways the console watches.")
            .field("gateways", &Fleet::gateways, "Every gateway process.", gatewayRecord())
            .required()
            .unique("instance");
    return instance;
}

Finding unreadable(const QString& path, const QString& found)
{
    return {.severity = Finding::Severity::Error,
            .rule = QStringLiteral("unreadable"),
            .place = {.file = path, .line = 0, .column = 0, .path = {}},
            .found = found,
            .expected = QStringLiteral("a fleet file of at most 16 MiB")};
}

} // namespace

std::vector<GatewayInstance> parseFleet(const QByteArray& yaml, Findings& findings)
{
    const std::vector<Node> documents = readYaml(yaml, findings, kLimits);
    if (findings.hasErrors())
        return {};
    const Fleet fleet = fleetRecord().parse(documents.empty() ? Node{} : documents.front(), {}, findings);
    std::vector<GatewayInstance> instances;
    for (const Gateway& gateway : fleet.gateways) {
        GatewayInstance& instance = instances.emplace_back();
        instance.api = gateway.api;
        instance.instance = gateway.instance;
        instance.url = QUrl(gateway.url);
        for (const auto& [name, value] : gateway.labels)
            instance.labels.insert(name, value);
    }
    return instances;
}

FleetFile::FleetFile(const QString& path, const Clock& clock, QObject* parent)
    : FleetSource(parent), m_path(QFileInfo(path).absoluteFilePath()), m_clock(clock)
{
    m_state.source = QStringLiteral("fleet");
    m_settle.setSingleShot(true);
    m_settle.setInterval(100ms);
    connect(&m_settle, &QTimer::timeout, this, &FleetFile::read);
    connect(&m_watcher, &QFileSystemWatcher::fileChanged, &m_settle, qOverload<>(&QTimer::start));
    connect(&m_watcher, &QFileSystemWatcher::directoryChanged, &m_settle, qOverload<>(&QTimer::start));
    read();
}

/// The folder too: a file that is replaced is another file, and one that is not there yet is none.
void FleetFile::watch()
{
    const QString folder = QFileInfo(m_path).absolutePath();
    for (const QString& path : {m_path, folder}) {
        if (!m_watcher.files().contains(path) && !m_watcher.directories().contains(path))
            m_watcher.addPath(path);
    }
}

void FleetFile::read()
{
    // Watched before it is read: a change between the two is then not missed.
    watch();
    QFile file(m_path);
    Findings findings(m_path);
    std::vector<GatewayInstance> instances;
    if (!file.open(QIODevice::ReadOnly))
        findings.add(unreadable(m_path, file.errorString()));
    else if (file.size() > kMaxBytes)
        findings.add(unreadable(m_path, QStringLiteral("%1 bytes").arg(file.size())));
    else
        instances = parseFleet(file.readAll(), findings);

    const bool good = !findings.hasErrors();
    m_findings = findings.take();
    if (good) {
        m_instances = std::move(instances);
        m_state.state = SourceState::State::Live;
        m_state.asOf = m_clock.wall();
        m_state.since.reset();
        m_state.error.reset();
    } else {
        m_state.state = m_state.asOf ? SourceState::State::Partial : SourceState::State::Away;
        if (!m_state.since)
            m_state.since = m_clock.wall();
        const auto first = std::find_if(m_findings.begin(), m_findings.end(), [](const Finding& finding) {
            return finding.severity == Finding::Severity::Error;
        });
        m_state.error = Error::invalid(first->text(), first->place);
    }
    Q_EMIT changed();
}

} // namespace postern

// Control's third part: what it tells of configurations, secrets and upstreams.
#include "gateway/server/control.h"
#include "gateway/telemetry/telemetry.h"
#include "models/document/semantic_diff.h"

namespace postern {

namespace {

/// An event line is for people and log stores: the first ones tell the story.
constexpr std::size_t mostToldAtOnce = 20;

} // namespace

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

} // namespace postern

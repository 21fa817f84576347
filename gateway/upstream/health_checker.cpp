#include "gateway/upstream/health_checker.h"

#include <algorithm>

namespace postern {

HealthChecker::HealthChecker(Settings settings, const UpstreamPool::Environment& environment,
                             UpstreamNotices notices)
    : m_settings(std::move(settings)), m_environment(environment), m_notices(std::move(notices))
{}

void HealthChecker::follow(std::shared_ptr<UpstreamDirectory> directory)
{
    m_directory = std::move(directory);
    refresh();
}

void HealthChecker::refresh()
{
    auto before = std::move(m_probed);
    m_probed.clear();
    for (const UpstreamDirectory::Entry& entry : m_directory->entries()) {
        const auto same = std::find_if(before.begin(), before.end(), [&entry](const auto& one) {
            return one && one->endpoint.address == entry.settings.address && one->health == entry.health;
        });
        m_probed.push_back(same == before.end() ? probe(entry) : std::move(*same));
    }
}

bool HealthChecker::isAsking() const
{
    return std::ranges::any_of(m_probed, [](const auto& one) { return one->probe->isAsking(); });
}

std::unique_ptr<HealthChecker::Probed> HealthChecker::probe(const UpstreamDirectory::Entry& entry)
{
    auto probed = std::make_unique<Probed>(Probed{entry.settings, entry.health, nullptr});
    // What was found before a reload that changed the check stands until the new one finds otherwise.
    probed->probe = std::make_unique<EndpointProbe>(
        EndpointProbe::Environment{m_environment, m_settings.check, m_settings.upstream}, entry.settings,
        entry.health, [this, one = probed.get()](const QString& fault) { found(*one, fault); });
    return probed;
}

void HealthChecker::found(const Probed& probed, const QString& fault)
{
    const QString endpoint = QString::fromStdString(probed.endpoint.text);
    if (fault.isEmpty())
        m_notices.told(
            {UpstreamNotice::Kind::EndpointWell, QString::fromStdString(m_settings.upstream.name), endpoint});
    else
        m_notices.told({UpstreamNotice::Kind::EndpointUnwell,
                        QString::fromStdString(m_settings.upstream.name),
                        endpoint + QStringLiteral(": ") + fault});
}

} // namespace postern

#include "models/document/governance.h"

#include "models/schema/address.h"
#include "models/schema/document_path.h"

#include <algorithm>

namespace postern {

using namespace Qt::StringLiterals;

namespace {

/// How far a document is from a requirement; `what` is empty where it is met.
struct Shortfall
{
    QString what;
    QString wanted;
    QString path; ///< in the API's document
};

bool enforcesOneOf(const EffectiveRoute& route, const std::vector<QString>& types)
{
    return std::any_of(route.policies.begin(), route.policies.end(), [&](const EffectivePolicyPtr& policy) {
        return policy->entry.mode == Mode::Enforce &&
               std::find(types.begin(), types.end(), policy->entry.type) != types.end();
    });
}

QString joined(const std::vector<QString>& words)
{
    return QStringList(words.begin(), words.end()).join(u", "_s);
}

Shortfall judgeRoutes(const EffectiveDocument& effective, const std::vector<QString>& types)
{
    QStringList lacking;
    QString first;
    for (std::size_t i = 0; i < effective.routes.size(); ++i) {
        if (enforcesOneOf(effective.routes[i], types))
            continue;
        if (lacking.isEmpty())
            first = pathTo(u"spec.routes"_s, qsizetype(i));
        lacking << effective.routes[i].route.name;
    }
    if (lacking.isEmpty())
        return {};
    const QString more = lacking.size() > 5 ? u" and %1 more"_s.arg(lacking.size() - 5) : QString();
    const QString routes =
        (lacking.size() == 1 ? u"the route "_s : u"the routes "_s) + lacking.mid(0, 5).join(u", "_s) + more;
    return {u"%1 without an enforced %2"_s.arg(routes, joined(types)),
            types.size() == 1 ? u"%1 in mode enforce on every route"_s.arg(types.front())
                              : u"one of %1 in mode enforce on every route"_s.arg(joined(types)),
            first};
}

Shortfall judgeObjective(const GatewaySpec& spec, const ApiRequirement& requirement)
{
    std::optional<double> best;
    for (const Objective& objective : spec.objectives)
        if (nameOf(objective.type) == requirement.objective)
            best = std::max(best.value_or(0), objective.target);
    const double least = requirement.atLeast.value_or(0);
    if (best && *best >= least)
        return {};
    const auto percent = [](double value) {
        return QString::number(value, 'f', QLocale::FloatingPointShortest) + u" %"_s;
    };
    return {best ? u"%1 of %2"_s.arg(requirement.objective, percent(*best))
                 : u"no objective of type %1"_s.arg(requirement.objective),
            u"%1 of at least %2"_s.arg(requirement.objective, percent(least)), u"spec.objectives"_s};
}

bool meets(const Listener& listener, const ListenersRequirement& requirement)
{
    if (requirement.except == ListenerException::Loopback) {
        const auto address = SocketAddress::parse(listener.address);
        if (address && address->isLocal())
            return true;
    }
    return listener.tls && listener.tls->minVersion >= requirement.minTls;
}

Shortfall judgeListeners(const GatewaySpec& spec, const ListenersRequirement& requirement)
{
    for (std::size_t i = 0; i < spec.listeners.size(); ++i)
        if (!meets(spec.listeners[i], requirement))
            return {u"the listener %1 without TLS %2 or later"_s.arg(spec.listeners[i].name,
                                                                     nameOf(requirement.minTls)),
                    u"TLS %1 or later on every listener%2"_s.arg(
                        nameOf(requirement.minTls),
                        requirement.except == ListenerException::Loopback ? u" but loopback"_s : QString()),
                    pathTo(u"spec.listeners"_s, qsizetype(i))};
    return {};
}

Shortfall judge(const EffectiveDocument& effective, const Requirement& requirement)
{
    if (requirement.everyRoute)
        return judgeRoutes(effective, requirement.everyRoute->anyOf);
    // A policy of the API may be replaced on a route, so it counts where it acts: on all of them.
    if (requirement.api && !requirement.api->policy.isEmpty())
        return judgeRoutes(effective, {requirement.api->policy});
    if (requirement.api)
        return judgeObjective(effective.api.spec, *requirement.api);
    if (requirement.listeners)
        return judgeListeners(effective.api.spec, *requirement.listeners);
    return {};
}

/// The exemption that lasts longest, if any.
const Exemption* exemptionOf(const GatewayBaseline& baseline, const QString& api, const QString& requirement)
{
    const Exemption* longest = nullptr;
    for (const Exemption& exemption : baseline.spec.exemptions)
        if (exemption.api == api && exemption.requirement == requirement &&
            (!longest || exemption.until > longest->until)) // ISO dates sort as text
            longest = &exemption;
    return longest;
}

} // namespace

std::vector<GovernanceFinding> judgeGovernance(const EffectiveDocument& effective,
                                               const Loaded<ApiGateway>& api,
                                               const std::vector<const Loaded<GatewayBaseline>*>& baselines,
                                               const QDate& today)
{
    std::vector<GovernanceFinding> findings;
    for (const auto* baseline : baselines)
        for (const Requirement& requirement : baseline->document.spec.requirements) {
            const Shortfall shortfall = judge(effective, requirement);
            if (shortfall.what.isEmpty())
                continue;
            const QString& name = baseline->document.metadata.name;
            GovernanceFinding finding{
                name, requirement.name, GovernanceFinding::State::Missing, shortfall.what, {}, {}};
            const Exemption* exemption = exemptionOf(baseline->document, effective.id, requirement.name);
            if (exemption)
                finding.exemptUntil = QDate::fromString(exemption->until, Qt::ISODate);
            if (exemption && finding.exemptUntil >= today) {
                finding.state = GovernanceFinding::State::Exempt;
            } else {
                const QString ended =
                    exemption ? u"; its exemption ended on %1"_s.arg(exemption->until) : QString();
                finding.finding = {
                    Finding::Severity::Error, u"requirement-missing"_s,
                    Findings(api.file).placeOf(nearestNode(api.root, shortfall.path), shortfall.path),
                    shortfall.what + ended,
                    u"%1 (the requirement %2 of the baseline %3)"_s.arg(shortfall.wanted, requirement.name,
                                                                        name)};
            }
            findings.push_back(std::move(finding));
        }
    return findings;
}

std::vector<Finding> endingExemptions(const Loaded<GatewayBaseline>& baseline, const QDate& today)
{
    constexpr int noticeDays = 30;
    std::vector<Finding> findings;
    for (const Exemption& exemption : baseline.document.spec.exemptions) {
        const QDate until = QDate::fromString(exemption.until, Qt::ISODate);
        const qint64 left = today.daysTo(until);
        if (!until.isValid() || left < 0 || left > noticeDays)
            continue;
        Place place = exemption.place;
        place.path = pathTo(place.path, u"until");
        findings.push_back({Finding::Severity::Warning, u"exemption-ends"_s, place,
                            u"the exemption of %1 from %2, which ends on %3 (in %4 days)"_s.arg(
                                exemption.api, exemption.requirement, exemption.until, QString::number(left)),
                            u"the requirement met by then, or a later date"_s});
    }
    return findings;
}

} // namespace postern

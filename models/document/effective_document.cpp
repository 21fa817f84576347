#include "models/document/effective_document.h"

#include "models/document/canonical_json.h"
#include "models/document/governance.h"
#include "models/document/merge.h"
#include "models/document/named_files.h"

#include <QCryptographicHash>
#include <QJsonArray>

#include <algorithm>

namespace postern {

using namespace Qt::StringLiterals;

namespace {

using Baselines = std::vector<const Loaded<GatewayBaseline>*>;

/// By name, so that the order does not depend on where the files lie.
Baselines baselinesFor(const LoadedDocuments& documents, const Metadata& api)
{
    Baselines baselines;
    for (const auto& baseline : documents.baselines)
        if (baseline.document.spec.appliesTo.matches(api))
            baselines.push_back(&baseline);
    std::stable_sort(baselines.begin(), baselines.end(), [](const auto* a, const auto* b) {
        return a->document.metadata.name < b->document.metadata.name;
    });
    return baselines;
}

QJsonObject policyJson(const EffectivePolicy& policy, const PolicyCatalogue& catalogue)
{
    QJsonObject json{{u"name"_s, policy.entry.name}, {u"type"_s, policy.entry.type}};
    if (policy.entry.mode != Mode::Enforce)
        json.insert(u"mode"_s, nameOf(policy.entry.mode));
    const PolicyTypeDescription* type = catalogue.find(policy.entry.type);
    if (!type || !type->config)
        return json;
    const QJsonObject config =
        mapFiles(*type->config, policy.config, {}, [&](const QString& path, const QString&) {
            const auto file = std::find_if(policy.files.begin(), policy.files.end(),
                                           [&](const NamedFile& named) { return named.path == path; });
            return file == policy.files.end() ? path : u"sha256:"_s + file->digest;
        });
    if (!config.isEmpty())
        json.insert(u"config"_s, config);
    return json;
}

void insertPolicies(QJsonObject& into, const std::vector<EffectivePolicyPtr>& policies,
                    const PolicyCatalogue& catalogue)
{
    QJsonArray array;
    for (const EffectivePolicyPtr& policy : policies)
        array.append(policyJson(*policy, catalogue));
    if (array.isEmpty())
        into.remove(u"policies"_s);
    else
        into.insert(u"policies"_s, array);
}

/// The shape that is hashed: models/document/README.md.
QJsonObject specJson(const EffectiveDocument& effective, const PolicyCatalogue& catalogue)
{
    QJsonObject spec = gatewaySpecRecord().serialise(effective.api.spec);
    insertPolicies(spec, effective.policies, catalogue);
    QJsonArray routes;
    for (const EffectiveRoute& route : effective.routes) {
        QJsonObject json = routeRecord().serialise(route.route);
        insertPolicies(json, route.policies, catalogue);
        routes.append(json);
    }
    spec.insert(u"routes"_s, routes);
    return spec;
}

EffectiveDocument assemble(const Loaded<ApiGateway>& api, const Baselines& baselines, MergedPolicies merged,
                           const PolicyCatalogue& catalogue)
{
    EffectiveDocument effective;
    effective.id = api.document.id();
    effective.api = api.document;
    effective.revision = api.document.metadata.revision();
    for (const auto* baseline : baselines)
        effective.baselines << baseline->document.metadata.name;
    effective.policies = std::move(merged.api);
    for (std::size_t i = 0; i < api.document.spec.routes.size(); ++i)
        effective.routes.push_back({api.document.spec.routes[i], std::move(merged.routes[i])});
    effective.spec = specJson(effective, catalogue);
    effective.hash = QString::fromLatin1(
        QCryptographicHash::hash(canonicalJson(effective.spec), QCryptographicHash::Sha256).toHex());
    return effective;
}

Finding unusable(const QString& id, const Place& place, const QString& found)
{
    return {Finding::Severity::Error, u"unusable-document"_s, place, found,
            u"documents without errors, to make %1's effective one"_s.arg(id)};
}

/// A baseline that is not known well may govern anybody, so without it nobody's document is known.
std::vector<Finding> baselineFaults(const LoadedDocuments& documents, const QString& id)
{
    std::vector<Finding> findings;
    for (const auto& baseline : documents.baselines)
        if (!baseline.usable)
            findings.push_back(unusable(id, baseline.document.place,
                                        u"errors in the baseline "_s + baseline.document.metadata.name));
    for (const QString& file : documents.unread)
        findings.push_back(unusable(id, {.file = file, .line = 1, .column = 1, .path = {}},
                                    u"a file that may hold a baseline, with errors"_s));
    return findings;
}

} // namespace

QString nameOf(Origin::Layer layer)
{
    switch (layer) {
    case Origin::Layer::Baseline:
        return u"baseline"_s;
    case Origin::Layer::Api:
        return u"api"_s;
    case Origin::Layer::Route:
        return u"route"_s;
    }
    return {};
}

QString nameOf(GovernanceFinding::State state)
{
    return state == GovernanceFinding::State::Missing ? u"missing"_s : u"exempt"_s;
}

const QByteArray* EffectivePolicy::contentsOf(const FileReference& file) const
{
    const auto at = std::find_if(files.begin(), files.end(),
                                 [&](const NamedFile& named) { return named.path == file.path; });
    return at == files.end() ? nullptr : &at->contents;
}

EffectiveResult makeEffective(const LoadedDocuments& documents, QStringView id,
                              const PolicyCatalogue& catalogue, const QDate& today)
{
    EffectiveResult result;
    const Loaded<ApiGateway>* api = documents.api(id);
    if (!api) {
        result.findings.push_back({Finding::Severity::Error,
                                   u"unknown-api"_s,
                                   {},
                                   u"no ApiGateway "_s + id.toString(),
                                   documents.apis.empty() ? u"a document of kind ApiGateway"_s
                                                          : u"one of "_s + documents.apiIds().join(u", "_s)});
        return result;
    }
    if (!api->usable)
        result.findings.push_back(
            unusable(api->document.id(), api->document.place, u"errors in the API's document"_s));
    for (const Finding& finding : baselineFaults(documents, api->document.id()))
        result.findings.push_back(finding);
    if (!result.findings.empty())
        return result;
    const Baselines baselines = baselinesFor(documents, api->document.metadata);
    MergedPolicies merged = mergePolicies(*api, baselines, catalogue);
    result.findings = std::move(merged.findings);
    if (!result.findings.empty())
        return result;
    result.document = assemble(*api, baselines, std::move(merged), catalogue);
    result.document->governance = judgeGovernance(*result.document, *api, baselines, today);
    return result;
}

std::vector<Finding> checkDocuments(const LoadedDocuments& documents, const PolicyCatalogue& catalogue,
                                    const QDate& today)
{
    std::vector<Finding> findings = documents.findings;
    const auto add = [&](const Finding& finding) {
        // Baselines' conflicts are the same for each API they meet at.
        if (!finding.rule.isEmpty() && finding.rule != "unusable-document"_L1 &&
            std::find(findings.begin(), findings.end(), finding) == findings.end())
            findings.push_back(finding);
    };
    for (const QString& id : documents.apiIds()) {
        const EffectiveResult effective = makeEffective(documents, id, catalogue, today);
        for (const Finding& finding : effective.findings)
            add(finding);
        if (effective.document)
            for (const GovernanceFinding& governance : effective.document->governance)
                add(governance.finding);
    }
    for (const auto& baseline : documents.baselines)
        for (const Finding& finding : endingExemptions(baseline, today))
            add(finding);
    sortByPlace(findings);
    return findings;
}

} // namespace postern

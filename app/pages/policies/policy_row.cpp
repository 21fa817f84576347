#include "app/pages/policies/policy_row.h"

#include <algorithm>
#include <set>

namespace postern {
namespace {

std::set<QString> faultyFiles(const LoadedDocuments& documents)
{
    std::set<QString> files;
    for (const Finding& finding : documents.findings)
        if (finding.severity == Finding::Severity::Error)
            files.insert(finding.place.file);
    return files;
}

const std::vector<PolicyEntry>* entriesOf(const LoadedDocuments& documents, const PolicyIdentity& identity)
{
    if (identity.owner == PolicyIdentity::Owner::Baseline) {
        for (const auto& baseline : documents.baselines)
            if (baseline.file == identity.file && baseline.document.metadata.name == identity.document)
                return &baseline.document.spec.policies;
        return nullptr;
    }
    for (const auto& api : documents.apis) {
        if (api.file != identity.file || api.document.id() != identity.document)
            continue;
        if (identity.route.isEmpty())
            return &api.document.spec.policies;
        for (const Route& route : api.document.spec.routes)
            if (route.name == identity.route)
                return &route.policies;
    }
    return nullptr;
}

} // namespace

std::vector<PolicyRow> policyRows(const DocumentSnapshot& documents, const PolicyCatalogue& catalogue,
                                  const QStringList& edited)
{
    const std::set<QString> faulty = faultyFiles(documents.documents);
    std::vector<PolicyRow> rows;
    for (const PolicyIdentity& identity : policiesOf(documents)) {
        const std::vector<PolicyEntry>* entries = entriesOf(documents.documents, identity);
        if (!entries)
            continue;
        const auto entry = std::ranges::find(*entries, identity.policy, &PolicyEntry::name);
        if (entry == entries->end())
            continue;
        const PolicyTypeDescription* type = catalogue.find(entry->type);
        rows.push_back({.identity = identity,
                        .type = entry->type,
                        .mode = nameOf(entry->mode),
                        .stage = type ? type->stage : Stage::Identify,
                        .path = entry->place.path,
                        .line = entry->place.line,
                        .faulty = faulty.contains(identity.file),
                        .edited = edited.contains(identity.file)});
    }
    return rows;
}

} // namespace postern

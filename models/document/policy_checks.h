#pragma once

#include "models/document/load_documents.h"

namespace postern {

/// Checks the policies at \a path (`spec.policies`) of the document \a root against the catalogue: known,
/// built, their config well-formed. The files that configs name are read and added to \a files.
class PolicyChecker
{
public:
    PolicyChecker(const Node& root, const DocumentSource& source, const PolicyCatalogue& catalogue,
                  Findings& findings)
        : m_root(root), m_source(source), m_catalogue(catalogue), m_findings(findings)
    {}
    void check(const std::vector<PolicyEntry>& policies, const QString& path);
    void checkType(const QString& type, const QString& path);
    [[nodiscard]] std::vector<NamedFile> takeFiles() { return std::move(m_files); }

private:
    void checkConfig(const PolicyEntry& policy, const RecordDescription& record, const QString& path);
    void load(const QString& file, const QString& path);

    const Node& m_root;
    const DocumentSource& m_source;
    const PolicyCatalogue& m_catalogue;
    Findings& m_findings;
    std::vector<NamedFile> m_files;
    qint64 m_bytes = 0;
};

/// The config of \a policy as its record normalises it; an entry without one has all defaults.
[[nodiscard]] QJsonObject normalisedConfig(const PolicyEntry& policy, const RecordDescription& record,
                                           const QString& path, Findings& findings);

} // namespace postern

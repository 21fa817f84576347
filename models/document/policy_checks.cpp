#include "models/document/policy_checks.h"

#include "models/document/named_files.h"
#include "models/schema/document_path.h"

#include <QCryptographicHash>

#include <algorithm>

namespace postern {

using namespace Qt::StringLiterals;

namespace {

constexpr qint64 largestFile = 4 * 1024 * 1024;
constexpr qint64 largestFilesInAll = 32 * 1024 * 1024;

} // namespace

QJsonObject normalisedConfig(const PolicyEntry& policy, const RecordDescription& record, const QString& path,
                             Findings& findings)
{
    if (policy.config)
        return record.normalised(*policy.config, path, findings);
    Node empty = Node::mapping({});
    empty.start = {.line = policy.place.line, .column = policy.place.column, .offset = 0};
    return record.normalised(empty, path, findings);
}

void PolicyChecker::check(const std::vector<PolicyEntry>& policies, const QString& path)
{
    for (std::size_t i = 0; i < policies.size(); ++i) {
        const QString entryPath = pathTo(path, qsizetype(i));
        const PolicyEntry& policy = policies[i];
        if (policy.type.isEmpty())
            continue; // reported as missing
        checkType(policy.type, pathTo(entryPath, u"type"));
        const PolicyTypeDescription* type = m_catalogue.find(policy.type);
        if (type && !type->built)
            m_findings.error(u"not-yet-built"_s, nearestNode(m_root, pathTo(entryPath, u"type")),
                             pathTo(entryPath, u"type"), policy.type,
                             u"the policy left out: this release does not build it yet"_s);
        if (type && type->built && type->config)
            checkConfig(policy, *type->config, pathTo(entryPath, u"config"));
    }
}

void PolicyChecker::checkType(const QString& type, const QString& path)
{
    if (m_catalogue.find(type))
        return;
    const QString near = nearestOf(type, m_catalogue.names());
    m_findings.error(u"unknown-policy-type"_s, nearestNode(m_root, path), path, quoted(type),
                     near.isEmpty() ? u"one of "_s + m_catalogue.names().join(u", "_s)
                                    : u"%1 (the nearest known type)"_s.arg(near));
}

void PolicyChecker::checkConfig(const PolicyEntry& policy, const RecordDescription& record,
                                const QString& path)
{
    const QJsonObject config = normalisedConfig(policy, record, path, m_findings);
    (void)mapFiles(record, config, path, [this](const QString& file, const QString& at) {
        load(file, at);
        return file;
    });
}

void PolicyChecker::load(const QString& path, const QString& at)
{
    const bool known =
        std::any_of(m_files.begin(), m_files.end(), [&](const NamedFile& file) { return file.path == path; });
    if (known)
        return;
    const QString folder = folderOfFile(m_findings.file());
    auto contents = m_source.readWithin(folder, path, std::min(largestFile, largestFilesInAll - m_bytes));
    if (!contents) {
        const bool missing = contents.error().kind == Error::Kind::NotFound;
        m_findings.error(missing ? u"file-not-found"_s : u"unreadable-file"_s, nearestNode(m_root, at), at,
                         contents.error().message, u"a file beside the document, at most 4 MiB"_s);
        return;
    }
    m_bytes += contents->size();
    const QByteArray digest = QCryptographicHash::hash(*contents, QCryptographicHash::Sha256).toHex();
    m_files.push_back({path, joinPath(folder, path), std::move(*contents), QString::fromLatin1(digest)});
}

} // namespace postern

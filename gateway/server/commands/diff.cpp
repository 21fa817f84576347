#include "gateway/server/commands/diff.h"

#include "gateway/policies/catalogue.h"
#include "gateway/server/commands/document_input.h"
#include "models/document/semantic_diff.h"

#include <QJsonArray>

#include <map>

namespace postern {

using namespace Qt::StringLiterals;

namespace {

using Side = std::map<QString, EffectiveDocument>;

/// Every API of one side; nothing where one of them can not be told.
std::optional<Side> loadSide(const QString& path, const CommandStreams& streams)
{
    const auto documents = loadPaths({path}, streams);
    if (!documents)
        return std::nullopt;
    std::vector<Finding> errors;
    for (const Finding& finding : documents->findings)
        if (finding.severity == Finding::Severity::Error)
            errors.push_back(finding);
    Side side;
    const QDate anyDay; // governance is no part of a difference
    for (const QString& id : documents->apiIds()) {
        EffectiveResult result = makeEffective(*documents, id, policyCatalogue(), anyDay);
        errors.insert(errors.end(), result.findings.begin(), result.findings.end());
        if (result.document)
            side.emplace(id, std::move(*result.document));
    }
    printFindings(errors, streams.err);
    return errors.empty() ? std::optional(std::move(side)) : std::nullopt;
}

struct ApiDifference
{
    QString api;
    QString kind; ///< added, removed, changed
    SemanticDiff diff;
};

std::vector<ApiDifference> compare(const Side& before, const Side& after)
{
    std::vector<ApiDifference> differences;
    for (const auto& [id, document] : before) {
        const auto other = after.find(id);
        if (other == after.end()) {
            differences.push_back({id, u"removed"_s, {id, document.hash, {}, {}}});
            continue;
        }
        SemanticDiff diff = diffEffective(document, other->second, policyCatalogue());
        if (!diff.isEmpty())
            differences.push_back({id, u"changed"_s, std::move(diff)});
    }
    for (const auto& [id, document] : after)
        if (!before.contains(id))
            differences.push_back({id, u"added"_s, {id, {}, document.hash, {}}});
    return differences;
}

QString text(const ApiDifference& difference)
{
    if (difference.diff.changes.empty())
        return u"%1: %2\n"_s.arg(difference.api, difference.kind);
    QString lines = difference.api + u'\n';
    for (const SemanticChange& change : difference.diff.changes)
        lines += u"  %1\n"_s.arg(change.text());
    return lines;
}

QJsonObject json(const ApiDifference& difference)
{
    QJsonArray changes;
    for (const SemanticChange& change : difference.diff.changes)
        changes.append(change.json());
    return {{u"api"_s, difference.api},
            {u"kind"_s, difference.kind},
            {u"oldHash"_s, difference.diff.oldHash},
            {u"newHash"_s, difference.diff.newHash},
            {u"changes"_s, changes}};
}

ExitStatus diff(const Arguments& arguments, const CommandStreams& streams)
{
    const auto before = loadSide(arguments.positional().at(0), streams);
    const auto after = loadSide(arguments.positional().at(1), streams);
    if (!before || !after)
        return ExitStatus::Unusable;
    const std::vector<ApiDifference> differences = compare(*before, *after);
    if (arguments.value(u"format"_s, u"text"_s) == "json"_L1) {
        QJsonArray apis;
        for (const ApiDifference& difference : differences)
            apis.append(json(difference));
        printJson({{u"apis"_s, apis}}, streams);
    } else {
        for (const ApiDifference& difference : differences)
            streams.print(text(difference));
        if (differences.empty())
            streams.print(u"Nothing changes in effect.\n"_s);
    }
    return differences.empty() ? ExitStatus::Success : ExitStatus::Findings;
}

} // namespace

Command diffCommand()
{
    return {.name = u"diff"_s,
            .summary = u"tells what changes in effect, not in text; exit status 1 where something does"_s,
            .positional = {.usage = u"OLD NEW"_s, .minimum = 2, .maximum = 2},
            .options = {formatOption({u"text"_s, u"json"_s})},
            .run = diff};
}

} // namespace postern

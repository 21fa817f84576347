#include "app/workspace/edit_judgement.h"

#include "app/workspace/changed_lines.h"

#include <algorithm>

namespace postern {
namespace {

/// Everything that is wrong with documents by themselves and with their merges.
std::vector<Finding> faultsOf(const DocumentSnapshot& documents)
{
    std::vector<Finding> findings = documents.documents.findings;
    for (const auto& [api, effective] : documents.effective) {
        // A document with errors of its own does not merge: its findings say why already.
        const Loaded<ApiGateway>* loaded = documents.documents.api(api);
        if (!loaded || !loaded->usable)
            continue;
        for (const Finding& finding : effective.findings)
            if (std::ranges::find(findings, finding) == findings.end())
                findings.push_back(finding);
    }
    return findings;
}

/// The same fault at another line is still the same fault.
bool sameFault(const Finding& left, const Finding& right)
{
    return left.rule == right.rule && left.place.file == right.place.file &&
           left.place.path == right.place.path && left.found == right.found;
}

std::vector<Finding> findingsOf(const std::vector<Finding>& before, const std::vector<Finding>& after,
                                const QString& file)
{
    std::vector<Finding> findings;
    std::ranges::copy_if(after, std::back_inserter(findings), [&](const Finding& finding) {
        const auto isSame = [&](const Finding& other) { return sameFault(finding, other); };
        return finding.place.file == file || std::ranges::none_of(before, isSame);
    });
    sortByPlace(findings);
    return findings;
}

bool wasMissing(const EffectiveDocument* before, const GovernanceFinding& finding)
{
    return before && std::ranges::any_of(before->governance, [&](const GovernanceFinding& other) {
               return other.state == GovernanceFinding::State::Missing &&
                      other.baseline == finding.baseline && other.requirement == finding.requirement;
           });
}

void judgeGovernance(const DocumentSnapshot& before, EditJudgement& judgement)
{
    for (const auto& [api, effective] : judgement.after->effective) {
        if (!effective.document)
            continue;
        for (const GovernanceFinding& finding : effective.document->governance) {
            if (finding.state != GovernanceFinding::State::Missing)
                continue;
            const bool old = wasMissing(before.effectiveOf(api), finding);
            (old ? judgement.stillUnmet : judgement.causedUnmet).push_back(finding.finding);
        }
    }
}

EffectiveDocument nothing(const QString& api)
{
    EffectiveDocument document;
    document.id = api;
    return document;
}

void judgeEffects(const DocumentSnapshot& before, const PolicyCatalogue& catalogue, EditJudgement& judgement)
{
    QStringList apis = before.documents.apiIds() + judgement.after->documents.apiIds();
    apis.removeDuplicates();
    apis.sort();
    for (const QString& api : std::as_const(apis)) {
        const EffectiveDocument* old = before.effectiveOf(api);
        const EffectiveDocument* now = judgement.after->effectiveOf(api);
        // A document that does not merge any more is told about by its findings.
        if ((old && now && old->hash == now->hash) || (!old && !now) ||
            (!now && judgement.after->documents.api(api)))
            continue;
        const SemanticDiff diff =
            diffEffective(old ? *old : nothing(api), now ? *now : nothing(api), catalogue);
        judgement.effects.push_back({api, now ? now->hash : QString(), diff});
    }
}

} // namespace

EditJudgement judgeEdit(const DocumentSnapshot& documents, const EditedText& edit,
                        const PolicyCatalogue& catalogue, const QDate& today)
{
    QHash<QString, QByteArray> texts = documents.texts;
    const bool moved = texts.value(edit.file) != edit.before;
    texts.insert(edit.file, edit.before);
    // The branch may have moved on under the edit: what the edit itself changes is counted from its own base.
    const DocumentSnapshotPtr own =
        moved ? readDocuments(documents.revision, texts, catalogue, today).snapshot : nullptr;
    const DocumentSnapshot& before = own ? *own : documents;
    texts.insert(edit.file, edit.after);

    EditJudgement judgement;
    judgement.after = readDocuments(documents.revision, texts, catalogue, today).snapshot;
    judgement.findings = findingsOf(faultsOf(before), faultsOf(*judgement.after), edit.file);
    judgeGovernance(before, judgement);
    judgeEffects(before, catalogue, judgement);
    judgement.changedLines = countChangedLines(edit.before, edit.after);
    judgement.lines = static_cast<int>(edit.after.count('\n'));
    return judgement;
}

} // namespace postern

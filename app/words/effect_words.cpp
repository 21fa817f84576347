#include "app/words/effect_words.h"

#include <QCoreApplication>
#include <QFileInfo>

#include <algorithm>

namespace postern {
namespace {

constexpr qsizetype subjectLength = 72;

struct EffectWords
{
    Q_DECLARE_TR_FUNCTIONS(EffectWords)

public:
    static QString routes(const SemanticChange& change);
    static QString gateways(int count) { return count == 1 ? tr("1 gateway") : tr("%1 gateways").arg(count); }
    static QString apis(const QStringList& apis)
    {
        return apis.size() == 1 ? apis.constFirst() : tr("%1 APIs").arg(apis.size());
    }
    static QString scope(const QString& routes, const QString& apis, int gatewayCount);
    static QString lines(const EditJudgement& judgement);
    static QString remark(const EditJudgement& judgement);
    static QString change(const SemanticChange& change);
    static QString message(const QString& owner, const QString& text)
    {
        return tr("%1: %2").arg(owner, text);
    }
    static QString edited(const QString& file) { return tr("edit %1").arg(file); }
    static QString push(const EditJudgement& judgement, const QString& file, const QString& upstream,
                        int gatewayCount);
};

QString EffectWords::routes(const SemanticChange& change)
{
    if (change.area != SemanticChange::Area::Policy || change.routesInAll == 0)
        return {};
    if (change.routes.size() == change.routesInAll)
        return change.routesInAll == 1 ? tr("on its only route")
                                       : tr("on all %1 routes").arg(change.routesInAll);
    if (change.routes.size() == 1)
        return tr("on route %1").arg(change.routes.constFirst());
    return tr("on %1 of %2 routes").arg(change.routes.size()).arg(change.routesInAll);
}

QString EffectWords::scope(const QString& routes, const QString& apis, int gatewayCount)
{
    const QString who = tr("%1, %2").arg(apis, gateways(gatewayCount));
    return routes.isEmpty() ? who : tr("%1 of %2").arg(routes, who);
}

QString EffectWords::lines(const EditJudgement& judgement)
{
    return judgement.changedLines == 1
               ? tr("1 line of %1").arg(judgement.lines)
               : tr("%1 lines of %2").arg(judgement.changedLines).arg(judgement.lines);
}

QString EffectWords::remark(const EditJudgement& judgement)
{
    if (judgement.changedLines == 0)
        return tr("Nothing is changed yet.");
    if (hasErrors(judgement.findings))
        return tr("What changes in effect can be said once the document has no errors.");
    if (judgement.effects.empty())
        return tr("Nothing changes in effect: %1, comments or form alone.").arg(lines(judgement));
    return tr("Nothing else changes: %1.").arg(lines(judgement));
}

QString EffectWords::change(const SemanticChange& change)
{
    switch (change.kind) {
    case SemanticChange::Kind::Added:
        return tr("add %1").arg(change.subject);
    case SemanticChange::Kind::Removed:
        return tr("remove %1").arg(change.subject);
    case SemanticChange::Kind::Reordered:
        return tr("reorder %1").arg(change.subject);
    case SemanticChange::Kind::Changed:
        break;
    }
    return tr("%1 %2 %3 → %4").arg(change.subject, change.field, change.before, change.after);
}

QString EffectWords::push(const EditJudgement& judgement, const QString& file, const QString& upstream,
                          int gatewayCount)
{
    const QString commit = tr("Commits %1 of %2 and pushes to %3.").arg(lines(judgement), file, upstream);
    if (judgement.effects.empty())
        return commit + QLatin1Char(' ') + tr("No gateway changes.");
    QStringList names;
    std::ranges::transform(judgement.effects, std::back_inserter(names), &ApiEffect::api);
    return commit + QLatin1Char(' ') + tr("%1 of %2 take it up.").arg(gateways(gatewayCount), apis(names));
}

int gatewaysOfApi(const QString& api, const FleetSnapshot& fleet)
{
    const ApiStatus* status = fleet.find(api);
    return status ? static_cast<int>(status->instances.size()) : 0;
}

/// One line of the list while it is gathered.
struct Gathered
{
    EffectChange change;
    QString routes;
    QStringList apis;
    int gateways = 0;
};

EffectChange begin(const SemanticChange& change)
{
    EffectChange line;
    line.subject = change.subject;
    line.kind = change.kind == SemanticChange::Kind::Added     ? EffectChange::Kind::Added
                : change.kind == SemanticChange::Kind::Removed ? EffectChange::Kind::Removed
                                                               : EffectChange::Kind::Changed;
    return line;
}

bool sameValues(const EffectChange& left, const EffectChange& right)
{
    return left.kind == right.kind && left.subject == right.subject &&
           std::ranges::equal(left.values, right.values, [](const auto& a, const auto& b) {
               return a.name == b.name && a.from == b.from && a.to == b.to;
           });
}

/// The changes of one API, those of one subject on one line.
std::vector<Gathered> gather(const ApiEffect& effect, int gateways)
{
    std::vector<Gathered> lines;
    for (const SemanticChange& change : effect.diff.changes) {
        const QString routes = EffectWords::routes(change);
        const bool continues = !lines.empty() && lines.back().change.subject == change.subject &&
                               lines.back().routes == routes &&
                               lines.back().change.kind == begin(change).kind;
        if (!continues)
            lines.push_back({begin(change), routes, {effect.api}, gateways});
        if (!change.field.isEmpty() || !change.before.isEmpty() || !change.after.isEmpty())
            lines.back().change.values.append({change.field, change.before, change.after});
    }
    return lines;
}

} // namespace

QList<EffectChange> effectChanges(const std::vector<ApiEffect>& effects, const FleetSnapshot& fleet)
{
    std::vector<Gathered> all;
    for (const ApiEffect& effect : effects) {
        for (Gathered& line : gather(effect, gatewaysOfApi(effect.api, fleet))) {
            const auto same = std::ranges::find_if(all, [&](const Gathered& other) {
                return other.routes == line.routes && sameValues(other.change, line.change);
            });
            if (same == all.end()) {
                all.push_back(std::move(line));
                continue;
            }
            same->apis += line.apis;
            same->gateways += line.gateways;
        }
    }
    QList<EffectChange> changes;
    for (Gathered& line : all) {
        line.change.scope = EffectWords::scope(line.routes, EffectWords::apis(line.apis), line.gateways);
        changes.append(line.change);
    }
    return changes;
}

QString effectRemark(const EditJudgement& judgement) { return EffectWords::remark(judgement); }

QString proposedMessage(const EditJudgement& judgement, const QString& file)
{
    const QString name = QFileInfo(file).fileName();
    if (judgement.effects.empty())
        return EffectWords::edited(file);
    const ApiEffect& first = judgement.effects.front();
    const QString owner = judgement.effects.size() == 1 ? first.api.section(QLatin1Char('/'), 1)
                                                        : QFileInfo(name).completeBaseName();
    QStringList lines;
    for (const SemanticChange& change : first.diff.changes)
        lines << EffectWords::change(change);
    if (lines.isEmpty())
        return EffectWords::edited(file);
    const QString whole = EffectWords::message(owner, lines.join(QLatin1String(", ")));
    if (whole.size() <= subjectLength)
        return whole;
    const QString subject = EffectWords::message(owner, lines.constFirst());
    return subject + QLatin1String("\n\n") + lines.join(QLatin1Char('\n'));
}

int gatewaysOf(const std::vector<ApiEffect>& effects, const FleetSnapshot& fleet)
{
    int gateways = 0;
    for (const ApiEffect& effect : effects)
        gateways += gatewaysOfApi(effect.api, fleet);
    return gateways;
}

QString pushSentence(const EditJudgement& judgement, const QString& file, const QString& upstream,
                     const FleetSnapshot& fleet)
{
    return EffectWords::push(judgement, file, upstream, gatewaysOf(judgement.effects, fleet));
}

} // namespace postern

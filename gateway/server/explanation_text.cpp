// How an Explanation is told: to people, and to programs.
#include "gateway/server/explanation.h"

#include <QJsonArray>

namespace postern {

namespace {

QString verdictName(const ExplainedPolicy& explained)
{
    switch (explained.verdict) {
    case ExplainedPolicy::Verdict::Allow:
        return QStringLiteral("allow");
    case ExplainedPolicy::Verdict::Deny:
        return explained.policy->entry.mode == Mode::Shadow ? QStringLiteral("shadow-deny")
                                                            : QStringLiteral("deny");
    case ExplainedPolicy::Verdict::Undecided:
        return QStringLiteral("error");
    case ExplainedPolicy::Verdict::Waits:
        return QStringLiteral("waits");
    case ExplainedPolicy::Verdict::NotReached:
        return QStringLiteral("not-reached");
    case ExplainedPolicy::Verdict::Off:
        break;
    }
    return QStringLiteral("off");
}

/// Leaves out what is empty: absent is what it is.
void insert(QJsonObject& object, const QString& key, const QString& value)
{
    if (!value.isEmpty())
        object.insert(key, value);
}

QJsonObject jsonOf(const ExplainedPolicy& explained)
{
    const EffectivePolicy& policy = *explained.policy;
    QJsonObject object{{QStringLiteral("name"), policy.entry.name},
                       {QStringLiteral("type"), policy.entry.type},
                       {QStringLiteral("stage"), nameOf(policy.stage)},
                       {QStringLiteral("mode"), nameOf(policy.entry.mode)},
                       {QStringLiteral("decision"), verdictName(explained)}};
    if (explained.status > 0)
        object.insert(QStringLiteral("status"), explained.status);
    insert(object, QStringLiteral("reason"), explained.reason);
    insert(object, QStringLiteral("why"), explained.why);
    object.insert(QStringLiteral("origin"),
                  QJsonObject{{QStringLiteral("layer"), nameOf(policy.origin.layer)},
                              {QStringLiteral("document"), policy.origin.document},
                              {QStringLiteral("file"), policy.origin.place.file},
                              {QStringLiteral("line"), policy.origin.place.line},
                              {QStringLiteral("revision"), policy.origin.revision}});
    return object;
}

QString lineOf(const ExplainedPolicy& explained)
{
    const EffectivePolicy& policy = *explained.policy;
    QString decision = verdictName(explained);
    if (explained.status > 0)
        decision += QStringLiteral(" %1 %2").arg(explained.status).arg(explained.reason);
    QString line = QStringLiteral("  %1 %2 %3 %4 %5")
                       .arg(nameOf(policy.stage), -13)
                       .arg(policy.entry.name, -18)
                       .arg(policy.entry.type, -12)
                       .arg(nameOf(policy.entry.mode), -8)
                       .arg(decision);
    if (!explained.why.isEmpty())
        line += QStringLiteral(": ") + explained.why;
    return line + QStringLiteral("  [%1 %2]\n").arg(nameOf(policy.origin.layer), policy.origin.place.text());
}

} // namespace

QJsonObject Explanation::json() const
{
    QJsonArray steps;
    for (const ExplainedPolicy& explained : policies)
        steps.append(jsonOf(explained));
    QJsonObject outcome{{QStringLiteral("decision"),
                         upstream.isEmpty() ? QStringLiteral("refuse") : QStringLiteral("forward")}};
    insert(outcome, QStringLiteral("upstream"), upstream);
    insert(outcome, QStringLiteral("request"), forwarded);
    if (status > 0)
        outcome.insert(QStringLiteral("status"), status);
    insert(outcome, QStringLiteral("reason"), reason);
    insert(outcome, QStringLiteral("detail"), detail);
    insert(outcome, QStringLiteral("policy"), decidedBy);
    QJsonObject object{{QStringLiteral("api"), api}, {QStringLiteral("hash"), hash}};
    insert(object, QStringLiteral("method"), method);
    insert(object, QStringLiteral("path"), path);
    insert(object, QStringLiteral("client"), client);
    insert(object, QStringLiteral("route"), route);
    object.insert(QStringLiteral("policies"), steps);
    object.insert(QStringLiteral("outcome"), outcome);
    return object;
}

QString Explanation::text() const
{
    QString out = QStringLiteral("%1, hash %2\n").arg(api, hash);
    if (!method.isEmpty())
        out += QStringLiteral("%1 %2 from %3, route %4\n").arg(method, path, client, route);
    if (!policies.empty())
        out += u'\n';
    for (const ExplainedPolicy& explained : policies)
        out += lineOf(explained);
    out += u'\n';
    if (!upstream.isEmpty()) {
        out += QStringLiteral("Forwarded to %1 as\n\n").arg(upstream);
        for (const QString& line : forwarded.split(u'\n'))
            out += QStringLiteral("  ") + line + u'\n';
        return out;
    }
    const QString who = decidedBy.isEmpty() ? QStringLiteral("the gateway") : decidedBy;
    return out + QStringLiteral("Refused by %1: %2 %3: %4\n").arg(who).arg(status).arg(reason, detail);
}

} // namespace postern

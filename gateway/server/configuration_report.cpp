#include "gateway/server/configuration_report.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QRegularExpression>

#include <map>

namespace postern {

namespace {

bool isVariable(const QString& text)
{
    static const QRegularExpression pattern(QStringLiteral("^\\$\\{[^}]*\\}$"));
    return pattern.match(text).hasMatch();
}

QJsonValue redactedMember(const QString& key, const QJsonValue& value)
{
    if (value.isString() && namesACredential(key) && !isVariable(value.toString()))
        return QStringLiteral("[redacted]");
    return redacted(value);
}

QJsonObject originOf(const EffectivePolicy& policy, const QJsonArray& routes)
{
    const Origin& origin = policy.origin;
    return {{QStringLiteral("policy"), policy.entry.name},
            {QStringLiteral("type"), policy.entry.type},
            {QStringLiteral("layer"), nameOf(origin.layer)},
            {QStringLiteral("document"), origin.document},
            {QStringLiteral("file"), origin.place.file},
            {QStringLiteral("line"), origin.place.line},
            {QStringLiteral("path"), origin.place.path},
            {QStringLiteral("revision"), origin.revision},
            {QStringLiteral("routes"), routes}};
}

/// One entry a policy, with the routes it acts on, in the order of their first appearance.
QJsonArray originsOf(const EffectiveDocument& document)
{
    std::vector<const EffectivePolicy*> order;
    std::map<const EffectivePolicy*, QJsonArray> routes;
    for (const EffectiveRoute& route : document.routes) {
        for (const EffectivePolicyPtr& policy : route.policies) {
            if (!routes.contains(policy.get()))
                order.push_back(policy.get());
            routes[policy.get()].append(route.route.name);
        }
    }
    QJsonArray origins;
    for (const EffectivePolicy* policy : order)
        origins.append(originOf(*policy, routes[policy]));
    return origins;
}

} // namespace

bool namesACredential(const QString& name)
{
    static const QRegularExpression pattern(
        QStringLiteral(
            "authorization|cookie|password|passwd|credential|api[-_.]?key|secret$|token$|private[-_.]?key"),
        QRegularExpression::CaseInsensitiveOption);
    return pattern.match(name).hasMatch();
}

QJsonValue redacted(const QJsonValue& value)
{
    if (value.isArray()) {
        QJsonArray array;
        for (const QJsonValue& element : value.toArray())
            array.append(redacted(element));
        return array;
    }
    if (!value.isObject())
        return value;
    const QJsonObject object = value.toObject();
    QJsonObject result;
    for (auto member = object.begin(); member != object.end(); ++member)
        result.insert(member.key(), redactedMember(member.key(), member.value()));
    return result;
}

std::string reportConfiguration(const EffectiveDocument& document, const QDateTime& loadedAt)
{
    const QJsonObject report{{QStringLiteral("api"), document.id},
                             {QStringLiteral("hash"), document.hash},
                             {QStringLiteral("revision"), document.revision},
                             {QStringLiteral("loadedAt"), loadedAt.toUTC().toString(Qt::ISODateWithMs)},
                             {QStringLiteral("spec"), redacted(document.spec)},
                             {QStringLiteral("origins"), originsOf(document)}};
    return QJsonDocument(report).toJson(QJsonDocument::Compact).append('\n').toStdString();
}

} // namespace postern

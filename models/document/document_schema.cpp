#include "models/document/document_schema.h"

#include "models/document/api_gateway.h"
#include "models/document/api_version.h"
#include "models/document/gateway_baseline.h"
#include "models/schema/json_schema.h"

#include <QJsonArray>

#include <algorithm>

namespace postern {

using namespace Qt::StringLiterals;

namespace {

/// Gives a policy's `type` the types there are, and its `config` the fields of its type.
void describePolicies(QJsonObject& policy, const PolicyCatalogue& catalogue, JsonSchemaWriter& writer)
{
    QJsonArray types;
    QJsonArray rules;
    for (const PolicyTypeDescription& type : catalogue.types()) {
        if (!type.built || !type.config)
            continue;
        types.append(type.type);
        QJsonObject then{{u"properties"_s, QJsonObject{{u"config"_s, writer.reference(*type.config)}}}};
        const auto& fields = type.config->fields();
        if (std::any_of(fields.begin(), fields.end(), [](const auto& field) { return field.required; }))
            then.insert(u"required"_s, QJsonArray{u"config"_s});
        const QJsonObject is{
            {u"properties"_s, QJsonObject{{u"type"_s, QJsonObject{{u"const"_s, type.type}}}}},
            {u"required"_s, QJsonArray{u"type"_s}}};
        rules.append(QJsonObject{{u"if"_s, is}, {u"then"_s, then}});
    }
    QJsonObject properties = policy[u"properties"].toObject();
    QJsonObject type = properties[u"type"].toObject();
    type.insert(u"enum"_s, types);
    properties.insert(u"type"_s, type);
    policy.insert(u"properties"_s, properties);
    policy.insert(u"allOf"_s, rules);
}

void fixKind(QJsonObject& document, QStringView kind)
{
    QJsonObject properties = document[u"properties"].toObject();
    properties.insert(u"apiVersion"_s, QJsonObject{{u"const"_s, QStringView(apiVersionText).toString()}});
    properties.insert(u"kind"_s, QJsonObject{{u"const"_s, kind.toString()}});
    document.insert(u"properties"_s, properties);
}

} // namespace

QJsonObject documentJsonSchema(const PolicyCatalogue& catalogue)
{
    JsonSchemaWriter writer;
    const QJsonArray kinds{writer.reference(apiGatewayRecord()), writer.reference(gatewayBaselineRecord())};
    for (const RecordDescription* policy : {static_cast<const RecordDescription*>(&policyRecord()),
                                            static_cast<const RecordDescription*>(&baselinePolicyRecord())})
        writer.amend(*policy, [&](QJsonObject& schema) { describePolicies(schema, catalogue, writer); });
    writer.amend(apiGatewayRecord(), [](QJsonObject& schema) { fixKind(schema, gatewayKind); });
    writer.amend(gatewayBaselineRecord(), [](QJsonObject& schema) { fixKind(schema, baselineKind); });
    return {{u"$schema"_s, u"https://json-schema.org/draft/2020-12/schema"_s},
            {u"$id"_s, u"https://postern.dev/schemas/v1alpha1.json"_s},
            {u"title"_s, u"Postern documents, postern.dev/v1alpha1"_s},
            {u"oneOf"_s, kinds},
            {u"$defs"_s, writer.definitions()}};
}

} // namespace postern

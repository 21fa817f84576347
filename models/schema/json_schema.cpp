#include "models/schema/json_schema.h"

#include <QJsonArray>

#include <algorithm>

namespace postern {

using namespace Qt::StringLiterals;

namespace {

using Kind = FieldDescription::Kind;

QJsonObject number(const FieldDescription& field, const QString& type)
{
    QJsonObject schema{{u"type"_s, type}};
    if (field.minimum)
        schema.insert(u"minimum"_s, *field.minimum);
    if (field.maximum)
        schema.insert(u"maximum"_s, *field.maximum);
    return schema;
}

QJsonObject text(const FieldDescription& field)
{
    QJsonObject schema{{u"type"_s, u"string"_s}};
    if (field.anyScalar)
        schema.insert(u"type"_s, QJsonArray{u"string"_s, u"number"_s, u"boolean"_s});
    if (field.minimum)
        schema.insert(u"minLength"_s, *field.minimum);
    if (field.maximum)
        schema.insert(u"maxLength"_s, *field.maximum);
    if (field.textRule && !field.textRule->pattern.isEmpty())
        schema.insert(u"pattern"_s, field.textRule->pattern);
    return schema;
}

QJsonObject choice(const FieldDescription& field)
{
    QJsonArray names;
    for (const auto& one : field.choices)
        if (one.built)
            names.append(one.name);
    return {{u"type"_s, u"string"_s}, {u"enum"_s, names}};
}

QJsonObject secret()
{
    const QJsonObject string{{u"type"_s, u"string"_s}};
    const QJsonObject reference{{u"type"_s, u"object"_s},
                                {u"properties"_s, QJsonObject{{u"name"_s, string}, {u"key"_s, string}}},
                                {u"required"_s, QJsonArray{u"name"_s}},
                                {u"additionalProperties"_s, false}};
    return {{u"type"_s, u"object"_s},
            {u"properties"_s, QJsonObject{{u"secretRef"_s, reference}}},
            {u"required"_s, QJsonArray{u"secretRef"_s}},
            {u"additionalProperties"_s, false}};
}

QString description(const FieldDescription& field)
{
    const bool unitsMatter = field.kind == Kind::Duration || field.kind == Kind::Bytes;
    return unitsMatter ? u"%1 (%2)"_s.arg(field.help, field.expectation()) : field.help;
}

/// A default as a document writes it; none for what is left out as a whole.
QJsonValue documentDefault(const FieldDescription& field)
{
    switch (field.kind) {
    case Kind::Boolean:
    case Kind::Integer:
    case Kind::Number:
        return field.defaultValue;
    case Kind::Duration:
    case Kind::Bytes:
        return field.defaultValue.isUndefined() ? field.defaultValue
                                                : QJsonValue(field.documentText(field.defaultValue));
    case Kind::Choice:
    case Kind::Text:
        return field.defaultValue.toString().isEmpty() ? QJsonValue(QJsonValue::Undefined)
                                                       : field.defaultValue;
    default:
        return QJsonValue(QJsonValue::Undefined);
    }
}

} // namespace

QJsonObject JsonSchemaWriter::reference(const RecordDescription& record)
{
    return {{u"$ref"_s, u"#/$defs/"_s + nameFor(record)}};
}

QJsonObject JsonSchemaWriter::definitions() const { return m_definitions; }

void JsonSchemaWriter::amend(const RecordDescription& record, const std::function<void(QJsonObject&)>& change)
{
    const QString name = nameFor(record);
    QJsonObject schema = m_definitions.value(name).toObject();
    change(schema);
    m_definitions.insert(name, schema);
}

/// Two records may be called alike (`tls` of a listener and of an upstream): the second gets a number.
QString JsonSchemaWriter::nameFor(const RecordDescription& record)
{
    const auto known = std::find_if(m_names.begin(), m_names.end(),
                                    [&](const auto& entry) { return entry.first == &record; });
    if (known != m_names.end())
        return known->second;
    QString name = record.name();
    for (int number = 2; m_definitions.contains(name); ++number)
        name = record.name() + QString::number(number);
    m_names.emplace_back(&record, name);
    m_definitions.insert(name, QJsonObject()); // taken, before records within it ask for theirs
    m_definitions.insert(name, define(record));
    return name;
}

QJsonObject JsonSchemaWriter::define(const RecordDescription& record)
{
    QJsonObject properties;
    QJsonArray required;
    for (const FieldDescription& one : record.fields()) {
        if (!one.built)
            continue;
        properties.insert(one.name, field(one));
        if (one.required)
            required.append(one.name);
    }
    QJsonObject schema{{u"type"_s, u"object"_s},
                       {u"description"_s, record.help()},
                       {u"properties"_s, properties},
                       {u"additionalProperties"_s, false}};
    if (!required.isEmpty())
        schema.insert(u"required"_s, required);
    return schema;
}

QJsonObject JsonSchemaWriter::field(const FieldDescription& field)
{
    QJsonObject schema = value(field);
    schema.insert(u"description"_s, description(field));
    if (const QJsonValue standard = documentDefault(field); !standard.isUndefined())
        schema.insert(u"default"_s, standard);
    return schema;
}

QJsonObject JsonSchemaWriter::value(const FieldDescription& field)
{
    switch (field.kind) {
    case Kind::Boolean:
        return {{u"type"_s, u"boolean"_s}};
    case Kind::Integer:
        return number(field, u"integer"_s);
    case Kind::Number:
        return number(field, u"number"_s);
    case Kind::Text:
        return text(field);
    case Kind::Duration:
        return {{u"type"_s, u"string"_s}, {u"pattern"_s, u"^(0|[1-9][0-9]*)(ms|s|m|h|d)$"_s}};
    case Kind::Bytes:
        return {{u"type"_s, u"string"_s}, {u"pattern"_s, u"^(0|[1-9][0-9]*)(B|KiB|MiB|GiB)$"_s}};
    case Kind::Choice:
        return choice(field);
    case Kind::List: {
        QJsonObject list{{u"type"_s, u"array"_s}, {u"items"_s, value(*field.elements)}};
        if (field.minimumItems)
            list.insert(u"minItems"_s, qint64(*field.minimumItems));
        if (field.maximumItems)
            list.insert(u"maxItems"_s, qint64(*field.maximumItems));
        if (field.uniqueBy == u'.')
            list.insert(u"uniqueItems"_s, true);
        if (field.scalarOrList)
            return {{u"anyOf"_s, QJsonArray{value(*field.elements), list}}};
        return list;
    }
    case Kind::Map: {
        QJsonObject map{{u"type"_s, u"object"_s}, {u"additionalProperties"_s, value(*field.elements)}};
        if (field.keyRule && !field.keyRule->pattern.isEmpty())
            map.insert(u"propertyNames"_s, QJsonObject{{u"pattern"_s, field.keyRule->pattern}});
        return map;
    }
    case Kind::Record:
        return reference(*field.record);
    case Kind::File:
        return {{u"type"_s, u"string"_s}, {u"minLength"_s, 1}};
    case Kind::Secret:
        return secret();
    case Kind::Any:
        return {};
    }
    return {};
}

} // namespace postern

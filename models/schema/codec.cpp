#include "models/schema/codec.h"

namespace postern {

QJsonValue Codec<SecretReference>::write(const SecretReference& value) const
{
    if (value.isEmpty())
        return QJsonValue(QJsonValue::Undefined);
    QJsonObject reference{{QStringLiteral("name"), value.name}};
    if (!value.key.isEmpty())
        reference.insert(QStringLiteral("key"), value.key);
    return QJsonObject{{QStringLiteral("secretRef"), reference}};
}

FieldDescription Codec<int>::describe() const
{
    FieldDescription field;
    field.kind = FieldDescription::Kind::Integer;
    field.minimum = std::numeric_limits<int>::min();
    field.maximum = std::numeric_limits<int>::max();
    return field;
}

void Codec<int>::read(const FieldDescription& field, const Node& node, const QString& path,
                      Findings& findings, int& out) const
{
    if (const auto value = readInteger(field, node, path, findings))
        out = int(*value);
}

FieldDescription Codec<Node>::describe() const
{
    FieldDescription field;
    field.kind = FieldDescription::Kind::Any;
    return field;
}

} // namespace postern

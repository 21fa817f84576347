#include "models/document/named_files.h"

#include "models/schema/document_path.h"

#include <QJsonArray>

namespace postern {

namespace {

using Visit = std::function<QString(const QString&, const QString&)>;

QJsonValue mapValue(const FieldDescription& field, const QJsonValue& value, const QString& path,
                    const Visit& visit)
{
    using Kind = FieldDescription::Kind;
    switch (field.kind) {
    case Kind::File:
        return value.toString().isEmpty() ? value : QJsonValue(visit(value.toString(), path));
    case Kind::Record:
        return mapFiles(*field.record, value.toObject(), path, visit);
    case Kind::List: {
        QJsonArray mapped;
        for (const QJsonValue& item : value.toArray())
            mapped.append(mapValue(*field.elements, item, pathTo(path, mapped.size()), visit));
        return mapped;
    }
    case Kind::Map: {
        QJsonObject mapped = value.toObject();
        for (auto it = mapped.begin(); it != mapped.end(); ++it)
            *it = mapValue(*field.elements, *it, pathTo(path, it.key()), visit);
        return mapped;
    }
    default:
        return value;
    }
}

} // namespace

QJsonObject mapFiles(const RecordDescription& record, const QJsonObject& config, const QString& path,
                     const Visit& visit)
{
    QJsonObject mapped = config;
    for (const FieldDescription& field : record.fields())
        if (const auto at = mapped.find(field.name); at != mapped.end())
            *at = mapValue(field, *at, pathTo(path, field.name), visit);
    return mapped;
}

} // namespace postern

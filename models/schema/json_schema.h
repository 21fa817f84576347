#pragma once

#include "models/schema/record_description.h"

#include <QJsonObject>

namespace postern {

/// JSON Schema 2020-12 of records, for editors and pipelines that do not ask `check`. Says what a schema can
/// say: names, types, choices, ranges, defaults, help. What is not built yet is left out, and so refused.
/// Lives for one writing.
class JsonSchemaWriter
{
public:
    /// `{"$ref": "#/$defs/NAME"}`; the record, and those it holds, come to stand in definitions().
    [[nodiscard]] QJsonObject reference(const RecordDescription& record);
    [[nodiscard]] QJsonObject definitions() const;
    /// Changes a definition afterwards: for what no field table says, such as a policy's config by its type.
    void amend(const RecordDescription& record, const std::function<void(QJsonObject&)>& change);

private:
    [[nodiscard]] QString nameFor(const RecordDescription& record);
    [[nodiscard]] QJsonObject define(const RecordDescription& record);
    [[nodiscard]] QJsonObject field(const FieldDescription& field);
    [[nodiscard]] QJsonObject value(const FieldDescription& field);

    std::vector<std::pair<const RecordDescription*, QString>> m_names;
    QJsonObject m_definitions;
};

} // namespace postern

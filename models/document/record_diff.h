#pragma once

#include "models/schema/record_description.h"

namespace postern {

/// One field that differs between two normalised values of a record.
struct FieldChange
{
    QString field;  ///< path within the record: `match.path`, `request.set["X-User"]`
    QString before; ///< as a document would write it; `none` where there is nothing
    QString after;

    friend bool operator==(const FieldChange&, const FieldChange&) = default;
};

/// What differs between two normalised values, in the order of the field table; empty exactly where they are
/// equal. A field left out has its default. A rate is told with its period: `limit 100/s → 50/s`.
[[nodiscard]] std::vector<FieldChange> diffRecords(const RecordDescription& record, const QJsonObject& before,
                                                   const QJsonObject& after);

/// A normalised value as a document would write it, on one line.
[[nodiscard]] QString valueText(const FieldDescription* field, const QJsonValue& value);

} // namespace postern

#pragma once

#include "models/schema/text_rule.h"

#include <QJsonValue>
#include <QString>
#include <QStringList>

#include <memory>
#include <optional>
#include <vector>

namespace postern {

class RecordDescription;

/// What one field is, without its C++ type: enough for a form, a JSON Schema, a reference page and messages.
struct FieldDescription
{
    enum class Kind {
        Boolean,
        Integer,
        Number,
        Text,
        Duration, ///< JSON: milliseconds
        Bytes,    ///< JSON: bytes
        Choice,   ///< one of `choices`
        List,     ///< of `elements`
        Map,      ///< text → `elements`
        Record,   ///< of `record`
        File,     ///< a file beside the document
        Secret,   ///< {secretRef: {name, key}}
        Any       ///< decided elsewhere: a policy's config, by its type
    };
    struct ChoiceDescription
    {
        QString name;
        QString help;
        bool built = true;
    };

    QString name;
    Kind kind = Kind::Text;
    QString help; ///< one or two plain sentences, for people
    bool required = false;
    bool built = true;         ///< false: refused with the rule `not-yet-built`
    bool scalarOrList = false; ///< a list of one may be written without brackets
    bool multiline = false;    ///< a text may hold line breaks and tabs
    bool anyScalar = false;    ///< a text that may look like a number or boolean without quotes
    QJsonValue defaultValue;   ///< normalised; undefined where there is none
    std::optional<double>
        minimum; ///< inclusive; of a duration in ms, of bytes in bytes, of a text its length
    std::optional<double> maximum;
    std::optional<std::size_t> minimumItems; ///< of a list or map
    std::optional<std::size_t> maximumItems;
    QString unit;     ///< `%`, `requests`; durations and bytes carry theirs in the value
    QString ratePer; ///< the field beside it that holds the period this number is for: `100/s`
    QString uniqueBy; ///< of a list of records: the field that no two share; of a list of scalars `.`
    std::vector<ChoiceDescription> choices;
    std::optional<TextRule> textRule;
    std::optional<TextRule> keyRule; ///< of a map's keys
    std::shared_ptr<FieldDescription> elements;
    const RecordDescription* record = nullptr;

    /// The innermost description: of a list or map its elements', else itself.
    [[nodiscard]] const FieldDescription& leaf() const;
    [[nodiscard]] FieldDescription& leaf();
    [[nodiscard]] QStringList choiceNames() const;
    /// `a duration such as 250ms, from 1ms to 1h`: what a finding says was expected.
    [[nodiscard]] QString expectation() const;
    /// A normalised value as a document writes it: 250 → `250ms`. Empty for lists, maps and records.
    [[nodiscard]] QString documentText(const QJsonValue& value) const;
};

} // namespace postern

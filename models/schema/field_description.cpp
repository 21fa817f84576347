#include "models/schema/field_description.h"

#include "models/schema/record_description.h"
#include "models/schema/units.h"

#include <cmath>

namespace postern {

using namespace Qt::StringLiterals;

namespace {

using Kind = FieldDescription::Kind;

QString shown(const FieldDescription& field, double value)
{
    switch (field.kind) {
    case Kind::Duration:
        return formatDuration(std::chrono::milliseconds(qint64(value)));
    case Kind::Bytes:
        return formatBytes(Bytes{quint64(value)});
    default:
        return QString::number(value, 'f', QLocale::FloatingPointShortest) +
               (field.unit == u'%' ? u" %"_s : QString());
    }
}

QString range(const FieldDescription& field)
{
    const QString what = field.kind == Kind::Text ? u" characters"_s : QString();
    const QString from = field.minimum ? shown(field, *field.minimum) : QString();
    const QString to = field.maximum ? shown(field, *field.maximum) : QString();
    if (field.minimum && field.maximum)
        return u", from %1 to %2"_s.arg(from, to) + what;
    if (field.minimum)
        return u", at least %1"_s.arg(from) + what;
    if (field.maximum)
        return u", at most %1"_s.arg(to) + what;
    return {};
}

QString listOf(const FieldDescription& field)
{
    if (!field.elements || field.elements->kind == Kind::Record)
        return u"a list"_s;
    const QString of = u"a list, each "_s + field.elements->expectation();
    return field.scalarOrList ? field.elements->expectation() + u", or a list of them"_s : of;
}

QString builtChoices(const FieldDescription& field)
{
    QStringList names;
    for (const auto& choice : field.choices)
        if (choice.built)
            names << choice.name;
    return names.size() == 1 ? names.front() : u"one of "_s + names.join(u", "_s);
}

QString recordFields(const RecordDescription* record)
{
    QStringList names;
    if (record)
        for (const FieldDescription& field : record->fields())
            names << field.name;
    return names.isEmpty() ? u"a mapping"_s
                           : u"a mapping with fields such as "_s + names.mid(0, 4).join(u", "_s);
}

} // namespace

const FieldDescription& FieldDescription::leaf() const { return elements ? elements->leaf() : *this; }

FieldDescription& FieldDescription::leaf() { return elements ? elements->leaf() : *this; }

QStringList FieldDescription::choiceNames() const
{
    QStringList names;
    for (const ChoiceDescription& choice : choices)
        names << choice.name;
    return names;
}

QString FieldDescription::expectation() const
{
    switch (kind) {
    case Kind::Boolean:
        return u"true or false"_s;
    case Kind::Integer:
        return u"a whole number"_s + range(*this);
    case Kind::Number:
        return u"a number"_s + range(*this);
    case Kind::Text:
        return (textRule ? textRule->expected : u"text"_s) + range(*this);
    case Kind::Duration:
        return u"a duration such as 250ms, 2s, 5m, 24h or 30d"_s + range(*this);
    case Kind::Bytes:
        return u"a size such as 512B, 64KiB or 1MiB"_s + range(*this);
    case Kind::Choice:
        return builtChoices(*this);
    case Kind::List:
        return listOf(*this);
    case Kind::Map:
        return u"a mapping from text to "_s + (elements ? elements->expectation() : u"values"_s);
    case Kind::Record:
        return recordFields(record);
    case Kind::File:
        return u"a file beside the document"_s;
    case Kind::Secret:
        return u"{secretRef: {name: …}}; a secret never stands in a document"_s;
    case Kind::Any:
        return u"a value"_s;
    }
    return {};
}

QString FieldDescription::documentText(const QJsonValue& value) const
{
    switch (kind) {
    case Kind::Boolean:
        return value.toBool() ? u"true"_s : u"false"_s;
    case Kind::Integer:
        return QString::number(value.toInteger());
    case Kind::Number:
        return QString::number(value.toDouble(), 'f', QLocale::FloatingPointShortest);
    case Kind::Duration:
        return formatDuration(std::chrono::milliseconds(value.toInteger()));
    case Kind::Bytes:
        return formatBytes(Bytes{quint64(value.toInteger())});
    case Kind::Text:
    case Kind::Choice:
    case Kind::File:
        return value.toString();
    default:
        return {};
    }
}

} // namespace postern

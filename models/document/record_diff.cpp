#include "models/document/record_diff.h"

#include "models/schema/document_path.h"
#include "models/schema/units.h"

#include <QJsonArray>

#include <algorithm>

namespace postern {

using namespace Qt::StringLiterals;

namespace {

using Kind = FieldDescription::Kind;

QString objectText(const RecordDescription* record, const FieldDescription* values, const QJsonObject& object)
{
    QStringList parts;
    for (auto it = object.begin(); it != object.end(); ++it)
        parts << it.key() + u": "_s + valueText(record ? record->find(it.key()) : values, it.value());
    return u'{' + parts.join(u", "_s) + u'}';
}

QString arrayText(const FieldDescription* elements, const QJsonArray& array)
{
    QStringList parts;
    for (const QJsonValue& item : array)
        parts << valueText(elements, item);
    return array.size() == 1 ? parts.front() : u'[' + parts.join(u", "_s) + u']';
}

/// A digest in full is noise; twelve digits tell two files apart.
QString fileText(const QString& value) { return value.startsWith("sha256:"_L1) ? value.left(19) : value; }

/// Compares two values of one record type.
class Differ
{
public:
    explicit Differ(std::vector<FieldChange>& changes) : m_changes(changes) {}

    void record(const RecordDescription& description, const QString& path, const QJsonObject& before,
                const QJsonObject& after);

private:
    void value(const FieldDescription& field, const QString& path, const QJsonValue& before,
               const QJsonValue& after);
    void map(const FieldDescription& field, const QString& path, const QJsonObject& before,
             const QJsonObject& after);
    void named(const FieldDescription& field, const QString& path, const QJsonArray& before,
               const QJsonArray& after);
    void listed(const FieldDescription& field, const QString& path, const QJsonArray& before,
                const QJsonArray& after);
    bool rate(const RecordDescription& description, const FieldDescription& field, const QString& path,
              const QJsonObject& before, const QJsonObject& after);
    void add(const QString& path, const QString& before, const QString& after)
    {
        m_changes.push_back({path, before, after});
    }

    std::vector<FieldChange>& m_changes;
};

QJsonValue effective(const FieldDescription& field, const QJsonObject& object)
{
    const auto at = object.find(field.name);
    return at == object.end() ? field.defaultValue : *at;
}

bool isPeriodOfOther(const RecordDescription& description, const FieldDescription& field)
{
    return std::any_of(description.fields().begin(), description.fields().end(),
                       [&](const FieldDescription& other) { return other.ratePer == field.name; });
}

void Differ::record(const RecordDescription& description, const QString& path, const QJsonObject& before,
                    const QJsonObject& after)
{
    for (const FieldDescription& field : description.fields()) {
        if (!field.ratePer.isEmpty()) {
            if (rate(description, field, path, before, after))
                continue;
        } else if (isPeriodOfOther(description, field) &&
                   before.contains(field.name) == after.contains(field.name)) {
            continue; // told with its rate
        }
        value(field, path.isEmpty() ? field.name : pathTo(path, field.name), effective(field, before),
              effective(field, after));
    }
}

/// A rate and its period as one: `100/s`. False where they are not both there, so that each is told alone.
bool Differ::rate(const RecordDescription& description, const FieldDescription& field, const QString& path,
                  const QJsonObject& before, const QJsonObject& after)
{
    const FieldDescription* period = description.find(field.ratePer);
    if (!period)
        return false;
    const auto text = [&](const QJsonObject& object) {
        const QJsonValue count = effective(field, object);
        const QJsonValue per = effective(*period, object);
        if (!count.isDouble() || !per.isDouble())
            return QString();
        const QString unit = formatDuration(std::chrono::milliseconds(per.toInteger()));
        return field.documentText(count) + u'/' +
               (unit.startsWith(u'1') && !unit[1].isDigit() ? unit.mid(1) : unit);
    };
    const QString was = text(before);
    const QString is = text(after);
    if (was.isEmpty() || is.isEmpty())
        return false;
    if (was != is)
        add(path.isEmpty() ? field.name : pathTo(path, field.name), was, is);
    return true;
}

void Differ::value(const FieldDescription& field, const QString& path, const QJsonValue& before,
                   const QJsonValue& after)
{
    if (before == after)
        return;
    const bool both = !before.isUndefined() && !after.isUndefined();
    if (both && field.kind == Kind::Record && field.record)
        return record(*field.record, path, before.toObject(), after.toObject());
    if (both && field.kind == Kind::Map)
        return map(field, path, before.toObject(), after.toObject());
    if (both && field.kind == Kind::List && field.elements->kind == Kind::Record)
        return field.uniqueBy.isEmpty() ? listed(field, path, before.toArray(), after.toArray())
                                        : named(field, path, before.toArray(), after.toArray());
    add(path, valueText(&field, before), valueText(&field, after));
}

void Differ::map(const FieldDescription& field, const QString& path, const QJsonObject& before,
                 const QJsonObject& after)
{
    QStringList keys = before.keys() + after.keys();
    keys.sort();
    keys.removeDuplicates();
    const QJsonValue none(QJsonValue::Undefined);
    for (const QString& key : keys)
        value(*field.elements, pathTo(path, key), before.contains(key) ? before.value(key) : none,
              after.contains(key) ? after.value(key) : none);
}

void Differ::listed(const FieldDescription& field, const QString& path, const QJsonArray& before,
                    const QJsonArray& after)
{
    const QJsonValue none(QJsonValue::Undefined);
    for (qsizetype i = 0; i < std::max(before.size(), after.size()); ++i)
        value(*field.elements, pathTo(path, i), i < before.size() ? before.at(i) : none,
              i < after.size() ? after.at(i) : none);
}

/// Records with a name of their own: told by it, and their order alone where nothing else differs.
void Differ::named(const FieldDescription& field, const QString& path, const QJsonArray& before,
                   const QJsonArray& after)
{
    const auto index = [&](const QJsonArray& array) {
        std::vector<std::pair<QString, QJsonValue>> items;
        for (const QJsonValue& item : array)
            items.emplace_back(item[field.uniqueBy].toString(), item);
        return items;
    };
    const auto find = [](const auto& items, const QString& name) {
        const auto at =
            std::find_if(items.begin(), items.end(), [&](const auto& item) { return item.first == name; });
        return at == items.end() ? QJsonValue(QJsonValue::Undefined) : at->second;
    };
    const auto was = index(before);
    const auto is = index(after);
    const std::size_t changes = m_changes.size();
    for (const auto& [name, item] : was)
        value(*field.elements, pathTo(path, name), item, find(is, name));
    for (const auto& [name, item] : is)
        if (find(was, name).isUndefined())
            value(*field.elements, pathTo(path, name), QJsonValue(QJsonValue::Undefined), item);
    if (m_changes.size() == changes)
        add(path, u"another order"_s, u"this order"_s);
}

} // namespace

QString valueText(const FieldDescription* field, const QJsonValue& value)
{
    if (value.isUndefined() || value.isNull())
        return u"none"_s;
    if (value.isArray() && value.toArray().isEmpty())
        return u"none"_s;
    if (value.isArray())
        return arrayText(field ? field->elements.get() : nullptr, value.toArray());
    if (value.isObject())
        return objectText(field ? field->record : nullptr, field ? field->elements.get() : nullptr,
                          value.toObject());
    if (value.isString() && value.toString().isEmpty())
        return u"none"_s;
    if (field && field->kind == Kind::File)
        return fileText(value.toString());
    if (field && field->kind != Kind::Any)
        return field->documentText(value) + (field->unit == u'%' ? u" %"_s : QString());
    return value.isString() ? value.toString() : value.toVariant().toString();
}

std::vector<FieldChange> diffRecords(const RecordDescription& record, const QJsonObject& before,
                                     const QJsonObject& after)
{
    std::vector<FieldChange> changes;
    Differ(changes).record(record, {}, before, after);
    return changes;
}

} // namespace postern

#include "models/schema/record_description.h"

#include "models/schema/document_path.h"

#include <algorithm>

namespace postern {

using namespace Qt::StringLiterals;

const FieldDescription* RecordDescription::find(QStringView field) const
{
    const auto at = std::find_if(m_fields.begin(), m_fields.end(), [&](const FieldDescription& description) {
        return description.name == field;
    });
    return at == m_fields.end() ? nullptr : &*at;
}

void RecordDescription::reportUnknown(const Node& key, const QString& path, Findings& findings) const
{
    QStringList names;
    for (const FieldDescription& field : m_fields)
        names << field.name;
    const QString near = nearestOf(key.text, names);
    findings.error(u"unknown-field"_s, key, pathTo(path, key.text), quoted(key.text),
                   near.isEmpty() ? u"one of "_s + names.join(u", "_s)
                                  : u"%1 (the nearest known field)"_s.arg(near));
}

void RecordDescription::readFields(const Node& node, const QString& path, Findings& findings,
                                   const FieldReader& read) const
{
    if (!node.isMapping()) {
        FieldDescription self;
        self.kind = FieldDescription::Kind::Record;
        self.record = this;
        findings.error(u"wrong-type"_s, node, path, describe(node), self.expectation());
        return;
    }
    for (const Node::Entry& entry : node.entries) {
        const FieldDescription* field = find(entry.key.text);
        if (!field) {
            reportUnknown(entry.key, path, findings);
        } else if (!field->built) {
            findings.error(u"not-yet-built"_s, entry.key, pathTo(path, field->name), field->name,
                           u"the field left out: this release does not build it yet"_s);
        } else {
            read(std::size_t(field - m_fields.data()), entry.value, pathTo(path, field->name));
        }
    }
    for (const FieldDescription& field : m_fields)
        if (field.required && !node.find(field.name))
            findings.error(u"missing-field"_s, node, pathTo(path, field.name), u"nothing"_s,
                           u"%1: %2"_s.arg(field.name, field.expectation()));
}

void RecordContext::add(Finding::Severity severity, const QString& rule, const QString& field,
                        const QString& found, const QString& expected)
{
    QString path = m_path;
    if (!field.isEmpty())
        path += (m_path.isEmpty() || field.startsWith(u'[')) ? field : u'.' + field;
    m_findings.add({severity, rule, m_findings.placeOf(nearestNode(m_node, field), path), found, expected});
}

void RecordContext::error(const QString& rule, const QString& field, const QString& found,
                          const QString& expected)
{
    add(Finding::Severity::Error, rule, field, found, expected);
}

void RecordContext::warning(const QString& rule, const QString& field, const QString& found,
                            const QString& expected)
{
    add(Finding::Severity::Warning, rule, field, found, expected);
}

bool RecordContext::has(QStringView field) const { return nodeAt(m_node, field) != nullptr; }

} // namespace postern

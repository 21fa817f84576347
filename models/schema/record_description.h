#pragma once

#include "models/schema/field_description.h"
#include "models/schema/finding.h"
#include "models/schema/node.h"

#include <QJsonObject>

#include <functional>

namespace postern {

/// A type's field table without its C++ type: what forms, JSON Schema, the manual and the hash work on. Owned
/// by the function that declares the record (a static), immutable once built, read from any thread.
class RecordDescription
{
public:
    virtual ~RecordDescription() = default;

    [[nodiscard]] const QString& name() const { return m_name; }
    [[nodiscard]] const QString& help() const { return m_help; }
    [[nodiscard]] const std::vector<FieldDescription>& fields() const { return m_fields; }
    [[nodiscard]] const FieldDescription* find(QStringView field) const;

    /// Parses \a node with every check and returns it normalised: durations in ms, bytes in bytes, values
    /// equal to the defaults left out. What is wrong goes to \a findings; the rest is still returned.
    [[nodiscard]] virtual QJsonObject normalised(const Node& node, const QString& path,
                                                 Findings& findings) const = 0;

protected:
    RecordDescription(QString name, QString help) : m_name(std::move(name)), m_help(std::move(help)) {}
    RecordDescription(const RecordDescription&) = default;
    RecordDescription& operator=(const RecordDescription&) = default;

    using FieldReader = std::function<void(std::size_t index, const Node& value, const QString& path)>;
    /// Walks a mapping: reports what is no mapping, unknown, missing or not built; gives the rest to \a read.
    void readFields(const Node& node, const QString& path, Findings& findings, const FieldReader& read) const;

    QString m_name;
    QString m_help;
    std::vector<FieldDescription> m_fields;

private:
    void reportUnknown(const Node& key, const QString& path, Findings& findings) const;
};

/// What a check across fields reports to: places are found from the field's name.
class RecordContext
{
public:
    RecordContext(const Node& node, QString path, Findings& findings)
        : m_node(node), m_path(std::move(path)), m_findings(findings)
    {}
    /// \a field relative to the record: `burst`, `limits[2].key`; where it is absent, the nearest that is
    /// there.
    void error(const QString& rule, const QString& field, const QString& found, const QString& expected);
    void warning(const QString& rule, const QString& field, const QString& found, const QString& expected);
    /// Whether the document writes \a field itself.
    [[nodiscard]] bool has(QStringView field) const;
    [[nodiscard]] const Node& node() const { return m_node; }

private:
    void add(Finding::Severity severity, const QString& rule, const QString& field, const QString& found,
             const QString& expected);

    const Node& m_node;
    QString m_path;
    Findings& m_findings;
};

} // namespace postern

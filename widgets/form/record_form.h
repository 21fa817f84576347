#pragma once

#include "models/schema/node.h"

#include <QWidget>

#include <vector>

class QLabel;
class QVBoxLayout;

namespace postern {

class FieldRow;
class RecordDescription;

/// A remark on a field, by its path inside the record.
struct FormFinding
{
    QString path; ///< "limit", "limits[2].key"
    bool error = true;
    QString message;
};

/// A form made from a record's field table: an editor per field, with help, range, unit and default. Values
/// go in and come out as nodes, just as a document writes them (`250ms`, `64KiB`), so that each change is one
/// splice by YamlEdit at the record's path + '.' + the path given here. A value set from outside is shown
/// without an echo. UI thread; \a record must outlive the form.
class RecordForm final : public QWidget
{
    Q_OBJECT
public:
    explicit RecordForm(const RecordDescription& record, QWidget* parent = nullptr);
    ~RecordForm() override;

    /// Shows a mapping (or null: all absent). Absent fields show their default as a placeholder. The field
    /// with the keyboard keeps what is being typed while that means the same.
    void setValues(const Node& mapping);
    /// Findings of fields that the form lacks are shown under the last row, none is lost.
    void setFindings(const QList<FormFinding>& findings);
    void setReadOnly(bool readOnly);
    /// Moves the keyboard to the field at \a path, or to the one that contains it; false when there is none.
    bool focusField(const QString& path);

Q_SIGNALS:
    /// Set the value at \a path (YamlEdit::setScalar or setValue).
    void valueChanged(const QString& path, const postern::Node& value);
    /// Insert into the list at \a path (YamlEdit::insertItem).
    void itemInserted(const QString& path, qsizetype index, const postern::Node& item);
    /// Remove the key or item at \a path: a field goes back to its default.
    void valueRemoved(const QString& path);

private:
    void explain(const QWidget* focused);

    const RecordDescription& m_record;
    QVBoxLayout* m_column;
    QLabel* m_remark;
    QLabel* m_help;
    std::vector<FieldRow*> m_rows;
};

} // namespace postern

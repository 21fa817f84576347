#pragma once

#include "widgets/form/field_editor.h"
#include "widgets/form/record_form.h"

#include <QWidget>

class QLabel;
class QToolButton;

namespace postern {

/// One field: its label, its editor, a way back to the default, and what is wrong with it. Owned by its
/// group.
class FieldRow final : public QWidget
{
    Q_OBJECT
public:
    FieldRow(const FieldDescription& field, const QString& path, QWidget* parent = nullptr);

    [[nodiscard]] FieldEditor* editor() const { return m_editor; }
    [[nodiscard]] const QString& path() const { return m_editor->path(); }
    void show(const Node* value);
    void setReadOnly(bool readOnly);
    /// Shows those at or below its path and returns how many it took.
    int setFindings(const QList<FormFinding>& findings);
    /// Whether \a path is this field's or lies inside it.
    [[nodiscard]] bool holds(const QString& path) const;

private:
    void place(bool wide);

    FieldEditor* m_editor;
    QLabel* m_label;
    QToolButton* m_reset;
    QLabel* m_remark;
    bool m_readOnly = false;
    bool m_set = false;
};

/// Whether \a path is \a parent or lies inside it.
bool pathWithin(const QString& path, const QString& parent);

} // namespace postern

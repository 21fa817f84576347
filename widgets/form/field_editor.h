#pragma once

#include "models/schema/field_description.h"
#include "models/schema/node.h"

#include <QWidget>

namespace postern {

/// Edits the value of one field at one path; made by makeFieldEditor(), owned by its row. Shows what it is
/// given and says what the user wants; the document, not the editor, is the truth.
class FieldEditor : public QWidget
{
    Q_OBJECT
public:
    FieldEditor(const FieldDescription& field, QString path, QWidget* parent = nullptr);

    /// nullptr: the document does not have it. Never emits.
    virtual void show(const Node* value) = 0;
    virtual void setReadOnly(bool readOnly) = 0;
    virtual void setInvalid(bool invalid) { Q_UNUSED(invalid) }
    /// Moves the keyboard to the part at \a path, which begins with path().
    virtual bool focusPath(const QString& path);

    /// The editor of a list's item or a map's value: emptied, it stays where it is.
    void setItem() { m_isItem = true; }

    [[nodiscard]] const FieldDescription& field() const { return m_field; }
    [[nodiscard]] const QString& path() const { return m_path; }

Q_SIGNALS:
    void valueChanged(const QString& path, const postern::Node& value);
    void itemInserted(const QString& path, qsizetype index, const postern::Node& item);
    void valueRemoved(const QString& path);

protected:
    /// The user emptied it: back to the default, or an empty text where something must stand.
    void emptied();
    /// Passes on what a part of this editor says.
    void relay(const FieldEditor* part);

private:
    const FieldDescription& m_field;
    QString m_path;
    bool m_isItem = false;
};

/// An editor for any kind of field. \a field must outlive it.
FieldEditor* makeFieldEditor(const FieldDescription& field, const QString& path);

} // namespace postern

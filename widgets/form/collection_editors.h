#pragma once

#include "widgets/form/field_editor.h"

#include <vector>

class QHBoxLayout;
class QToolButton;
class QVBoxLayout;

namespace postern {

class FieldRow;
class HintedLineEdit;

/// A list: an editor per item with a way to take it away, and one more line to add to it. A list that may be
/// written as a single scalar is treated as a list of one.
class ListEditor final : public FieldEditor
{
    Q_OBJECT
public:
    ListEditor(const FieldDescription& field, const QString& path);
    void show(const Node* value) override;
    void setReadOnly(bool readOnly) override;
    void setInvalid(bool invalid) override;
    bool focusPath(const QString& path) override;

private:
    void rebuild(qsizetype count, bool single);
    void addItem(const QString& itemPath);
    void add();
    [[nodiscard]] bool mayGrow() const;

    QVBoxLayout* m_items;
    QToolButton* m_add;
    std::vector<FieldEditor*> m_editors;
    std::vector<QWidget*> m_lines;
    Node m_value;
    bool m_present = false;
    bool m_single = false; ///< the document writes a scalar
    bool m_readOnly = false;
};

/// A map from text: a line per key, and a line for a new one.
class MapEditor final : public FieldEditor
{
    Q_OBJECT
public:
    MapEditor(const FieldDescription& field, const QString& path);
    void show(const Node* value) override;
    void setReadOnly(bool readOnly) override;
    bool focusPath(const QString& path) override;

private:
    void rebuild(const QStringList& keys);
    void addKey();

    QVBoxLayout* m_entries;
    HintedLineEdit* m_newKey;
    QToolButton* m_add;
    QStringList m_keys;
    std::vector<FieldEditor*> m_editors;
    std::vector<QWidget*> m_lines;
    bool m_readOnly = false;
};

/// A nested record: a heading to open, and its fields. Its fields are made when it is first opened, so that a
/// record inside itself ends.
class GroupEditor final : public FieldEditor
{
    Q_OBJECT
public:
    GroupEditor(const FieldDescription& field, const QString& path);
    ~GroupEditor() override;
    void show(const Node* value) override;
    void setReadOnly(bool readOnly) override;
    bool focusPath(const QString& path) override;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    void setOpen(bool open);
    void build();

    QToolButton* m_heading;
    QWidget* m_body;
    QVBoxLayout* m_column;
    std::vector<FieldRow*> m_rows;
    Node m_value;
    bool m_readOnly = false;
};

} // namespace postern

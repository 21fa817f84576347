#pragma once

#include "widgets/form/field_editor.h"

class QLabel;
class QPlainTextEdit;

namespace postern {

class ChoiceBox;
class HintedLineEdit;
class SegmentedControl;

/// Numbers, durations, sizes, texts, file names: one line, emitted as it is typed. Emptied, the value is
/// taken away.
class LineEditor final : public FieldEditor
{
    Q_OBJECT
public:
    LineEditor(const FieldDescription& field, const QString& path);
    void show(const Node* value) override;
    void setReadOnly(bool readOnly) override;
    void setInvalid(bool invalid) override;

private:
    HintedLineEdit* m_line;
    QStringList m_sent; ///< typed since the last outside value: a late echo of one of them is not new
};

/// A text of several lines.
class ParagraphEditor final : public FieldEditor
{
    Q_OBJECT
public:
    ParagraphEditor(const FieldDescription& field, const QString& path);
    void show(const Node* value) override;
    void setReadOnly(bool readOnly) override;
    void setInvalid(bool invalid) override;

private:
    QPlainTextEdit* m_text;
    bool m_showing = false;
};

/// Booleans and choices: all visible where there are at most four and they fit, else a list to open.
class ChoiceEditor final : public FieldEditor
{
    Q_OBJECT
public:
    ChoiceEditor(const FieldDescription& field, const QString& path);
    void show(const Node* value) override;
    void setReadOnly(bool readOnly) override;
    void setInvalid(bool invalid) override;

private:
    void buildSegments();
    void buildBox();
    [[nodiscard]] bool fitsSegments() const;

    std::vector<FieldDescription::ChoiceDescription> m_choices;
    SegmentedControl* m_segments = nullptr;
    ChoiceBox* m_box = nullptr;
};

/// `{secretRef: {name, key}}`: the names only; the secret itself never is here.
class SecretEditor final : public FieldEditor
{
    Q_OBJECT
public:
    SecretEditor(const FieldDescription& field, const QString& path);
    void show(const Node* value) override;
    void setReadOnly(bool readOnly) override;

private:
    void wire(HintedLineEdit* line, const QString& key);

    HintedLineEdit* m_name;
    HintedLineEdit* m_key;
};

/// What a form can not show: said, and edited in the YAML.
class OpaqueEditor final : public FieldEditor
{
    Q_OBJECT
public:
    OpaqueEditor(const FieldDescription& field, const QString& path);
    void show(const Node* value) override;
    void setReadOnly(bool readOnly) override;

private:
    QLabel* m_words;
};

} // namespace postern

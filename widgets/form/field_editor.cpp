#include "widgets/form/field_editor.h"

#include "widgets/form/collection_editors.h"
#include "widgets/form/scalar_editors.h"

namespace postern {

FieldEditor::FieldEditor(const FieldDescription& field, QString path, QWidget* parent)
    : QWidget(parent), m_field(field), m_path(std::move(path))
{
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Preferred);
}

bool FieldEditor::focusPath(const QString& path)
{
    Q_UNUSED(path)
    setFocus(Qt::OtherFocusReason);
    return true;
}

void FieldEditor::emptied()
{
    if (m_isItem || m_field.required)
        Q_EMIT valueChanged(m_path, Node::scalar(QString(), Node::Style::DoubleQuoted));
    else
        Q_EMIT valueRemoved(m_path);
}

void FieldEditor::relay(const FieldEditor* part)
{
    connect(part, &FieldEditor::valueChanged, this, &FieldEditor::valueChanged);
    connect(part, &FieldEditor::itemInserted, this, &FieldEditor::itemInserted);
    connect(part, &FieldEditor::valueRemoved, this, &FieldEditor::valueRemoved);
}

FieldEditor* makeFieldEditor(const FieldDescription& field, const QString& path)
{
    using Kind = FieldDescription::Kind;
    switch (field.kind) {
    case Kind::Boolean:
    case Kind::Choice:
        return new ChoiceEditor(field, path);
    case Kind::Integer:
    case Kind::Number:
    case Kind::Duration:
    case Kind::Bytes:
    case Kind::File:
        return new LineEditor(field, path);
    case Kind::Text:
        if (field.multiline)
            return new ParagraphEditor(field, path);
        return new LineEditor(field, path);
    case Kind::List:
        return new ListEditor(field, path);
    case Kind::Map:
        return new MapEditor(field, path);
    case Kind::Record:
        return new GroupEditor(field, path);
    case Kind::Secret:
        return new SecretEditor(field, path);
    case Kind::Any:
        break;
    }
    return new OpaqueEditor(field, path);
}

} // namespace postern

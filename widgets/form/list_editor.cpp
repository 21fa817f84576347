#include "widgets/form/collection_editors.h"

#include "models/schema/document_path.h"
#include "widgets/form/field_words.h"
#include "widgets/theme/icon.h"
#include "widgets/theme/tokens.h"

#include <QBoxLayout>
#include <QToolButton>

namespace postern {

ListEditor::ListEditor(const FieldDescription& field, const QString& path)
    : FieldEditor(field, path), m_items(new QVBoxLayout), m_add(new QToolButton)
{
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(space::step);
    m_items->setSpacing(space::step);
    column->addLayout(m_items);
    column->addWidget(m_add, 0, Qt::AlignLeft);
    m_add->setIcon(themedIcon(Icon::Plus));
    m_add->setIconSize({12, 12});
    m_add->setText(tr("Add"));
    m_add->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    m_add->setProperty("quiet", true);
    m_add->setAccessibleName(tr("Add to %1").arg(fieldLabel(field.name)));
    m_add->setToolTip(fieldTooltip(field));
    connect(m_add, &QToolButton::clicked, this, &ListEditor::add);
    setFocusProxy(m_add);
}

bool ListEditor::mayGrow() const
{
    const auto most = field().maximumItems;
    return !m_readOnly && (!most || m_editors.size() < *most);
}

void ListEditor::show(const Node* value)
{
    m_present = value != nullptr;
    m_value = value ? *value : Node();
    const bool single = value && value->isScalar();
    const qsizetype count = single ? 1 : value ? qsizetype(value->items.size()) : 0;
    if (count != qsizetype(m_editors.size()) || single != m_single)
        rebuild(count, single);
    for (std::size_t i = 0; i < m_editors.size(); ++i)
        m_editors[i]->show(single ? &m_value : &m_value.items[i]);
    m_add->setVisible(mayGrow());
}

void ListEditor::rebuild(qsizetype count, bool single)
{
    for (QWidget* line : m_lines) {
        m_items->removeWidget(line);
        line->hide();
        line->deleteLater();
    }
    m_lines.clear();
    m_editors.clear();
    m_single = single;
    for (qsizetype i = 0; i < count; ++i)
        addItem(single ? path() : pathTo(path(), i));
    setFocusProxy(m_editors.empty() ? static_cast<QWidget*>(m_add) : m_editors.front());
}

void ListEditor::addItem(const QString& itemPath)
{
    auto* line = new QWidget;
    auto* row = new QHBoxLayout(line);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(space::step);
    FieldEditor* editor = makeFieldEditor(*field().elements, itemPath);
    editor->setItem();
    editor->setReadOnly(m_readOnly);
    relay(editor);
    auto* remove = new QToolButton(line); // without a parent, showing it would open a window
    remove->setIcon(themedIcon(Icon::Close));
    remove->setIconSize({12, 12});
    remove->setProperty("quiet", true);
    remove->setFixedSize(22, space::control);
    remove->setToolTip(tr("Remove"));
    remove->setAccessibleName(tr("Remove item %1").arg(m_editors.size() + 1));
    remove->setVisible(!m_readOnly);
    connect(remove, &QToolButton::clicked, this, [this, itemPath] { Q_EMIT valueRemoved(itemPath); });
    row->addWidget(editor, 1);
    row->addWidget(remove, 0, Qt::AlignTop);
    m_items->addWidget(line);
    m_lines.push_back(line);
    m_editors.push_back(editor);
}

void ListEditor::add()
{
    const Node item = emptyValue(*field().elements);
    if (m_single)
        Q_EMIT valueChanged(path(), Node::sequence({m_value, item}));
    else if (!m_present && field().scalarOrList)
        Q_EMIT valueChanged(path(), item);
    else
        Q_EMIT itemInserted(path(), qsizetype(m_editors.size()), item);
    // Where the document has taken it, the keyboard goes to the new item.
    if (!m_editors.empty())
        m_editors.back()->setFocus(Qt::OtherFocusReason);
}

void ListEditor::setReadOnly(bool readOnly)
{
    if (m_readOnly == readOnly)
        return;
    m_readOnly = readOnly;
    rebuild(qsizetype(m_editors.size()), m_single);
    for (std::size_t i = 0; i < m_editors.size(); ++i)
        m_editors[i]->show(m_single ? &m_value : &m_value.items[i]);
    m_add->setVisible(mayGrow());
}

void ListEditor::setInvalid(bool invalid)
{
    for (FieldEditor* editor : m_editors)
        editor->setInvalid(invalid);
}

bool ListEditor::focusPath(const QString& wanted)
{
    for (FieldEditor* editor : m_editors) {
        const bool inside = wanted == editor->path() || wanted.startsWith(editor->path() + u'.');
        if (inside && editor->focusPath(wanted))
            return true;
    }
    return FieldEditor::focusPath(wanted);
}

} // namespace postern

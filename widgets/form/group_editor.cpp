#include "widgets/form/collection_editors.h"

#include "models/schema/document_path.h"
#include "models/schema/record_description.h"
#include "widgets/form/field_row.h"
#include "widgets/form/field_words.h"
#include "widgets/theme/icon.h"
#include "widgets/theme/tokens.h"

#include <QBoxLayout>
#include <QPainter>
#include <QToolButton>

namespace postern {

GroupEditor::GroupEditor(const FieldDescription& field, const QString& path)
    : FieldEditor(field, path)
    , m_heading(new QToolButton)
    , m_body(new QWidget)
    , m_column(new QVBoxLayout(m_body))
{
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(space::step);
    m_heading->setText(fieldLabel(field.name));
    m_heading->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    m_heading->setIconSize({12, 12});
    m_heading->setCheckable(true);
    m_heading->setProperty("quiet", true);
    m_heading->setToolTip(fieldTooltip(field));
    m_column->setContentsMargins(space::card, 0, 0, 0);
    m_column->setSpacing(space::gap);
    column->addWidget(m_heading, 0, Qt::AlignLeft);
    column->addWidget(m_body);
    setFocusProxy(m_heading);
    connect(m_heading, &QToolButton::toggled, this, &GroupEditor::setOpen);
    setOpen(false);
}

GroupEditor::~GroupEditor() = default;

void GroupEditor::build()
{
    if (!m_rows.empty() || !field().record)
        return;
    for (const FieldDescription& part : field().record->fields()) {
        if (!part.built)
            continue;
        auto* row = new FieldRow(part, pathTo(path(), part.name));
        relay(row->editor());
        m_column->addWidget(row);
        m_rows.push_back(row);
    }
}

void GroupEditor::setOpen(bool open)
{
    if (open)
        build();
    m_heading->setIcon(themedIcon(open ? Icon::ChevronDown : Icon::ChevronRight));
    m_body->setVisible(open);
    if (!open)
        return;
    for (FieldRow* row : m_rows) {
        row->show(m_value.find(row->editor()->field().name));
        row->setReadOnly(m_readOnly);
    }
}

void GroupEditor::show(const Node* value)
{
    m_value = value ? *value : Node();
    if (value && !m_heading->isChecked())
        m_heading->setChecked(true);
    else if (m_heading->isChecked())
        setOpen(true);
}

void GroupEditor::setReadOnly(bool readOnly)
{
    m_readOnly = readOnly;
    for (FieldRow* row : m_rows)
        row->setReadOnly(readOnly);
}

bool GroupEditor::focusPath(const QString& wanted)
{
    if (wanted != path())
        m_heading->setChecked(true);
    for (FieldRow* row : m_rows) {
        if (row->holds(wanted))
            return row->editor()->focusPath(wanted);
    }
    return FieldEditor::focusPath(wanted);
}

void GroupEditor::paintEvent(QPaintEvent* event)
{
    Q_UNUSED(event)
    if (!m_body->isVisible())
        return;
    QPainter painter(this);
    painter.fillRect(QRect(2, m_body->y(), 1, m_body->height()), colours(palette()).line);
}

} // namespace postern

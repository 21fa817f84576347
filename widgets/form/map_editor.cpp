#include "widgets/form/collection_editors.h"

#include "models/schema/document_path.h"
#include "widgets/form/field_words.h"
#include "widgets/form/hinted_line_edit.h"
#include "widgets/theme/icon.h"
#include "widgets/theme/tokens.h"

#include <QBoxLayout>
#include <QLabel>
#include <QToolButton>

namespace postern {
namespace {

constexpr int keyWidth = 122;

} // namespace

MapEditor::MapEditor(const FieldDescription& field, const QString& path)
    : FieldEditor(field, path)
    , m_entries(new QVBoxLayout)
    , m_newKey(new HintedLineEdit)
    , m_add(new QToolButton)
{
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(space::step);
    auto* heading = new QLabel(fieldLabel(field.name));
    heading->setProperty("tone", QStringLiteral("muted"));
    heading->setToolTip(fieldTooltip(field));
    heading->setMinimumHeight(space::control);
    column->addWidget(heading);
    m_entries->setSpacing(space::step);
    column->addLayout(m_entries);
    auto* row = new QHBoxLayout;
    row->setSpacing(space::gap);
    m_newKey->setPlaceholderText(tr("new name"));
    m_newKey->setAccessibleName(tr("%1, new name").arg(heading->text()));
    m_newKey->setFixedWidth(keyWidth);
    m_add->setIcon(themedIcon(Icon::Plus));
    m_add->setIconSize({12, 12});
    m_add->setText(tr("Add"));
    m_add->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    m_add->setProperty("quiet", true);
    row->addWidget(m_newKey);
    row->addWidget(m_add);
    row->addStretch(1);
    column->addLayout(row);
    setFocusProxy(m_newKey);
    connect(m_newKey, &QLineEdit::returnPressed, this, &MapEditor::addKey);
    connect(m_add, &QToolButton::clicked, this, &MapEditor::addKey);
}

void MapEditor::addKey()
{
    const QString key = m_newKey->text().trimmed();
    if (key.isEmpty() || m_keys.contains(key))
        return;
    m_newKey->clear();
    Q_EMIT valueChanged(pathTo(path(), key), emptyValue(*field().elements));
    focusPath(pathTo(path(), key));
}

void MapEditor::show(const Node* value)
{
    QStringList keys;
    if (value) {
        for (const Node::Entry& entry : value->entries)
            keys.append(entry.key.text);
    }
    if (keys != m_keys)
        rebuild(keys);
    for (std::size_t i = 0; i < m_editors.size(); ++i)
        m_editors[i]->show(&value->entries[i].value);
}

void MapEditor::rebuild(const QStringList& keys)
{
    for (QWidget* line : m_lines) {
        m_entries->removeWidget(line);
        line->hide();
        line->deleteLater();
    }
    m_lines.clear();
    m_editors.clear();
    m_keys = keys;
    for (const QString& key : keys) {
        auto* line = new QWidget;
        auto* row = new QHBoxLayout(line);
        row->setContentsMargins(0, 0, 0, 0);
        row->setSpacing(space::gap);
        auto* name =
            new QLabel(QFontMetrics(textFont(textSize::body)).elidedText(key, Qt::ElideRight, keyWidth));
        name->setToolTip(key);
        name->setFixedWidth(keyWidth);
        name->setMinimumHeight(space::control);
        FieldEditor* editor = makeFieldEditor(*field().elements, pathTo(path(), key));
        editor->setItem();
        editor->setReadOnly(m_readOnly);
        relay(editor);
        auto* remove = new QToolButton(line); // without a parent, showing it would open a window
        remove->setIcon(themedIcon(Icon::Close));
        remove->setIconSize({12, 12});
        remove->setProperty("quiet", true);
        remove->setFixedSize(22, space::control);
        remove->setToolTip(tr("Remove"));
        remove->setAccessibleName(tr("Remove %1").arg(key));
        remove->setVisible(!m_readOnly);
        const QString place = editor->path();
        connect(remove, &QToolButton::clicked, this, [this, place] { Q_EMIT valueRemoved(place); });
        row->addWidget(name, 0, Qt::AlignTop);
        row->addWidget(editor, 1);
        row->addWidget(remove, 0, Qt::AlignTop);
        m_entries->addWidget(line);
        m_lines.push_back(line);
        m_editors.push_back(editor);
    }
}

void MapEditor::setReadOnly(bool readOnly)
{
    m_readOnly = readOnly;
    m_newKey->setVisible(!readOnly);
    m_add->setVisible(!readOnly);
    for (FieldEditor* editor : m_editors)
        editor->setReadOnly(readOnly);
    for (QWidget* line : m_lines) {
        for (auto* remove : line->findChildren<QToolButton*>(QString(), Qt::FindDirectChildrenOnly))
            remove->setVisible(!readOnly);
    }
}

bool MapEditor::focusPath(const QString& wanted)
{
    for (FieldEditor* editor : m_editors) {
        const bool inside = wanted == editor->path() || wanted.startsWith(editor->path() + u'.');
        if (inside && editor->focusPath(wanted))
            return true;
    }
    return FieldEditor::focusPath(wanted);
}

} // namespace postern

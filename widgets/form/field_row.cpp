#include "widgets/form/field_row.h"

#include "widgets/form/field_words.h"
#include "widgets/theme/icon.h"
#include "widgets/theme/tokens.h"

#include <QBoxLayout>
#include <QLabel>
#include <QStyle>
#include <QToolButton>

namespace postern {
namespace {

constexpr int labelWidth = 122;

bool isWide(FieldDescription::Kind kind)
{
    using Kind = FieldDescription::Kind;
    return kind == Kind::Record || kind == Kind::Map;
}

} // namespace

bool pathWithin(const QString& path, const QString& parent)
{
    if (!path.startsWith(parent))
        return false;
    const QStringView rest = QStringView(path).mid(parent.size());
    return parent.isEmpty() || rest.isEmpty() || rest.front() == u'.' || rest.front() == u'[';
}

FieldRow::FieldRow(const FieldDescription& field, const QString& path, QWidget* parent)
    : QWidget(parent)
    , m_editor(makeFieldEditor(field, path))
    , m_label(new QLabel(fieldLabel(field.name)))
    , m_reset(new QToolButton)
    , m_remark(new QLabel)
{
    m_label->setProperty("tone", QStringLiteral("muted"));
    m_label->setToolTip(fieldTooltip(field));
    m_label->setMinimumHeight(space::control);
    m_label->setBuddy(m_editor);
    m_reset->setIcon(themedIcon(Icon::Undo));
    m_reset->setIconSize({14, 14});
    m_reset->setProperty("quiet", true);
    m_reset->setFixedSize(22, space::control);
    m_reset->setToolTip(tr("Back to the default"));
    m_reset->setAccessibleName(tr("%1: back to the default").arg(m_label->text()));
    // Its room stays while it is hidden: fields keep their edge.
    QSizePolicy keeps = m_reset->sizePolicy();
    keeps.setRetainSizeWhenHidden(true);
    m_reset->setSizePolicy(keeps);
    m_reset->hide();
    m_remark->setProperty("textSize", QStringLiteral("caption"));
    m_remark->setWordWrap(true);
    m_remark->hide();
    place(isWide(field.kind));
    connect(m_reset, &QToolButton::clicked, this,
            [this] { Q_EMIT m_editor->valueRemoved(m_editor->path()); });
}

void FieldRow::place(bool wide)
{
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(2);
    auto* line = new QHBoxLayout;
    line->setSpacing(space::gap);
    if (wide) {
        // A group brings its own heading over the whole width.
        m_label->hide();
        line->addWidget(m_editor, 1);
    } else {
        m_label->setFixedWidth(labelWidth);
        line->addWidget(m_label, 0, Qt::AlignTop);
        line->addWidget(m_editor, 1, Qt::AlignTop);
    }
    line->addWidget(m_reset, 0, Qt::AlignTop);
    column->addLayout(line);
    column->addWidget(m_remark);
    m_remark->setContentsMargins(wide ? space::card : labelWidth + space::gap, 0, 30, 2);
}

void FieldRow::show(const Node* value)
{
    m_set = value != nullptr;
    m_editor->show(value);
    m_reset->setVisible(m_set && !m_editor->field().required && !m_readOnly);
}

void FieldRow::setReadOnly(bool readOnly)
{
    m_readOnly = readOnly;
    m_editor->setReadOnly(readOnly);
    m_reset->setVisible(m_set && !m_editor->field().required && !readOnly);
}

bool FieldRow::holds(const QString& path) const { return pathWithin(path, m_editor->path()); }

int FieldRow::setFindings(const QList<FormFinding>& findings)
{
    QStringList words;
    bool error = false;
    for (const FormFinding& finding : findings) {
        if (!holds(finding.path))
            continue;
        // Deeper places say where they are.
        const QString inside = finding.path.mid(m_editor->path().size());
        const QString where = inside.startsWith(u'.') ? inside.mid(1) : inside;
        words.append(where.isEmpty() ? finding.message : tr("%1: %2").arg(where, finding.message));
        error = error || finding.error;
    }
    m_remark->setText(words.join(u'\n'));
    m_remark->setVisible(!words.isEmpty());
    m_remark->setProperty("tone", error ? QStringLiteral("bad") : QStringLiteral("watch"));
    m_remark->style()->unpolish(m_remark);
    m_remark->style()->polish(m_remark);
    m_editor->setInvalid(error);
    m_editor->setAccessibleDescription(words.join(u'\n'));
    return int(words.size());
}

} // namespace postern

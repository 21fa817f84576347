#include "widgets/editor/semantic_diff_view.h"

#include <QEvent>
#include <QLabel>

namespace postern {
namespace {

QString inked(const QString& text, const QColor& colour)
{
    return QStringLiteral("<span style='color:%1'>%2</span>").arg(colour.name(), text.toHtmlEscaped());
}

QString valueHtml(const EffectChange::Value& value, const Colours& c)
{
    const QString name = value.name.toHtmlEscaped() + QStringLiteral("&nbsp;");
    const QString to = QStringLiteral("<b>%1</b>").arg(value.to.toHtmlEscaped());
    if (value.from.isEmpty())
        return name + to;
    const QString from = inked(value.from, c.muted);
    if (value.to.isEmpty())
        return name + QStringLiteral("<s>%1</s> ").arg(from) +
               inked(SemanticDiffView::tr("removed"), c.muted);
    return name + from + QStringLiteral(" → ") + to;
}

QString signOf(EffectChange::Kind kind)
{
    switch (kind) {
    case EffectChange::Kind::Added:
        return SemanticDiffView::tr("added");
    case EffectChange::Kind::Removed:
        return SemanticDiffView::tr("removed");
    case EffectChange::Kind::Changed:
        break;
    }
    return {};
}

QString changeHtml(const EffectChange& change, const Colours& c)
{
    QString subject = QStringLiteral("<b>%1</b>").arg(change.subject.toHtmlEscaped());
    if (!change.target.isEmpty())
        subject = QStringLiteral("<a href='%1' style='color:%2;text-decoration:none'>%3</a>")
                      .arg(change.target.toHtmlEscaped(), c.ink.name(), subject);
    QStringList parts;
    if (change.kind != EffectChange::Kind::Changed)
        parts.append(
            inked(signOf(change.kind), change.kind == EffectChange::Kind::Removed ? c.bad : c.muted));
    for (const EffectChange::Value& value : change.values)
        parts.append(valueHtml(value, c));
    return subject + QStringLiteral("&nbsp; ") + parts.join(QStringLiteral(", ")) +
           QStringLiteral("&nbsp; ") + inked(change.scope, c.muted);
}

} // namespace

SemanticDiffView::SemanticDiffView(QWidget* parent) : QScrollArea(parent), m_label(new QLabel)
{
    setWidgetResizable(true);
    setFrameShape(QFrame::NoFrame);
    setFocusPolicy(Qt::NoFocus); // the text itself takes the keyboard
    m_label->setTextFormat(Qt::RichText);
    m_label->setWordWrap(true);
    m_label->setAlignment(Qt::AlignTop | Qt::AlignLeft);
    m_label->setTextInteractionFlags(Qt::TextBrowserInteraction);
    m_label->setAccessibleName(tr("What changes in effect"));
    viewport()->setAutoFillBackground(false);
    m_label->setAutoFillBackground(false);
    setWidget(m_label);
    m_label->setAutoFillBackground(false);
    connect(m_label, &QLabel::linkActivated, this, &SemanticDiffView::activated);
}

void SemanticDiffView::setChanges(const QList<EffectChange>& changes, const QString& remark)
{
    m_changes = changes;
    m_remark = remark;
    write();
}

QString SemanticDiffView::plainText() const
{
    QStringList lines;
    for (const EffectChange& change : m_changes) {
        QStringList values;
        for (const EffectChange::Value& value : change.values) {
            const QString to = value.to.isEmpty() ? tr("removed") : value.to;
            values.append(value.from.isEmpty()
                              ? QStringLiteral("%1 %2").arg(value.name, to)
                              : QStringLiteral("%1 %2 → %3").arg(value.name, value.from, to));
        }
        QStringList words{change.subject + u':'};
        for (const QString& word : {signOf(change.kind), values.join(QStringLiteral(", ")), change.scope}) {
            if (!word.isEmpty())
                words.append(word);
        }
        lines.append(words.join(u' '));
    }
    if (!m_remark.isEmpty())
        lines.append(m_remark);
    return lines.join(u'\n');
}

void SemanticDiffView::write()
{
    const Colours& c = colours(palette());
    QString html;
    for (const EffectChange& change : m_changes)
        html += QStringLiteral("<p style='margin:0 0 4px 0'>%1</p>").arg(changeHtml(change, c));
    if (!m_remark.isEmpty())
        html += QStringLiteral("<p style='margin:0'>%1</p>").arg(inked(m_remark, c.muted));
    m_label->setText(html);
    m_label->setAccessibleDescription(plainText());
}

void SemanticDiffView::changeEvent(QEvent* event)
{
    QScrollArea::changeEvent(event);
    if (event->type() == QEvent::PaletteChange)
        write();
}

} // namespace postern

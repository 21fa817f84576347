#include "widgets/frame/breadcrumb.h"

#include "widgets/theme/tokens.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>

namespace postern {

Breadcrumb::Breadcrumb(QWidget* parent) : QWidget(parent), m_row(new QHBoxLayout(this))
{
    m_row->setContentsMargins(0, 0, 0, 0);
    m_row->setSpacing(space::gap);
    m_row->addStretch(1);
}

void Breadcrumb::setPath(const QList<Crumb>& path)
{
    m_path = path;
    write();
}

void Breadcrumb::write()
{
    while (m_row->count() > 1) {
        QLayoutItem* item = m_row->takeAt(0);
        item->widget()->deleteLater();
        item->widget()->hide();
        delete item;
    }
    const QString muted = colours(palette()).muted.name();
    for (qsizetype i = 0; i < m_path.size(); ++i) {
        const Crumb& crumb = m_path.at(i);
        const bool last = i + 1 == m_path.size();
        auto* label = new QLabel(this);
        label->setFont(textFont(textSize::body, last ? Weight::Semibold : Weight::Regular));
        const QString text = crumb.text.toHtmlEscaped();
        if (!last && !crumb.target.isEmpty()) {
            label->setText(QStringLiteral("<a href='%1' style='color:%2;text-decoration:none'>%3</a>")
                               .arg(crumb.target.toHtmlEscaped(), muted, text));
            label->setTextInteractionFlags(Qt::LinksAccessibleByMouse | Qt::LinksAccessibleByKeyboard);
            connect(label, &QLabel::linkActivated, this, &Breadcrumb::activated);
        } else {
            label->setText(text);
        }
        m_row->insertWidget(m_row->count() - 1, label);
        if (last)
            continue;
        auto* separator = new QLabel(QStringLiteral("›"), this);
        separator->setProperty("tone", QStringLiteral("muted"));
        m_row->insertWidget(m_row->count() - 1, separator);
    }
}

void Breadcrumb::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::PaletteChange)
        write();
    QWidget::changeEvent(event);
}

} // namespace postern

#include "widgets/table/filter_popup.h"

#include "widgets/table/table_filter.h"
#include "widgets/theme/tokens.h"

#include <QBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPainter>

namespace postern {

FilterPopup::FilterPopup(TableFilter& filter, int column, const QString& name, QWidget* parent)
    : QFrame(parent, Qt::Popup), m_line(new QLineEdit)
{
    setAttribute(Qt::WA_DeleteOnClose);
    setAccessibleName(tr("Filter by %1").arg(name));
    auto* row = new QVBoxLayout(this);
    row->setContentsMargins(space::gap, space::gap, space::gap, space::gap);
    row->setSpacing(space::step);
    m_line->setText(filter.columnFilter(column));
    m_line->setPlaceholderText(tr("%1 contains…").arg(name));
    m_line->setAccessibleName(accessibleName());
    m_line->setClearButtonEnabled(true);
    m_line->setMinimumWidth(220);
    auto* hint = new QLabel(tr("pay · !pay · =cards · >5 · <=0.1"));
    hint->setProperty("tone", QStringLiteral("muted"));
    hint->setProperty("textSize", QStringLiteral("caption"));
    row->addWidget(m_line);
    row->addWidget(hint);
    connect(m_line, &QLineEdit::textChanged, &filter,
            [&filter, column](const QString& text) { filter.setColumnFilter(column, text); });
    connect(m_line, &QLineEdit::returnPressed, this, &QWidget::close);
}

void FilterPopup::focusLine()
{
    m_line->setFocus(Qt::PopupFocusReason);
    m_line->selectAll();
}

void FilterPopup::paintEvent(QPaintEvent* event)
{
    Q_UNUSED(event)
    const Colours& c = colours(palette());
    QPainter painter(this);
    painter.setPen(c.muted);
    painter.setBrush(c.raised);
    painter.drawRect(rect().adjusted(0, 0, -1, -1));
}

} // namespace postern

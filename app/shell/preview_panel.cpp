#include "app/shell/preview_panel.h"

#include "widgets/theme/icon.h"
#include "widgets/theme/tokens.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QScrollArea>
#include <QToolButton>
#include <QVBoxLayout>

namespace postern {

PreviewPanel::PreviewPanel(QWidget* parent) : QWidget(parent), m_scroll(new QScrollArea(this))
{
    setObjectName(QStringLiteral("preview"));
    setFixedWidth(324);
    auto* title = new QLabel(tr("Preview"), this);
    title->setProperty("textSize", QStringLiteral("section"));
    auto* close = new QToolButton(this);
    close->setIcon(themedIcon(Icon::Close));
    close->setProperty("quiet", true);
    close->setToolTip(tr("Close the preview (Escape)"));
    close->setAccessibleName(tr("Close the preview"));
    connect(close, &QToolButton::clicked, this, &PreviewPanel::closeRequested);
    auto* heading = new QHBoxLayout;
    heading->addWidget(title, 1);
    heading->addWidget(close);
    m_scroll->setWidgetResizable(true);
    m_scroll->setFrameShape(QFrame::NoFrame);
    m_scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_scroll->viewport()->setBackgroundRole(QPalette::Base);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(space::page, space::card, space::card, space::card);
    column->setSpacing(space::gap);
    column->addLayout(heading);
    column->addWidget(m_scroll, 1);
}

void PreviewPanel::showContent(QWidget* content)
{
    if (!content) {
        auto* label = new QLabel(tr("Select a row to see it here."));
        label->setProperty("tone", QStringLiteral("muted"));
        label->setAlignment(Qt::AlignTop | Qt::AlignLeft);
        content = label;
    }
    delete m_scroll->takeWidget();
    m_scroll->setWidget(content);
    content->setBackgroundRole(QPalette::Base); // the panel's own, not the page's
}

void PreviewPanel::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    const Colours& c = colours(palette());
    painter.fillRect(rect(), c.card);
    painter.fillRect(0, 0, 1, height(), c.line);
}

} // namespace postern

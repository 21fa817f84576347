#include "app/pages/page_heading.h"

#include "widgets/theme/icon.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>

namespace postern {

PageHeading::PageHeading(const QString& title, QWidget* parent)
    : QWidget(parent)
    , m_icon(new QLabel(this))
    , m_title(new QLabel(title, this))
    , m_subtitle(new QLabel(this))
    , m_row(new QHBoxLayout(this))
{
    m_title->setProperty("textSize", QStringLiteral("page"));
    m_title->setTextFormat(Qt::PlainText);
    m_subtitle->setProperty("tone", QStringLiteral("muted"));
    m_subtitle->setTextFormat(Qt::PlainText);
    // Long words give way to the controls: they are cut last, and the tooltip has them whole.
    m_subtitle->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    m_icon->hide();
    m_row->setContentsMargins(0, 0, 0, 0);
    m_row->setSpacing(space::gap);
    m_row->addWidget(m_icon);
    m_row->addWidget(m_title);
    m_row->addSpacing(space::step);
    m_row->addWidget(m_subtitle, 1);
    setFixedHeight(32);
}

void PageHeading::setTitle(const QString& title) { m_title->setText(title); }

void PageHeading::setSubtitle(const QString& subtitle)
{
    m_subtitle->setText(subtitle);
    m_subtitle->setToolTip(subtitle);
}

void PageHeading::setState(std::optional<State> state)
{
    m_state = state;
    m_icon->setVisible(state.has_value());
    tint();
}

void PageHeading::addControl(QWidget* control) { m_row->addWidget(control); }

QString PageHeading::subtitle() const { return m_subtitle->text(); }

void PageHeading::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::PaletteChange)
        tint();
    QWidget::changeEvent(event);
}

void PageHeading::tint()
{
    if (m_state)
        m_icon->setPixmap(
            iconPixmap(iconOf(*m_state), colours(palette()).of(*m_state), space::icon, devicePixelRatioF()));
}

} // namespace postern

#include "widgets/frame/card.h"

#include "widgets/theme/tokens.h"

#include <QBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QStyle>

namespace postern {

Card::Card(QWidget* parent)
    : QFrame(parent)
    , m_heading(new QHBoxLayout)
    , m_title(new QLabel)
    , m_subtitle(new QLabel)
    , m_body(new QVBoxLayout)
{
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    m_subtitle->setFont(textFont(textSize::caption));
    m_subtitle->setProperty("tone", QStringLiteral("muted"));
    m_subtitle->setProperty("textSize", QStringLiteral("caption"));
    // Where room is short, words are cut before the window is made wider.
    m_title->setMinimumWidth(1);
    m_subtitle->setMinimumWidth(1);
    m_title->hide();
    m_subtitle->hide();
    m_heading->setSpacing(space::gap);
    m_heading->addWidget(m_title);
    m_heading->addWidget(m_subtitle);
    m_heading->addStretch(1);
    m_body->setSpacing(space::step);
    column->addLayout(m_heading);
    column->addLayout(m_body, 1);
    arrange();
}

Card::Card(const QString& title, Heading heading, QWidget* parent) : Card(parent)
{
    setTitle(title, heading);
}

void Card::setTitle(const QString& title, Heading heading)
{
    const bool caption = heading == Heading::Caption;
    m_title->setText(title);
    m_title->setProperty("textSize", caption ? QStringLiteral("caption") : QStringLiteral("section"));
    m_title->setProperty("tone", caption ? QStringLiteral("muted") : QString());
    // A style sheet looks at properties only when a widget is polished.
    m_title->style()->unpolish(m_title);
    m_title->style()->polish(m_title);
    m_title->setVisible(!title.isEmpty());
    setAccessibleName(title);
    arrange();
}

void Card::setSubtitle(const QString& subtitle)
{
    m_subtitle->setText(subtitle);
    m_subtitle->setVisible(!subtitle.isEmpty());
}

void Card::addToHeading(QWidget* widget)
{
    m_heading->addWidget(widget);
    arrange();
}

void Card::setFlush(bool flush)
{
    m_flush = flush;
    arrange();
}

void Card::arrange()
{
    // Something besides title, subtitle and the stretch, or one of the two in use.
    const bool headed = m_heading->count() > 3 || !m_title->text().isEmpty();
    m_heading->setContentsMargins(space::card, headed ? space::gap : 0, space::card,
                                  headed ? space::step : 0);
    // So far from the top and the bottom, square contents do not cut the round corners.
    constexpr int corner = 5;
    if (m_flush)
        m_body->setContentsMargins(1, headed ? 0 : corner, 1, corner);
    else
        m_body->setContentsMargins(space::card, headed ? 0 : space::card, space::card, space::card);
}

void Card::paintEvent(QPaintEvent* event)
{
    Q_UNUSED(event)
    const Colours& c = colours(palette());
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(c.line);
    painter.setBrush(c.card);
    painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), radius::card, radius::card);
}

} // namespace postern

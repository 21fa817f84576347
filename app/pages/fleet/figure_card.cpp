#include "app/pages/fleet/figure_card.h"

#include "widgets/frame/card.h"
#include "widgets/frame/hero_figure.h"

#include <QLabel>
#include <QVBoxLayout>

namespace postern {

FigureCard::FigureCard(const QString& title, QWidget* parent)
    : QWidget(parent)
    , m_card(new Card(title, Card::Heading::Caption, this))
    , m_figure(new HeroFigure(this))
    , m_words(new QLabel(this))
{
    m_words->setProperty("tone", QStringLiteral("muted"));
    m_words->setTextFormat(Qt::PlainText);
    m_words->setWordWrap(true);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(m_card);
    m_card->body()->addWidget(m_figure);
    m_card->body()->addWidget(m_words);
    m_card->body()->addStretch(1);
}

void FigureCard::showReading(const Reading& reading)
{
    if (reading.state)
        m_figure->setFigure(reading.figure, reading.unit, *reading.state);
    else
        m_figure->setFigure(reading.figure, reading.unit);
    m_figure->setStale(reading.stale);
    m_words->setText(reading.words);
}

} // namespace postern

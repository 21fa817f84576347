#include "tests/widgets/gallery/pages.h"
#include "tests/widgets/gallery/sample_table.h"

#include "widgets/frame/card.h"
#include "widgets/frame/hero_figure.h"
#include "widgets/table/table_filter.h"
#include "widgets/theme/tokens.h"

#include <QBoxLayout>
#include <QLabel>

namespace postern::gallery {

QWidget* makeFleetPage()
{
    auto* page = new QWidget;
    auto* column = new QVBoxLayout(page);
    column->setSpacing(space::card);
    auto* title = new QLabel(QStringLiteral("Fleet"));
    title->setProperty("textSize", QStringLiteral("page"));
    column->addWidget(title);
    auto* cards = new QHBoxLayout;
    cards->setSpacing(space::card);
    for (const char* name : {"Error budget left, traffic-weighted", "Governance"}) {
        auto* card = new Card(QLatin1String(name), Card::Heading::Caption);
        auto* figure = new HeroFigure;
        figure->setFigure(QStringLiteral("71"), QStringLiteral("%"));
        card->body()->addWidget(figure);
        auto* words = new QLabel(QStringLiteral("99.99 % over 30 d · 9 d to go"));
        words->setProperty("tone", QStringLiteral("muted"));
        card->body()->addWidget(words);
        cards->addWidget(card, 1);
    }
    column->addLayout(cards);
    auto* card = new Card;
    card->setFlush(true);
    auto* table = new DataTable(roles());
    auto* model = fleetModel().release();
    model->setParent(table);
    table->setSource(model, fleetColumns());
    table->setRowHint(QStringLiteral("Open the API"));
    table->selectSource(model->index(0, 0));
    table->setHoveredRow(3);
    table->filter().setColumnFilter(1, QStringLiteral("a"));
    card->body()->addWidget(table);
    column->addWidget(card, 1);
    return framed(page, QStringLiteral("fleet"), {QStringLiteral("Fleet")});
}

} // namespace postern::gallery

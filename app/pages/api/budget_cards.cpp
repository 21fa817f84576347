#include "app/pages/api/budget_cards.h"

#include "app/words/budget_words.h"
#include "widgets/frame/budget_meter.h"
#include "widgets/frame/card.h"
#include "widgets/theme/tokens.h"

#include <QHBoxLayout>
#include <QLabel>

namespace postern {

BudgetCards::BudgetCards(QWidget* parent)
    : QWidget(parent)
    , m_row(new QHBoxLayout(this))
    , m_none(new Card(tr("Error budget"), Card::Heading::Caption, this))
{
    m_row->setContentsMargins(0, 0, 0, 0);
    m_row->setSpacing(space::card);
    auto* words = new QLabel(
        tr("No objective is known: the API's document states none, or it is not in the repository."), m_none);
    words->setWordWrap(true);
    words->setProperty("tone", QStringLiteral("muted"));
    m_none->body()->addWidget(words);
    m_none->body()->addStretch(1);
    m_row->addWidget(m_none);
}

void BudgetCards::showBudgets(const std::vector<slo::BudgetStatus>& budgets, bool stale)
{
    setCount(budgets.size());
    m_none->setVisible(budgets.empty());
    for (std::size_t at = 0; at < budgets.size(); ++at) {
        m_slots[at].card->setTitle(tr("Error budget · %1").arg(objectiveText(budgets[at].objective)),
                                   Card::Heading::Caption);
        m_slots[at].meter->setReading(budgetReading(budgets[at], stale));
    }
}

void BudgetCards::setCount(std::size_t count)
{
    while (m_slots.size() > count) {
        delete m_slots.back().card;
        m_slots.pop_back();
    }
    while (m_slots.size() < count) {
        auto* card = new Card(QString(), Card::Heading::Caption, this);
        auto* meter = new BudgetMeter(card);
        card->body()->addWidget(meter);
        card->body()->addStretch(1);
        m_row->addWidget(card, 1);
        m_slots.push_back({card, meter});
    }
}

} // namespace postern

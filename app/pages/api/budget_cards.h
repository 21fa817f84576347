#pragma once

#include "models/slo/budget.h"

#include <QWidget>

#include <vector>

class QHBoxLayout;

namespace postern {

class BudgetMeter;
class Card;

/// One card an objective, side by side; cards are kept while the objectives stay. Owned by the API page.
class BudgetCards final : public QWidget
{
    Q_OBJECT
public:
    explicit BudgetCards(QWidget* parent = nullptr);

    void showBudgets(const std::vector<slo::BudgetStatus>& budgets, bool stale);

private:
    struct Slot
    {
        Card* card;
        BudgetMeter* meter;
    };
    void setCount(std::size_t count);

    QHBoxLayout* m_row;
    std::vector<Slot> m_slots;
    Card* m_none;
};

} // namespace postern

#include "app/words/budget_words.h"

#include "app/words/figure_words.h"
#include "app/words/time_words.h"
#include "models/base/quantity.h"

#include <QCoreApplication>

#include <algorithm>

namespace postern {
namespace {

using namespace std::chrono_literals;

struct BudgetWords
{
    Q_DECLARE_TR_FUNCTIONS(BudgetWords)

public:
    static QString objective(const slo::Objective& objective);
    static QString sentence(const slo::BudgetStatus& budget);
    static QString spent(double left);
    static QString pace(const slo::BudgetStatus& budget);
};

QString BudgetWords::objective(const slo::Objective& objective)
{
    const QString window = quantity::duration(objective.window);
    if (objective.kind == slo::Objective::Kind::Availability)
        return tr("%1 %2 over %3").arg(objective.name, promise(objective.target), window);
    return tr("%1 %2 under %3 ms over %4")
        .arg(objective.name, promise(objective.target))
        .arg(objective.threshold.count())
        .arg(window);
}

QString BudgetWords::sentence(const slo::BudgetStatus& budget)
{
    switch (budget.verdict) {
    case slo::Verdict::Unknown:
        return tr("no data for this objective yet");
    case slo::Verdict::TooFewRequests:
        return tr("too few requests to judge");
    case slo::Verdict::Spent:
        return spent(budget.left.value_or(0.0));
    case slo::Verdict::Good:
    case slo::Verdict::Ticket:
    case slo::Verdict::Page:
        break;
    }
    if (budget.left && *budget.left <= 0.0)
        return spent(*budget.left);
    // A budget that outlasts its own window is not being used up.
    if (budget.goneIn && *budget.goneIn < budget.objective.window)
        return tr("gone in %1 at this pace").arg(quantity::duration(*budget.goneIn));
    return tr("lasts at this pace");
}

QString BudgetWords::spent(double left)
{
    // What was used, in budgets: 0 left is one, -99 left is a hundred.
    const double times = 1.0 - left;
    return times < 2.0 ? tr("the budget is spent")
                       : tr("spent, %1 times over").arg(quantity::multiple(times));
}

QString BudgetWords::pace(const slo::BudgetStatus& budget)
{
    QStringList burns;
    for (const std::chrono::seconds window : {std::chrono::seconds(1h), std::chrono::seconds(6h)})
        if (const std::optional<double> burn = budget.burn(window))
            burns << tr("%1 (%2)").arg(quantity::multiple(*burn), quantity::duration(window));
    QString text = burns.isEmpty() ? QString() : tr("burn %1").arg(burns.join(QStringLiteral(" · ")));
    if (budget.isPartial() && budget.covered > 0s) {
        const QString covered = tr("data of %1").arg(quantity::duration(budget.covered));
        text = text.isEmpty() ? covered : text + QStringLiteral(" · ") + covered;
    }
    return text;
}

} // namespace

QString objectiveText(const slo::Objective& objective) { return BudgetWords::objective(objective); }

State stateOf(slo::Verdict verdict)
{
    switch (verdict) {
    case slo::Verdict::Good:
        return State::Good;
    case slo::Verdict::Ticket:
        return State::Watch;
    case slo::Verdict::Page:
    case slo::Verdict::Spent:
        return State::Bad;
    case slo::Verdict::Unknown:
    case slo::Verdict::TooFewRequests:
        return State::Unknown;
    }
    return State::Unknown;
}

BudgetReading budgetReading(const slo::BudgetStatus& budget, bool stale)
{
    BudgetReading reading;
    const bool judged =
        budget.verdict != slo::Verdict::Unknown && budget.verdict != slo::Verdict::TooFewRequests;
    if (judged && budget.left)
        reading.left = std::clamp(*budget.left, 0.0, 1.0);
    reading.state = stateOf(budget.verdict);
    reading.sentence = BudgetWords::sentence(budget);
    reading.pace = BudgetWords::pace(budget);
    reading.stale = stale;
    return reading;
}

} // namespace postern

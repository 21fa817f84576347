#include "app/pages/fleet/fleet_preview.h"

#include "app/pages/page_heading.h"
#include "app/words/budget_words.h"
#include "app/words/fleet_words.h"
#include "app/words/health_words.h"
#include "app/words/instance_words.h"
#include "widgets/frame/budget_meter.h"
#include "widgets/theme/icon.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

namespace postern {

FleetPreview::FleetPreview(const ApiStatus& api, Clock::Wall now, ZoneChoice zone, QWidget* parent)
    : QWidget(parent), m_column(new QVBoxLayout(this))
{
    m_column->setContentsMargins(0, 0, space::step, 0);
    m_column->setSpacing(space::gap);
    auto* heading = new PageHeading(api.name(), this);
    heading->setState(stateOf(api.health));
    m_column->addWidget(heading);
    auto* labels = new QLabel(labelsText(api), this);
    labels->setProperty("tone", QStringLiteral("muted"));
    labels->setWordWrap(true);
    m_column->addWidget(labels);
    addReasons(api, now, zone);
    addBudgets(api);
    addInstances(api);
    m_column->addStretch(1);
    auto* open = new QPushButton(tr("Open %1").arg(api.name()), this);
    connect(open, &QPushButton::clicked, this,
            [this, name = api.api] { Q_EMIT openRequested(Location::ofApi(name)); });
    m_column->addWidget(open);
}

void FleetPreview::addReasons(const ApiStatus& api, Clock::Wall now, ZoneChoice zone)
{
    for (const HealthReason& reason : api.reasons)
        addLine(stateOf(reason.severity), reasonText(reason, now, zone));
}

void FleetPreview::addBudgets(const ApiStatus& api)
{
    for (const slo::BudgetStatus& budget : api.budgets) {
        addHeading(objectiveText(budget.objective));
        auto* meter = new BudgetMeter(this);
        meter->setReading(budgetReading(budget, false));
        m_column->addWidget(meter);
    }
}

void FleetPreview::addInstances(const ApiStatus& api)
{
    addHeading(tr("Gateways"));
    for (const InstanceStatus& instance : api.instances)
        addLine(stateOf(instance), instanceText(instance));
}

void FleetPreview::addLine(State state, const QString& text)
{
    auto* icon = new QLabel(this);
    icon->setPixmap(
        iconPixmap(iconOf(state), colours(palette()).of(state), space::icon, devicePixelRatioF()));
    auto* words = new QLabel(text, this);
    words->setTextFormat(Qt::PlainText);
    words->setWordWrap(true);
    auto* row = new QHBoxLayout;
    row->setSpacing(space::gap);
    row->addWidget(icon, 0, Qt::AlignTop);
    row->addWidget(words, 1);
    m_column->addLayout(row);
}

void FleetPreview::addHeading(const QString& text)
{
    auto* label = new QLabel(text, this);
    label->setProperty("textSize", QStringLiteral("caption"));
    label->setProperty("tone", QStringLiteral("muted"));
    label->setWordWrap(true);
    m_column->addSpacing(space::step);
    m_column->addWidget(label);
}

} // namespace postern

// The tables of the API page: their layout and columns.
#include "app/pages/api/api_page.h"
#include "app/settings/preferences.h"
#include "models/items/instances_model.h"
#include "models/items/policies_model.h"
#include "widgets/frame/card.h"
#include "widgets/frame/state_view.h"
#include "widgets/table/data_table.h"

#include <QHBoxLayout>

namespace postern {

QWidget* ApiPage::makeTables()
{
    auto* tables = new QWidget(this);
    auto* policies = new Card(tr("Policies in effect"), Card::Heading::Section, tables);
    policies->setFlush(true);
    m_policyState = new StateView(m_policyTable, tables);
    policies->body()->addWidget(m_policyState);
    auto* instances = new Card(tr("Gateways"), Card::Heading::Section, tables);
    instances->setFlush(true);
    instances->body()->addWidget(m_instanceTable);
    auto* row = new QHBoxLayout(tables);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(space::card);
    row->addWidget(policies, 5);
    row->addWidget(instances, 3);
    return tables;
}

void ApiPage::makeTableColumns(Preferences& preferences)
{
    m_policyTable->setObjectName(QStringLiteral("policiesInEffect"));
    m_policyTable->setAccessibleName(tr("Policies in effect"));
    m_policyTable->setRowHint(tr("Enter opens the policy where it is written"));
    m_policyTable->setSource(
        m_policies, {{.kind = CellKind::Muted, .width = 92, .header = tr("Stage")},
                     {.kind = CellKind::Text, .width = 112, .header = tr("Policy")},
                     {.kind = CellKind::Muted, .width = 84, .header = tr("Type")},
                     {.kind = CellKind::Text, .width = 62, .header = tr("Mode")},
                     {.kind = CellKind::Muted, .width = 60, .header = tr("Route")},
                     {.kind = CellKind::Link, .width = 128, .header = tr("Comes from")},
                     {.kind = CellKind::Number, .width = 62, .header = tr("Allow, %")},
                     {.kind = CellKind::Number, .width = 58, .header = tr("Deny, %")},
                     {.kind = CellKind::Number, .width = 58, .shown = false, .header = tr("Error, %")}});
    m_policyTable->remember(preferences.tables(), QStringLiteral("tables/policiesInEffect"));
    m_instanceTable->setObjectName(QStringLiteral("gateways"));
    m_instanceTable->setAccessibleName(tr("Gateways"));
    m_instanceTable->setSource(m_instances,
                               {{.kind = CellKind::StateName, .width = 144, .header = tr("Gateway")},
                                {.kind = CellKind::Muted, .width = 96, .shown = false, .header = tr("API")},
                                {.kind = CellKind::Text, .width = 48, .shown = false, .header = tr("State")},
                                {.kind = CellKind::Link, .width = 68, .header = tr("Runs")},
                                {.kind = CellKind::Text, .width = 60, .shown = false, .header = tr("Drift")},
                                {.kind = CellKind::Number, .width = 84, .header = tr("Memory, MiB")},
                                {.kind = CellKind::Number, .width = 52, .header = tr("Req/s")},
                                {.kind = CellKind::Number, .width = 44, .header = tr("Age")}});
    m_instanceTable->remember(preferences.tables(), QStringLiteral("tables/gateways"));
}

} // namespace postern

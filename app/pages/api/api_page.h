#pragma once

#include "app/shell/page.h"
#include "models/fleet/api_history.h"
#include "models/fleet/fleet_snapshot.h"
#include "models/fleet/policy_decisions.h"

#include <optional>

class QHBoxLayout;
class QPushButton;

namespace postern {

class BudgetCards;
class ChangeCard;
class ChartGroup;
class DataTable;
class InstancesModel;
class PageHeading;
class PoliciesModel;
class Preferences;
class StateView;
class TimeSeriesChart;
class Workspace;

/// One API: its budgets, what it runs, its golden signals, its policies and its gateways.
class ApiPage final : public Page
{
    Q_OBJECT
public:
    ApiPage(Workspace& workspace, Preferences& preferences, QWidget* parent = nullptr);

    void visit(const Location& location) override;
    [[nodiscard]] std::vector<Crumb> breadcrumb() const override;
    void refresh() override;
    [[nodiscard]] bool isSettled() const override;
    [[nodiscard]] const QString& api() const { return m_api; }

private:
    [[nodiscard]] QWidget* makeContent();
    [[nodiscard]] QWidget* makeCharts();
    [[nodiscard]] QWidget* makeTables();
    void makeTableColumns(Preferences& preferences);
    void connectSources();
    void load();
    void showFleet();
    void showCharts();
    void showPolicies();
    void showChange(const ApiStatus& api);
    void editPolicies();
    void openOrigin(const QString& link);
    void openChange(const QString& revision);
    void settle();

    Workspace& m_workspace;
    QString m_api;
    ApiHistoryLoader m_historyLoader;
    PolicyDecisionsLoader m_decisionsLoader;
    std::optional<ApiHistory> m_history;
    std::optional<DecisionStats> m_decisions;
    bool m_settled = false;
    PoliciesModel* m_policies;
    InstancesModel* m_instances;
    PageHeading* m_heading;
    QPushButton* m_edit;
    BudgetCards* m_budgets;
    ChangeCard* m_change;
    ChartGroup* m_group;
    TimeSeriesChart* m_traffic;
    TimeSeriesChart* m_errors;
    TimeSeriesChart* m_latency;
    DataTable* m_policyTable;
    StateView* m_policyState = nullptr; ///< around the policies
    DataTable* m_instanceTable;
    StateView* m_state;
};

} // namespace postern

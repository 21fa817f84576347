#pragma once

#include "app/shell/page.h"
#include "models/fleet/fleet_snapshot.h"

namespace postern {

class AttentionCard;
class DataTable;
class FigureCard;
class FilterField;
class FleetModel;
class FleetWordsModel;
class PageHeading;
class Preferences;
class StateView;
class Workspace;

/// Every API of the fleet in one table, and above it what matters first.
class FleetPage final : public Page
{
    Q_OBJECT
public:
    FleetPage(Workspace& workspace, Preferences& preferences, QWidget* parent = nullptr);

    void visit(const Location& location) override;
    [[nodiscard]] std::vector<Crumb> breadcrumb() const override;
    void focusFilter() override;
    bool closeNearest() override;
    [[nodiscard]] bool hasPreview() const override { return true; }
    [[nodiscard]] QWidget* makePreview() override;
    [[nodiscard]] bool isSettled() const override;

private:
    [[nodiscard]] QWidget* makeContent();
    void makeTable(Preferences& preferences);
    void showFleet(const FleetSnapshotPtr& fleet);
    void showCards(const FleetSnapshot& fleet, bool stale);
    void showState(const FleetSnapshot& fleet);
    [[nodiscard]] const ApiStatus* statusAt(const QModelIndex& index) const;
    void openApi(const QModelIndex& index);
    void nameTraffic();

    Workspace& m_workspace;
    FleetModel* m_model;
    FleetWordsModel* m_words;
    PageHeading* m_heading;
    AttentionCard* m_attention;
    FigureCard* m_budget;
    FigureCard* m_governance;
    DataTable* m_table;
    FilterField* m_filter;
    StateView* m_state;
};

} // namespace postern

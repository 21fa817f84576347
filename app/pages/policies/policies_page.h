#pragma once

#include "app/shell/page.h"

namespace postern {

class DataTable;
class FilterField;
class PageHeading;
class PolicyListModel;
class Preferences;
class StateView;
class Workspace;

/// Every policy that the repository's documents write, by API and baseline; opening one edits it.
class PoliciesPage final : public Page
{
    Q_OBJECT
public:
    PoliciesPage(Workspace& workspace, Preferences& preferences, QWidget* parent = nullptr);

    void visit(const Location& location) override;
    [[nodiscard]] std::vector<Crumb> breadcrumb() const override;
    void focusFilter() override;
    bool closeNearest() override;
    [[nodiscard]] bool isSettled() const override;

private:
    void makeTable(Preferences& preferences);
    void showDocuments();
    void showState();
    void openPolicy(const QModelIndex& index);

    Workspace& m_workspace;
    PolicyListModel* m_model;
    PageHeading* m_heading;
    DataTable* m_table;
    FilterField* m_filter;
    StateView* m_state;
};

} // namespace postern

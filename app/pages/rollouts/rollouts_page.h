#pragma once

#include "app/shell/page.h"

#include <vector>

class QVBoxLayout;

namespace postern {

class CommitsModel;
class DataTable;
class PageHeading;
class Preferences;
class RolloutCard;
class StateView;
class Workspace;

/// Commits on their way to the gateways, and the branch's commits with who runs them.
class RolloutsPage final : public Page
{
    Q_OBJECT
public:
    RolloutsPage(Workspace& workspace, Preferences& preferences, QWidget* parent = nullptr);

    void visit(const Location& location) override;
    [[nodiscard]] std::vector<Crumb> breadcrumb() const override;
    [[nodiscard]] bool isSettled() const override;

private:
    [[nodiscard]] QWidget* makeContent(Preferences& preferences);
    void showRollouts();
    void showCommits();
    void showState();

    Workspace& m_workspace;
    CommitsModel* m_commits;
    PageHeading* m_heading;
    QVBoxLayout* m_cards;
    std::vector<RolloutCard*> m_shown;
    DataTable* m_table;
    StateView* m_state;
};

} // namespace postern

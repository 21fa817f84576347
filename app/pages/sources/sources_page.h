#pragma once

#include "app/shell/page.h"

#include <map>

class QVBoxLayout;

namespace postern {

class PageHeading;
class SourceCard;
class Workspace;
struct SourceState;

/// Where everything shown comes from, and how far it can be believed.
class SourcesPage final : public Page
{
    Q_OBJECT
public:
    explicit SourcesPage(Workspace& workspace, QWidget* parent = nullptr);

    void visit(const Location& location) override;
    [[nodiscard]] std::vector<Crumb> breadcrumb() const override;

private:
    void showSources();
    [[nodiscard]] QString addressOf(const SourceState& source) const;

    Workspace& m_workspace;
    PageHeading* m_heading;
    QVBoxLayout* m_column;
    std::map<QString, SourceCard*> m_cards;
};

} // namespace postern

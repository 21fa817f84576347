#pragma once

#include "app/shell/page.h"
#include "app/words/source_words.h"

#include <QWidget>

namespace postern {

class Breadcrumb;
class SearchButton;
class StatusPill;
class ViewTime;

/// Where I am, which environment, which stretch of time, how fresh the data is, and the search. Owned by the
/// main window, UI thread.
class TopBar final : public QWidget
{
    Q_OBJECT
public:
    explicit TopBar(ViewTime& time, QWidget* parent = nullptr);

    void setPath(const std::vector<Page::Crumb>& path);
    void setEnvironment(const EnvironmentWords& environment);
    void setDataState(const DataStateWords& words);

Q_SIGNALS:
    void openRequested(const postern::Location& location);
    void searchRequested();

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    void chooseRange();
    void write();

    ViewTime& m_time;
    std::vector<Page::Crumb> m_path;
    Breadcrumb* m_breadcrumb;
    StatusPill* m_environment;
    StatusPill* m_range;
    StatusPill* m_zone;
    StatusPill* m_state;
    SearchButton* m_search;
};

} // namespace postern

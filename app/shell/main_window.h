#pragma once

#include "app/shell/navigator.h"
#include "app/shell/page_entry.h"

#include <QWidget>

#include <memory>
#include <vector>

class QStackedWidget;

namespace postern {

class CommandIndex;
class CommandPalette;
class EnvironmentStripe;
class GitOperation;
class NavigationRail;
class OperationBar;
class Preferences;
class PreviewPanel;
class Theme;
class TopBar;
class Workspace;

/// The frame around the pages: where one is, where one can go, what runs. Knows pages only as Page. Owned by
/// main(), UI thread.
class MainWindow final : public QWidget
{
    Q_OBJECT
public:
    struct Parts
    {
        Workspace& workspace;
        Theme& theme;
        Preferences& preferences;
        std::vector<PageEntry> pages; ///< the window takes the pages
    };

    explicit MainWindow(Parts parts, QWidget* parent = nullptr);
    ~MainWindow() override;

    [[nodiscard]] Navigator& navigator() { return m_navigator; }
    [[nodiscard]] Page* currentPage() const;
    [[nodiscard]] Page* page(Location::Page kind) const;
    [[nodiscard]] CommandPalette& commandPalette() { return *m_palette; }

    void openPalette();
    void setPreviewOpen(bool open);
    [[nodiscard]] bool isPreviewOpen() const { return m_previewOpen; }

protected:
    void closeEvent(QCloseEvent* event) override;
    void paintEvent(QPaintEvent* event) override;

private:
    void arrange();
    void addPages();
    void connectFrame();
    void connectPage(Page* page);
    void addShortcuts();
    void addShortcut(const QKeySequence& keys, void (MainWindow::*action)());
    void goTo(const Location& location);
    void openNavigation(const QString& id);
    void run(const QString& commandId);
    void closeNearest();
    void commitHere();
    void focusFilter();
    void refresh();
    void updatePreview();
    void updateDataState();
    void updateBreadcrumb();
    void showOperation(GitOperation* operation, const QString& what);
    [[nodiscard]] const PageEntry* entry(Location::Page kind) const;

    Parts m_parts;
    Navigator m_navigator;
    EnvironmentStripe* m_stripe;
    NavigationRail* m_rail;
    TopBar* m_top;
    QStackedWidget* m_pages;
    PreviewPanel* m_preview;
    OperationBar* m_operation;
    CommandPalette* m_palette;
    std::unique_ptr<CommandIndex> m_commands;
    bool m_previewOpen = false; ///< wanted; shown on pages that have one
};

} // namespace postern

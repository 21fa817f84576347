#include "app/shell/main_window.h"

#include "app/settings/preferences.h"
#include "app/shell/command_index.h"
#include "app/shell/environment_stripe.h"
#include "app/shell/preview_panel.h"
#include "app/shell/top_bar.h"
#include "app/workspace/workspace.h"
#include "models/fleet/fleet_poller.h"
#include "models/git/operation.h"
#include "widgets/frame/navigation_rail.h"
#include "widgets/frame/operation_bar.h"
#include "widgets/theme/theme.h"
#include "widgets/theme/tokens.h"

#include <QCloseEvent>
#include <QPainter>
#include <QPointer>
#include <QShortcut>
#include <QStackedWidget>
#include <QVBoxLayout>

#include <algorithm>

namespace postern {

MainWindow::MainWindow(Parts parts, QWidget* parent)
    : QWidget(parent)
    , m_parts(std::move(parts))
    , m_stripe(new EnvironmentStripe(this))
    , m_rail(new NavigationRail(tr("Postern"), this))
    , m_top(new TopBar(m_parts.workspace.time(), this))
    , m_pages(new QStackedWidget(this))
    , m_preview(new PreviewPanel(this))
    , m_operation(new OperationBar(this))
    , m_palette(new CommandPalette(this))
    , m_commands(std::make_unique<CommandIndex>(m_parts.workspace, m_parts.theme, m_navigator, m_parts.pages))
{
    setWindowTitle(tr("Postern"));
    setObjectName(QStringLiteral("mainWindow"));
    arrange();
    addPages();
    connectFrame();
    addShortcuts();
    if (!restoreGeometry(m_parts.preferences.windowGeometry()))
        resize(1280, 800);
    m_rail->setCollapsed(m_parts.preferences.railCollapsed());
    goTo(m_navigator.current());
    setPreviewOpen(m_parts.preferences.previewOpen());
    updateDataState();
}

MainWindow::~MainWindow() = default;

Page* MainWindow::currentPage() const { return static_cast<Page*>(m_pages->currentWidget()); }

Page* MainWindow::page(Location::Page kind) const
{
    const PageEntry* found = entry(kind);
    return found ? found->page : nullptr;
}

const PageEntry* MainWindow::entry(Location::Page kind) const
{
    const auto found = std::ranges::find(m_parts.pages, kind, &PageEntry::kind);
    return found == m_parts.pages.end() ? nullptr : &*found;
}

void MainWindow::arrange()
{
    m_stripe->hide();
    auto* middle = new QHBoxLayout;
    middle->setSpacing(0);
    middle->addWidget(m_pages, 1);
    middle->addWidget(m_preview);
    auto* right = new QVBoxLayout;
    right->setSpacing(0);
    right->addWidget(m_top);
    right->addLayout(middle, 1);
    right->addWidget(m_operation);
    auto* below = new QHBoxLayout;
    below->setSpacing(0);
    below->addWidget(m_rail);
    below->addLayout(right, 1);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(m_stripe);
    column->addLayout(below, 1);
}

void MainWindow::addPages()
{
    for (const PageEntry& entry : m_parts.pages) {
        m_pages->addWidget(entry.page);
        connectPage(entry.page);
        if (entry.navigation)
            m_rail->addItem(entry.navigation->id, entry.navigation->icon, entry.navigation->text);
    }
}

void MainWindow::connectPage(Page* page)
{
    connect(page, &Page::openRequested, &m_navigator, &Navigator::open);
    connect(page, &Page::breadcrumbChanged, this, [this, page] {
        if (page == currentPage())
            updateBreadcrumb();
    });
    connect(page, &Page::previewRequested, this, [this] { setPreviewOpen(!isPreviewOpen()); });
    connect(page, &Page::previewChanged, this, [this, page] {
        if (page == currentPage())
            updatePreview();
    });
}

void MainWindow::connectFrame()
{
    Workspace& workspace = m_parts.workspace;
    connect(&m_navigator, &Navigator::moved, this, &MainWindow::goTo);
    connect(m_rail, &NavigationRail::activated, this, &MainWindow::openNavigation);
    connect(m_rail, &NavigationRail::collapsedChanged, this,
            [this](bool collapsed) { m_parts.preferences.setRailCollapsed(collapsed); });
    connect(m_top, &TopBar::openRequested, &m_navigator, &Navigator::open);
    connect(m_top, &TopBar::searchRequested, this, &MainWindow::openPalette);
    connect(m_palette, &CommandPalette::chosen, this, &MainWindow::run);
    connect(m_preview, &PreviewPanel::closeRequested, this, [this] { setPreviewOpen(false); });
    connect(&workspace, &Workspace::sourcesChanged, this, &MainWindow::updateDataState);
    connect(&workspace, &Workspace::operationStarted, this, &MainWindow::showOperation);
    connect(&workspace.time(), &ViewTime::zoneChanged, this, &MainWindow::updateDataState);
    connect(&workspace.time(), &ViewTime::zoneChanged, this,
            [this](ZoneChoice zone) { m_parts.preferences.setZone(zone); });
    connect(&workspace.time(), &ViewTime::rangeChanged, this,
            [this](std::chrono::seconds range) { m_parts.preferences.setRange(range); });
    connect(&m_parts.theme, &Theme::appearanceChanged, this,
            [this] { m_parts.preferences.setTheme(m_parts.theme.choice()); });
}

void MainWindow::addShortcuts()
{
    addShortcut(QKeySequence(Qt::CTRL | Qt::Key_K), &MainWindow::openPalette);
    addShortcut(QKeySequence(Qt::CTRL | Qt::Key_F), &MainWindow::focusFilter);
    addShortcut(QKeySequence(Qt::Key_F5), &MainWindow::refresh);
    addShortcut(QKeySequence(Qt::CTRL | Qt::Key_Return), &MainWindow::commitHere);
    addShortcut(QKeySequence(Qt::CTRL | Qt::Key_Enter), &MainWindow::commitHere);
    addShortcut(QKeySequence(Qt::Key_Escape), &MainWindow::closeNearest);
    auto* back = new QShortcut(QKeySequence(Qt::ALT | Qt::Key_Left), this);
    connect(back, &QShortcut::activated, &m_navigator, &Navigator::back);
    auto* forward = new QShortcut(QKeySequence(Qt::ALT | Qt::Key_Right), this);
    connect(forward, &QShortcut::activated, &m_navigator, &Navigator::forward);
    int number = 0;
    for (const PageEntry& entry : m_parts.pages) {
        if (!entry.navigation || ++number > 9)
            continue;
        auto* shortcut = new QShortcut(QKeySequence(QStringLiteral("Ctrl+%1").arg(number)), this);
        connect(shortcut, &QShortcut::activated, this,
                [this, kind = entry.kind] { m_navigator.open(Location::ofPage(kind)); });
    }
}

void MainWindow::addShortcut(const QKeySequence& keys, void (MainWindow::*action)())
{
    connect(new QShortcut(keys, this), &QShortcut::activated, this, action);
}

void MainWindow::goTo(const Location& location)
{
    const PageEntry* target = entry(location.page);
    if (!target)
        return;
    target->page->visit(location);
    // Only the page that is seen may ask for room.
    for (const PageEntry& entry : m_parts.pages)
        entry.page->setSizePolicy(entry.page == target->page ? QSizePolicy::Preferred : QSizePolicy::Ignored,
                                  QSizePolicy::Preferred);
    m_pages->setCurrentWidget(target->page);
    const PageEntry* marked = target->navigation ? target : entry(target->under);
    if (marked && marked->navigation)
        m_rail->setCurrent(marked->navigation->id);
    updateBreadcrumb();
    updatePreview();
    target->page->setFocus();
}

void MainWindow::openNavigation(const QString& id)
{
    for (const PageEntry& entry : m_parts.pages)
        if (entry.navigation && entry.navigation->id == id)
            m_navigator.open(Location::ofPage(entry.kind));
}

void MainWindow::openPalette()
{
    m_palette->setCommands(m_commands->collect());
    m_palette->open();
}

void MainWindow::run(const QString& commandId) { m_commands->run(commandId); }

void MainWindow::setPreviewOpen(bool open)
{
    m_previewOpen = open;
    m_parts.preferences.setPreviewOpen(open);
    updatePreview();
}

void MainWindow::closeNearest()
{
    if (m_palette->isVisible())
        m_palette->dismiss();
    else if (currentPage()->closeNearest())
        return;
    else if (!m_preview->isHidden())
        setPreviewOpen(false);
}

void MainWindow::commitHere() { currentPage()->commit(); }

void MainWindow::focusFilter() { currentPage()->focusFilter(); }

void MainWindow::refresh()
{
    m_parts.workspace.refresh();
    currentPage()->refresh();
}

void MainWindow::updatePreview()
{
    const bool shown = m_previewOpen && currentPage()->hasPreview();
    m_preview->setVisible(shown);
    if (shown)
        m_preview->showContent(currentPage()->makePreview());
}

void MainWindow::updateDataState()
{
    const Workspace& workspace = m_parts.workspace;
    m_top->setDataState(dataStateWords(workspace.sources(), workspace.now(), workspace.freshFor(),
                                       m_parts.workspace.time().zone()));
    const EnvironmentWords environment = environmentWords(*workspace.fleet(), workspace.contextName());
    m_top->setEnvironment(environment);
    m_stripe->setVisible(environment.isProduction);
    m_rail->setFooter(railFooter(workspace.sources()));
    setWindowTitle(environment.name.isEmpty() ? tr("Postern") : tr("Postern – %1").arg(environment.name));
}

void MainWindow::updateBreadcrumb() { m_top->setPath(currentPage()->breadcrumb()); }

void MainWindow::showOperation(GitOperation* operation, const QString& what)
{
    m_operation->begin(what, OperationBar::Cancel::Possible);
    m_operation->setProgress(0, 0);
    connect(m_operation, &OperationBar::cancelled, operation, &GitOperation::cancel);
    connect(operation, &GitOperation::progressed, m_operation, [this](GitStep, int percent) {
        m_operation->setProgress(std::max(0, percent), percent < 0 ? 0 : 100);
    });
    connect(operation, &GitOperation::finished, m_operation, &OperationBar::end);
}

void MainWindow::closeEvent(QCloseEvent* event)
{
    m_parts.preferences.setWindowGeometry(saveGeometry());
    QWidget::closeEvent(event);
}

void MainWindow::paintEvent(QPaintEvent*) { QPainter(this).fillRect(rect(), colours(palette()).page); }

} // namespace postern

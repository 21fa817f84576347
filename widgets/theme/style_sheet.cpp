#include "widgets/theme/style_sheet.h"

#include "widgets/theme/tokens.h"

#include <QList>

namespace postern {
namespace {

constexpr auto surfaces = R"(
QAbstractScrollArea { border: none; }
QToolTip { background: @raised; color: @ink; border: 1px solid @line; padding: 4px 8px; }
QMainWindow::separator, QSplitter::handle { background: @line; }
QMenu { background: @raised; color: @ink; border: 1px solid @line; padding: 4px; }
QMenu::item { padding: 5px 24px 5px 12px; border-radius: 4px; }
QMenu::item:selected { background: @selection; color: @ink; }
QMenu::item:disabled { color: @muted; }
QMenu::separator { height: 1px; background: @line; margin: 4px 0; }
QLabel[tone="muted"] { color: @muted; }
QLabel[tone="good"] { color: @good; }
QLabel[tone="watch"] { color: @watch; }
QLabel[tone="bad"] { color: @bad; }
QLabel[tone="accent"] { color: @accent; }
QLabel[textSize="caption"] { font-size: @captionpx; }
QLabel[textSize="section"] { font-size: @sectionpx; font-weight: 600; }
QLabel[textSize="page"] { font-size: @pagesizepx; font-weight: 600; }
)";

constexpr auto buttons = R"(
QPushButton, QToolButton { background: @raised; color: @ink; border: 1px solid @line; border-radius: @radiuspx;
    padding: 0 11px; min-height: 26px; }
QPushButton:hover, QToolButton:hover { background: @hover; }
QPushButton:pressed, QToolButton:pressed, QPushButton:checked, QToolButton:checked { background: @selection; }
QPushButton:focus, QToolButton:focus { border: 2px solid @accent; padding: 0 10px; min-height: 24px; }
QPushButton:disabled, QToolButton:disabled { color: @muted; background: @page; }
QPushButton[primary="true"] { background: @accent; color: @onaccent; border-color: @accent; }
QPushButton[primary="true"]:focus { border: 2px solid @ink; }
QPushButton[primary="true"]:disabled { background: @page; color: @muted; border: 1px solid @line; }
QPushButton[danger="true"] { color: @bad; border-color: @bad; }
QPushButton[danger="true"]:disabled { color: @muted; border-color: @line; }
QPushButton[quiet="true"], QToolButton[quiet="true"] { background: transparent; border: 1px solid transparent; padding: 0 5px; }
QPushButton[quiet="true"]:hover, QToolButton[quiet="true"]:hover { background: @hover; }
QPushButton[quiet="true"]:focus, QToolButton[quiet="true"]:focus { border: 2px solid @accent; padding: 0 4px; }
QToolButton::menu-indicator { image: none; }
)";

// No `color` here: with one, Qt 6.4 would make the placeholder half transparent, too faint to read.
constexpr auto fields = R"(
QLineEdit, QPlainTextEdit, QTextEdit { background: @page; border: 1px solid @line;
    border-radius: @radiuspx; padding: 1px; selection-background-color: @accent; selection-color: @onaccent; }
QLineEdit { padding: 0 7px; min-height: 26px; }
QPlainTextEdit, QTextEdit { padding: 5px; }
QLineEdit:focus { border: 2px solid @accent; padding: 0 6px; min-height: 24px; background: @card; }
QPlainTextEdit:focus, QTextEdit:focus { border: 2px solid @accent; padding: 4px; background: @card; }
QLineEdit[invalid="true"], QPlainTextEdit[invalid="true"] { border-color: @bad; }
QPlainTextEdit[flush="true"] { background: @card; border: none; border-radius: 0; padding: 0 11px; }
)";

constexpr auto views = R"(
QTableView, QTreeView, QListView { background: @card; color: @ink; border: none; outline: 0;
    selection-background-color: @selection; selection-color: @ink; }
QHeaderView { background: @card; border: none; }
QHeaderView::section { background: @card; color: @muted; border: none; border-bottom: 1px solid @line;
    padding: 0 8px; font-size: @captionpx; }
QTableCornerButton::section { background: @card; border: none; border-bottom: 1px solid @line; }
QScrollBar:vertical { background: transparent; width: 10px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: 10px; margin: 0; }
QScrollBar::handle:vertical { background: @handle; border-radius: 3px; min-height: 24px; margin: 2px; }
QScrollBar::handle:horizontal { background: @handle; border-radius: 3px; min-width: 24px; margin: 2px; }
QScrollBar::handle:hover { background: @muted; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
QProgressBar { background: @line; border: none; border-radius: 3px; max-height: 6px; }
QProgressBar::chunk { background: @accent; border-radius: 3px; }
)";

struct Token
{
    QLatin1String name;
    QString value;
};

QList<Token> tokensOf(const Colours& c)
{
    return {{QLatin1String("@pagesize"), QString::number(textSize::page)},
            {QLatin1String("@onaccent"), c.onAccent.name()},
            {QLatin1String("@captionpx"), QString::number(textSize::caption) + QLatin1String("px")},
            {QLatin1String("@sectionpx"), QString::number(textSize::section) + QLatin1String("px")},
            {QLatin1String("@radiuspx"), QString::number(radius::control) + QLatin1String("px")},
            {QLatin1String("@selection"), c.selection.name()},
            {QLatin1String("@raised"), c.raised.name()},
            {QLatin1String("@handle"), c.handle.name()},
            {QLatin1String("@accent"), c.accent.name()},
            {QLatin1String("@muted"), c.muted.name()},
            {QLatin1String("@hover"), c.hover.name()},
            {QLatin1String("@watch"), c.watch.name()},
            {QLatin1String("@page"), c.page.name()},
            {QLatin1String("@card"), c.card.name()},
            {QLatin1String("@line"), c.line.name()},
            {QLatin1String("@good"), c.good.name()},
            {QLatin1String("@bad"), c.bad.name()},
            {QLatin1String("@ink"), c.ink.name()}};
}

} // namespace

QString styleSheetTemplate()
{
    return QLatin1String(surfaces) + QLatin1String(buttons) + QLatin1String(fields) + QLatin1String(views);
}

QString styleSheet(const Colours& colours)
{
    QString sheet = styleSheetTemplate();
    // Longer names first: `@page` must not eat the beginning of `@pagesize`.
    for (const Token& token : tokensOf(colours))
        sheet.replace(token.name, token.value);
    return sheet;
}

} // namespace postern

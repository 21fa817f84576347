#include "widgets/frame/navigation_rail.h"

#include "widgets/frame/navigation_item.h"
#include "widgets/theme/tokens.h"

#include <QBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QPainter>

#include <algorithm>

namespace postern {
namespace {

constexpr int fullWidth = 168;
constexpr int narrowWidth = 48;

} // namespace

NavigationRail::NavigationRail(const QString& name, QWidget* parent)
    : QWidget(parent)
    , m_column(new QVBoxLayout(this))
    , m_pages(new QVBoxLayout)
    , m_footer(new QLabel)
    , m_brand(new NavigationItem({}, Icon::Logo, name, NavigationItem::Role::Brand, this))
    , m_toggle(new NavigationItem({}, Icon::Collapse, tr("Collapse"), NavigationItem::Role::Toggle, this))
{
    m_column->setContentsMargins(space::gap, space::gap, space::gap + 1, space::gap);
    m_column->setSpacing(space::gap);
    m_pages->setSpacing(2);
    m_footer->setFont(textFont(textSize::caption));
    m_footer->setProperty("tone", QStringLiteral("muted"));
    m_footer->setProperty("textSize", QStringLiteral("caption"));
    m_footer->setWordWrap(true);
    m_footer->setContentsMargins(space::gap, 0, 0, 0);
    m_column->addWidget(m_brand);
    m_column->addLayout(m_pages);
    m_column->addStretch(1);
    m_column->addWidget(m_footer);
    m_column->addWidget(m_toggle);
    setFixedWidth(fullWidth);
    setAccessibleName(tr("Pages"));
    connect(m_toggle, &QAbstractButton::clicked, this, [this] { setCollapsed(!m_collapsed); });
}

void NavigationRail::addItem(const QString& id, Icon icon, const QString& text)
{
    auto* item = new NavigationItem(id, icon, text, NavigationItem::Role::Page, this);
    item->setCollapsed(m_collapsed);
    m_pages->addWidget(item);
    m_items.append(item);
    connect(item, &QAbstractButton::clicked, this, [this, id] { Q_EMIT activated(id); });
}

NavigationItem* NavigationRail::find(const QString& id) const
{
    const auto found = std::ranges::find(m_items, id, &NavigationItem::id);
    return found == m_items.end() ? nullptr : *found;
}

void NavigationRail::setCurrent(const QString& id)
{
    for (auto* item : m_items)
        item->setCurrent(item->id() == id);
}

void NavigationRail::setBadge(const QString& id, int count)
{
    if (auto* item = find(id))
        item->setBadge(count);
}

void NavigationRail::setFooter(const QString& text) { m_footer->setText(text); }

void NavigationRail::setCollapsed(bool collapsed)
{
    if (m_collapsed == collapsed)
        return;
    m_collapsed = collapsed;
    setFixedWidth(collapsed ? narrowWidth : fullWidth);
    for (auto* item : m_items)
        item->setCollapsed(collapsed);
    m_brand->setCollapsed(collapsed);
    m_toggle->setSymbol(collapsed ? Icon::Expand : Icon::Collapse, collapsed ? tr("Expand") : tr("Collapse"));
    m_toggle->setCollapsed(collapsed);
    m_footer->setVisible(!collapsed);
    Q_EMIT collapsedChanged(collapsed);
}

void NavigationRail::paintEvent(QPaintEvent* event)
{
    Q_UNUSED(event)
    const Colours& c = colours(palette());
    QPainter painter(this);
    painter.fillRect(rect(), c.card);
    painter.fillRect(QRect(width() - 1, 0, 1, height()), c.line);
}

void NavigationRail::keyPressEvent(QKeyEvent* event)
{
    const bool up = event->key() == Qt::Key_Up;
    if (!up && event->key() != Qt::Key_Down) {
        QWidget::keyPressEvent(event);
        return;
    }
    const auto at =
        std::ranges::find_if(m_items, [](const NavigationItem* item) { return item->hasFocus(); });
    if (at == m_items.end())
        return;
    const auto next = std::distance(m_items.begin(), at) + (up ? -1 : 1);
    if (next >= 0 && next < m_items.size())
        m_items.at(next)->setFocus(Qt::TabFocusReason);
}

} // namespace postern

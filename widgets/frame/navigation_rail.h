#pragma once

#include "widgets/theme/icon.h"

#include <QList>
#include <QWidget>

class QLabel;
class QVBoxLayout;

namespace postern {

class NavigationItem;

/// The pages, with icon and word; collapsed, with the icon alone. Up and Down move, Enter goes.
class NavigationRail final : public QWidget
{
    Q_OBJECT
public:
    explicit NavigationRail(const QString& name, QWidget* parent = nullptr);

    void addItem(const QString& id, Icon icon, const QString& text);
    void setCurrent(const QString& id);
    /// A count at the item's right end, e.g. open incidents; 0 hides it.
    void setBadge(const QString& id, int count);
    /// Muted words at the foot: clusters, sources, repository.
    void setFooter(const QString& text);
    void setCollapsed(bool collapsed);
    [[nodiscard]] bool isCollapsed() const { return m_collapsed; }

Q_SIGNALS:
    void activated(const QString& id);
    void collapsedChanged(bool collapsed);

protected:
    void paintEvent(QPaintEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    [[nodiscard]] NavigationItem* find(const QString& id) const;

    QVBoxLayout* m_column;
    QVBoxLayout* m_pages;
    QLabel* m_footer;
    QList<NavigationItem*> m_items;
    NavigationItem* m_brand;
    NavigationItem* m_toggle;
    bool m_collapsed = false;
};

} // namespace postern

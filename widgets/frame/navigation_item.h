#pragma once

#include "widgets/theme/icon.h"

#include <QAbstractButton>

namespace postern {

/// One line of the NavigationRail, which owns it.
class NavigationItem final : public QAbstractButton
{
    Q_OBJECT
public:
    enum class Role { Page, Brand, Toggle };

    NavigationItem(const QString& id, Icon icon, const QString& text, Role role, QWidget* parent);

    [[nodiscard]] const QString& id() const { return m_id; }
    void setCurrent(bool current);
    void setBadge(int count);
    void setCollapsed(bool collapsed);
    void setSymbol(Icon icon, const QString& text);
    [[nodiscard]] QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    QString m_id;
    Icon m_icon;
    Role m_role;
    int m_badge = 0;
    bool m_current = false;
    bool m_collapsed = false;
};

} // namespace postern

#pragma once

#include "app/shell/location.h"

#include <QObject>

#include <vector>

namespace postern {

/// Where the user is, was, and came back from. Owned by the main window, UI thread.
class Navigator final : public QObject
{
    Q_OBJECT
public:
    using QObject::QObject;

    [[nodiscard]] const Location& current() const { return m_visited[m_at]; }
    [[nodiscard]] bool canGoBack() const { return m_at > 0; }
    [[nodiscard]] bool canGoForward() const { return m_at + 1 < m_visited.size(); }

public Q_SLOTS:
    /// What lay ahead is forgotten, as in a browser.
    void open(const postern::Location& location);
    void back();
    void forward();

Q_SIGNALS:
    void moved(const postern::Location& location);

private:
    static constexpr std::size_t Remembered = 200;

    std::vector<Location> m_visited{Location::fleet()};
    std::size_t m_at = 0;
};

} // namespace postern

#include "app/shell/navigator.h"

namespace postern {

void Navigator::open(const Location& location)
{
    if (location == current())
        return;
    m_visited.resize(m_at + 1);
    if (m_visited.size() == Remembered)
        m_visited.erase(m_visited.begin());
    m_visited.push_back(location);
    m_at = m_visited.size() - 1;
    Q_EMIT moved(current());
}

void Navigator::back()
{
    if (!canGoBack())
        return;
    --m_at;
    Q_EMIT moved(current());
}

void Navigator::forward()
{
    if (!canGoForward())
        return;
    ++m_at;
    Q_EMIT moved(current());
}

} // namespace postern

#pragma once

#include <QtGlobal>

#include <cstddef>
#include <utility>

namespace postern {

/// How many requests one worker has under way to one upstream. On the worker's thread; kept over reloads for
/// as long as there is an upstream of that name, so that what began under the former configuration counts.
class RequestCeiling
{
public:
    [[nodiscard]] std::size_t underWay() const { return m_underWay; }

private:
    friend class RequestPlace;
    std::size_t m_underWay = 0;
};

/// One request's place under a ceiling: taken once, whatever its attempts, and given back once, whatever it
/// ends by. Owned by who makes the attempts; the ceiling outlives the place.
class RequestPlace
{
public:
    RequestPlace() = default;
    ~RequestPlace() { giveBack(); }
    RequestPlace(const RequestPlace&) = delete;
    RequestPlace& operator=(const RequestPlace&) = delete;

    /// False where \a most (0: no limit) are under way already. The former one has been given back.
    [[nodiscard]] bool take(RequestCeiling& ceiling, std::size_t most)
    {
        Q_ASSERT(!m_ceiling);
        if (most > 0 && ceiling.m_underWay >= most)
            return false;
        ++ceiling.m_underWay; // without a limit too: a reload may bring one
        m_ceiling = &ceiling;
        return true;
    }
    void giveBack()
    {
        if (m_ceiling)
            --std::exchange(m_ceiling, nullptr)->m_underWay;
    }

private:
    RequestCeiling* m_ceiling = nullptr; ///< null: it has none
};

} // namespace postern

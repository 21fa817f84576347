#include "app/workspace/changed_lines.h"

#include <QList>

#include <algorithm>
#include <vector>

namespace postern {
namespace {

constexpr qsizetype mostDifferences = 1000;

/// The least number of lines to add and to remove (E. W. Myers, "An O(ND) Difference Algorithm", 1986).
qsizetype editDistance(const QList<QByteArray>& before, const QList<QByteArray>& after)
{
    const qsizetype n = before.size();
    const qsizetype m = after.size();
    const qsizetype bound = std::min(n + m, mostDifferences);
    std::vector<qsizetype> furthest(static_cast<std::size_t>(2 * bound + 2), 0);
    const auto at = [&](qsizetype diagonal) -> qsizetype& {
        return furthest[static_cast<std::size_t>(diagonal + bound)];
    };
    for (qsizetype d = 0; d <= bound; ++d) {
        for (qsizetype k = -d; k <= d; k += 2) {
            const bool down = k == -d || (k != d && at(k - 1) < at(k + 1));
            qsizetype x = d == 0 ? 0 : down ? at(k + 1) : at(k - 1) + 1;
            while (x < n && x - k < m && x - k >= 0 && before[x] == after[x - k])
                ++x;
            at(k) = x;
            if (x >= n && x - k >= m)
                return d;
        }
    }
    return n + m;
}

} // namespace

int countChangedLines(const QByteArray& before, const QByteArray& after)
{
    QList<QByteArray> old = before.split('\n');
    QList<QByteArray> now = after.split('\n');
    while (!old.isEmpty() && !now.isEmpty() && old.constLast() == now.constLast()) {
        old.removeLast();
        now.removeLast();
    }
    qsizetype same = 0;
    while (same < old.size() && same < now.size() && old[same] == now[same])
        ++same;
    old.remove(0, same);
    now.remove(0, same);
    // A changed line is one removed and one added: people count it once.
    const qsizetype distance = editDistance(old, now);
    const qsizetype added = (distance + now.size() - old.size()) / 2;
    return static_cast<int>(std::max(added, distance - added));
}

} // namespace postern

#include "widgets/editor/line_diff.h"

#include <algorithm>
#include <vector>

namespace postern {
namespace {

constexpr qsizetype mostEdits = 1000;

using Sequence = QList<QStringView>;

/// The part between the common beginning and end, and where it begins.
struct Middle
{
    qsizetype prefix = 0;
    qsizetype beforeEnd = 0;
    qsizetype afterEnd = 0;
};

Middle middleOf(const Sequence& before, const Sequence& after)
{
    Middle middle{.prefix = 0, .beforeEnd = before.size(), .afterEnd = after.size()};
    const qsizetype shorter = std::min(before.size(), after.size());
    while (middle.prefix < shorter && before.at(middle.prefix) == after.at(middle.prefix))
        ++middle.prefix;
    while (middle.beforeEnd > middle.prefix && middle.afterEnd > middle.prefix &&
           before.at(middle.beforeEnd - 1) == after.at(middle.afterEnd - 1)) {
        --middle.beforeEnd;
        --middle.afterEnd;
    }
    return middle;
}

/// The furthest x on each diagonal k, per number of edits; empty when there are too many edits.
std::vector<std::vector<qsizetype>> furthestReaches(const Sequence& before, const Sequence& after,
                                                    const Middle& middle)
{
    const qsizetype width = middle.beforeEnd - middle.prefix;
    const qsizetype height = middle.afterEnd - middle.prefix;
    const qsizetype most = std::min(width + height, mostEdits);
    std::vector<std::vector<qsizetype>> trace;
    std::vector<qsizetype> reach(std::size_t(2 * most + 3), 0);
    const auto at = [&](qsizetype k) -> qsizetype& { return reach[std::size_t(k + most + 1)]; };
    for (qsizetype edits = 0; edits <= most; ++edits) {
        for (qsizetype k = -edits; k <= edits; k += 2) {
            const bool down = k == -edits || (k != edits && at(k - 1) < at(k + 1));
            qsizetype x = down ? at(k + 1) : at(k - 1) + 1;
            qsizetype y = x - k;
            while (x < width && y < height && before.at(middle.prefix + x) == after.at(middle.prefix + y)) {
                ++x;
                ++y;
            }
            at(k) = x;
            if (x >= width && y >= height) {
                trace.emplace_back(reach.begin() + (most + 1 - edits), reach.begin() + (most + 2 + edits));
                return trace;
            }
        }
        // Only the diagonals in use are kept: [-edits, edits].
        trace.emplace_back(reach.begin() + (most + 1 - edits), reach.begin() + (most + 2 + edits));
    }
    return {};
}

/// The diagonal by which \a edits steps came to diagonal \a k: from k + 1 downwards, else from k - 1.
bool cameDown(const std::vector<qsizetype>& earlier, qsizetype edits, qsizetype k)
{
    if (k == -edits)
        return true;
    if (k == edits)
        return false;
    const auto at = [&](qsizetype diagonal) { return earlier[std::size_t(diagonal + edits - 1)]; };
    // A diagonal that the earlier round has not reached counts as nothing.
    const qsizetype left = k - 1 >= -(edits - 1) ? at(k - 1) : -1;
    const qsizetype right = k + 1 <= edits - 1 ? at(k + 1) : -1;
    return left < right;
}

/// Walks the reaches back from the end.
QList<DiffStep> stepsBack(const std::vector<std::vector<qsizetype>>& trace, const Middle& middle)
{
    QList<DiffStep> steps;
    qsizetype x = middle.beforeEnd - middle.prefix;
    qsizetype y = middle.afterEnd - middle.prefix;
    const auto keepDownTo = [&](qsizetype lowestX) {
        while (x > lowestX) {
            --x;
            --y;
            steps.append({DiffStep::Kind::Same, middle.prefix + x, middle.prefix + y});
        }
    };
    for (auto edits = qsizetype(trace.size()) - 1; edits > 0; --edits) {
        const auto& earlier = trace[std::size_t(edits - 1)];
        const bool down = cameDown(earlier, edits, x - y);
        const qsizetype k = down ? x - y + 1 : x - y - 1;
        const qsizetype fromX = earlier[std::size_t(k + edits - 1)];
        keepDownTo(down ? fromX : fromX + 1);
        (down ? y : x) -= 1;
        steps.append(
            {down ? DiffStep::Kind::Added : DiffStep::Kind::Removed, middle.prefix + x, middle.prefix + y});
    }
    keepDownTo(0);
    std::ranges::reverse(steps);
    return steps;
}

QList<DiffStep> replaceWhole(const Middle& middle)
{
    QList<DiffStep> steps;
    for (qsizetype i = middle.prefix; i < middle.beforeEnd; ++i)
        steps.append({DiffStep::Kind::Removed, i, middle.prefix});
    for (qsizetype i = middle.prefix; i < middle.afterEnd; ++i)
        steps.append({DiffStep::Kind::Added, middle.beforeEnd, i});
    return steps;
}

} // namespace

QList<DiffStep> diffSequences(const Sequence& before, const Sequence& after)
{
    const Middle middle = middleOf(before, after);
    QList<DiffStep> steps;
    for (qsizetype i = 0; i < middle.prefix; ++i)
        steps.append({DiffStep::Kind::Same, i, i});
    const auto trace = furthestReaches(before, after, middle);
    steps += trace.empty() ? replaceWhole(middle) : stepsBack(trace, middle);
    for (qsizetype i = middle.beforeEnd; i < before.size(); ++i)
        steps.append({DiffStep::Kind::Same, i, i - middle.beforeEnd + middle.afterEnd});
    return steps;
}

QList<QStringView> linesOf(QStringView text)
{
    auto lines = text.split(u'\n');
    // A last line that ends is no further, empty line.
    if (!lines.isEmpty() && lines.back().isEmpty())
        lines.removeLast();
    return lines;
}

QList<QStringView> wordsOf(QStringView line)
{
    enum class Class { Word, Space, Mark };
    const auto classOf = [](QChar c) {
        return c.isLetterOrNumber() || c == u'_' || c == u'-' ? Class::Word
               : c.isSpace()                                  ? Class::Space
                                                              : Class::Mark;
    };
    QList<QStringView> words;
    qsizetype begin = 0;
    for (qsizetype i = 1; i <= line.size(); ++i) {
        const bool joined = i < line.size() && classOf(line.at(i)) == classOf(line.at(begin)) &&
                            classOf(line.at(begin)) != Class::Mark;
        if (joined)
            continue;
        words.append(line.mid(begin, i - begin));
        begin = i;
    }
    return words;
}

} // namespace postern

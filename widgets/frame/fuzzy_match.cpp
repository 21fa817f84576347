#include "widgets/frame/fuzzy_match.h"

#include <algorithm>
#include <vector>

namespace postern {
namespace {

constexpr int impossible = -1'000'000;

bool beginsWord(QStringView text, qsizetype at)
{
    if (at == 0 || !text.at(at - 1).isLetterOrNumber())
        return true;
    return text.at(at).isUpper() && text.at(at - 1).isLower();
}

int pointsFor(QStringView text, qsizetype at) { return (at == 0 ? 12 : 0) + (beginsWord(text, at) ? 10 : 1); }

} // namespace

// Best alignment by dynamic programming over (typed, text): best[i][j] is the best score with typed[i] on
// text[j]. Texts are short (a command, a name), so the square is small.
std::optional<FuzzyMatch> fuzzyMatch(QStringView typed, QStringView text)
{
    if (typed.isEmpty())
        return FuzzyMatch{};
    const auto rows = std::size_t(typed.size());
    const auto columns = std::size_t(text.size());
    if (columns < rows)
        return {};
    std::vector<std::vector<int>> best(rows, std::vector<int>(columns, impossible));
    std::vector<std::vector<qsizetype>> from(rows, std::vector<qsizetype>(columns, -1));
    for (std::size_t i = 0; i < rows; ++i) {
        for (std::size_t j = i; j < columns; ++j) {
            if (typed.at(qsizetype(i)).toCaseFolded() != text.at(qsizetype(j)).toCaseFolded())
                continue;
            const int own = pointsFor(text, qsizetype(j));
            if (i == 0) {
                best[i][j] = own - int(std::min<std::size_t>(j, 10)) / 2;
                continue;
            }
            for (std::size_t k = i - 1; k < j; ++k) {
                if (best[i - 1][k] == impossible)
                    continue;
                const auto gap = j - k - 1;
                const int score = best[i - 1][k] + own + (gap == 0 ? 8 : -int(std::min<std::size_t>(gap, 6)));
                if (score > best[i][j]) {
                    best[i][j] = score;
                    from[i][j] = qsizetype(k);
                }
            }
        }
    }
    const auto end = std::ranges::max_element(best[rows - 1]);
    if (*end == impossible)
        return {};
    FuzzyMatch match{.score = *end - int(columns) / 8, .positions = {}};
    qsizetype at = std::distance(best[rows - 1].begin(), end);
    for (std::size_t i = rows; i-- > 0; at = from[i][std::size_t(at)])
        match.positions.prepend(at);
    return match;
}

} // namespace postern

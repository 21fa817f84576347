#pragma once

#include <QList>
#include <QString>

#include <optional>

namespace postern {

/// How well \a typed names \a text: every typed character occurs in order, whatever its case. Higher is
/// better: beginnings of words and runs of neighbours count, gaps cost. Nothing when a character is missing.
struct FuzzyMatch
{
    int score = 0;
    QList<qsizetype> positions; ///< in \a text, ascending
};
std::optional<FuzzyMatch> fuzzyMatch(QStringView typed, QStringView text);

} // namespace postern

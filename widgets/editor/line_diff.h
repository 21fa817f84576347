#pragma once

#include <QList>
#include <QString>

namespace postern {

/// One step from the old sequence to the new: keep, remove or add the item at these indexes.
struct DiffStep
{
    enum class Kind { Same, Removed, Added };
    Kind kind;
    qsizetype before; ///< index in the old; of Added: where it would stand
    qsizetype after;  ///< index in the new; of Removed: where it would stand
};

/// The shortest way from \a before to \a after (Myers 1986, "An O(ND) Difference Algorithm"). When they
/// differ in more than some thousand places the middle is replaced whole: bounded time beats the shortest
/// way.
QList<DiffStep> diffSequences(const QList<QStringView>& before, const QList<QStringView>& after);

QList<QStringView> linesOf(QStringView text);
/// Words, runs of spaces, and single marks: what a person sees change within a line.
QList<QStringView> wordsOf(QStringView line);

} // namespace postern

#pragma once

#include <QList>
#include <QString>

#include <utility>

namespace postern {

/// One line of a unified diff, ready to be shown.
struct DiffLine
{
    enum class Kind { Same, Removed, Added, Folded };
    Kind kind = Kind::Same;
    int before = 0; ///< line number in the old text, from 1; 0: none
    int after = 0;
    QString text; ///< of Folded: empty
    int folded = 0;
    QList<std::pair<qsizetype, qsizetype>> parts; ///< begin and length of what differs within the line
};

/// Removed lines before added ones; lines in pairs get the parts that differ; unchanged lines further than
/// \a context from a change are folded.
QList<DiffLine> unifiedDiff(const QString& before, const QString& after, int context);

} // namespace postern

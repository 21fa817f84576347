#pragma once

#include <Qt>

namespace postern {

/// What item models tell their views, besides Qt's own roles. Values only: words, colours and icons are the
/// views' business. The delegates of widgets/table are given these numbers by whoever joins both (app/).
///
/// Qt::DisplayRole is the cell's text as shown (three significant figures, unit in the header);
/// Qt::ToolTipRole the exact value; Qt::AccessibleTextRole the cell in words where the text is not enough.
enum ItemRole : int {
    StateRole =
        Qt::UserRole + 1, ///< int: 0 good, 1 watch, 2 bad, 3 unknown; colours the cell and leads the row
    SortRole,             ///< double, qint64, QDateTime or QString; invalid or NaN sorts last either way
    SparklineRole,        ///< QList<double>, evenly spaced, oldest first; NaN is a gap
    ShareRole,            ///< double from 0 to 1, the part that is left; NaN when unknown
    UnitRole,             ///< QString, on headers: "ms", "%"
    FreshnessRole,        ///< int: 0 fresh, 1 stale (figures are muted), 2 away
    LinkRole,             ///< QString: what activating the cell opens; empty: nothing
    EmphasisRole,         ///< int: 0 normal, 1 muted, 2 strong
    DetailRole,           ///< QString, muted beside the text
    CopyRole,             ///< QString for the clipboard where DisplayRole is abridged
    KeyRole,              ///< QString, the row's identity: stable over refreshes and sorting
    ReasonRole,           ///< int of HealthReason::Kind, the row's gravest; -1 without one
    TimeRole,             ///< QDateTime (UTC), when the cell's figure was true
    VerdictRole           ///< int of slo::Verdict, on cells of a budget
};

} // namespace postern

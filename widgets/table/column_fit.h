#pragma once

#include <QList>

namespace postern {

/// What one column would like.
struct ColumnWish
{
    int given = 0; ///< its fair width
    int needs = 0; ///< what its header and contents take
};

/// Widths for a row of columns in \a room: a column that needs less than its fair width gives the rest away,
/// and those that need more take it, from the left. Where there is not enough, columns keep their fair width.
[[nodiscard]] QList<int> fitColumns(const QList<ColumnWish>& wishes, int room);

} // namespace postern

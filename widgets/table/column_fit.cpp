#include "widgets/table/column_fit.h"

#include <algorithm>

namespace postern {

QList<int> fitColumns(const QList<ColumnWish>& wishes, int room)
{
    QList<int> widths;
    int spare = room;
    for (const ColumnWish& wish : wishes) {
        widths.append(std::min(wish.given, wish.needs));
        spare -= widths.constLast();
    }
    for (qsizetype at = 0; at < wishes.size() && spare > 0; ++at) {
        const int more = std::min(spare, wishes[at].needs - widths[at]);
        widths[at] += more;
        spare -= more;
    }
    return widths;
}

} // namespace postern

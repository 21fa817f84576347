#pragma once

#include <QList>

namespace postern {

/// The numbers of the item roles that the table reads, given by whoever knows the model; -1: the model has
/// none. What each means is documented once, in models/items/roles.h (this library may not include it).
struct CellRoles
{
    int state = -1;
    int sort = -1;
    int sparkline = -1;
    int share = -1;
    int freshness = -1;
    int link = -1;
    int emphasis = -1;
    int detail = -1;
    int copy = -1;
};

/// How a column's cells are painted.
enum class CellKind {
    Text,      ///< left; ink, or what the emphasis role says
    Muted,     ///< left, muted
    StateName, ///< the state's icon, then the name
    Number,    ///< right, digits of equal width, coloured when the state is watch or bad
    Sparkline, ///< 80×20, one scale for the whole column
    Budget,    ///< a bar of what is left, then the percentage
    Link       ///< accent; the link role says where it leads
};

} // namespace postern

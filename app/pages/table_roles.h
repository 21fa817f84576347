#pragma once

#include "models/items/roles.h"
#include "widgets/table/cell_roles.h"

namespace postern {

/// Joins the roles of models/items with the tables of widgets/table, which do not know each other.
[[nodiscard]] inline CellRoles itemRoles()
{
    return {.state = StateRole,
            .sort = SortRole,
            .sparkline = SparklineRole,
            .share = ShareRole,
            .freshness = FreshnessRole,
            .link = LinkRole,
            .emphasis = EmphasisRole,
            .detail = DetailRole,
            .copy = CopyRole};
}

} // namespace postern

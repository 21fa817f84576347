#pragma once

#include "models/fleet/policy_status.h"
#include "models/items/row_model.h"

namespace postern {

/// A row per effective policy of one API, in the pipeline's order. Owner: a page; thread: the UI's.
class PoliciesModel final : public RowModel<PolicyStatus>
{
    Q_OBJECT
public:
    enum Column {
        Stage,
        Policy,
        Type,
        Mode,
        Route,     ///< empty: every route
        ComesFrom, ///< the layer, and `file:line` in ToolTipRole and LinkRole
        Allow,     ///< percent of its decisions; their number in ToolTipRole
        Deny,
        Error,
        ColumnCount
    };

    explicit PoliciesModel(QObject* parent = nullptr);

    void setPolicies(std::vector<PolicyStatus> policies);
    [[nodiscard]] const PolicyStatus* status(const QModelIndex& index) const;

    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;

protected:
    [[nodiscard]] QString keyOf(const PolicyStatus& row) const override;
    [[nodiscard]] bool sameCell(const PolicyStatus& before, const PolicyStatus& after,
                                int column) const override;
};

} // namespace postern

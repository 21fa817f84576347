#pragma once

#include "models/fleet/policy_status.h"

#include <QAbstractTableModel>

#include <vector>

namespace postern {

/// A row per effective policy of one API, in the pipeline's order. Owner: a page; thread: the UI's.
class PoliciesModel final : public QAbstractTableModel
{
    Q_OBJECT
public:
    enum Column {
        Stage,
        Policy,
        Type,
        Mode,
        Route,
        ComesFrom, ///< the layer, and `file:line` in ToolTipRole
        Allow,     ///< percent of its decisions
        Deny,
        Error,
        ColumnCount
    };

    explicit PoliciesModel(QObject* parent = nullptr);

    void setPolicies(std::vector<PolicyStatus> policies);
    [[nodiscard]] const PolicyStatus* status(const QModelIndex& index) const;

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;

private:
    std::vector<PolicyStatus> m_policies;
};

} // namespace postern

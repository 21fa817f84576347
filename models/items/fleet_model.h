#pragma once

#include "models/fleet/fleet_snapshot.h"
#include "models/items/row_model.h"

namespace postern {

/// One API in the snapshot it belongs to.
struct FleetRow
{
    const ApiStatus* status = nullptr;
    const FleetSnapshot* snapshot = nullptr;
};

/// A row per API. Owner: a page; thread: the UI's. Fed with whole snapshots. A figure that is not known is an
/// empty DisplayRole and an invalid SortRole: the view decides on a dash.
class FleetModel final : public RowModel<FleetRow>
{
    Q_OBJECT
public:
    enum Column {
        Api,
        Namespace,
        Team,
        Traffic,
        RequestRate,
        ErrorRatio, ///< percent
        P99,        ///< milliseconds
        BudgetLeft, ///< of the tightest objective, percent
        Burn1h,
        Burn6h,
        GoneIn,
        Instances, ///< n of m up
        Runs,      ///< revision, else the hash, to seven digits, of the most run configuration
        Age,       ///< of the newest sample, at the snapshot's time
        ColumnCount
    };

    explicit FleetModel(QObject* parent = nullptr);

    void setSnapshot(const FleetSnapshotPtr& snapshot);
    [[nodiscard]] FleetSnapshotPtr snapshot() const { return m_snapshot; }
    /// Null for an invalid index.
    [[nodiscard]] const ApiStatus* status(const QModelIndex& index) const;
    [[nodiscard]] QModelIndex indexOf(const QString& api) const;

    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;

protected:
    [[nodiscard]] QString keyOf(const FleetRow& row) const override;
    [[nodiscard]] bool sameCell(const FleetRow& before, const FleetRow& after, int column) const override;

private:
    FleetSnapshotPtr m_snapshot;
};

} // namespace postern

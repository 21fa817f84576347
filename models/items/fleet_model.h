#pragma once

#include "models/fleet/fleet_snapshot.h"

#include <QAbstractTableModel>

namespace postern {

/// A row per API. Owner: a page; thread: the UI's. Fed with whole snapshots; tells views only of the rows
/// and columns whose content changed, and keeps rows where they are, so that selections survive.
/// Missing figures are an empty DisplayRole: the view decides on a dash.
class FleetModel final : public QAbstractTableModel
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
        BudgetLeft,
        Burn1h,
        Burn6h,
        GoneIn,
        Instances, ///< n of m up
        Runs,      ///< revision, else the hash's first seven digits, of the most run configuration
        Age,       ///< of the newest sample, at the snapshot's time
        ColumnCount
    };

    explicit FleetModel(QObject* parent = nullptr);

    void setSnapshot(const FleetSnapshotPtr& snapshot);
    [[nodiscard]] FleetSnapshotPtr snapshot() const { return m_snapshot; }
    /// Null for an invalid index.
    [[nodiscard]] const ApiStatus* status(const QModelIndex& index) const;
    [[nodiscard]] QModelIndex indexOf(const QString& api) const;

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;

private:
    FleetSnapshotPtr m_snapshot;
};

} // namespace postern

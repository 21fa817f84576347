#pragma once

#include "models/fleet/api_status.h"
#include "models/items/row_model.h"

namespace postern {

struct InstanceRow
{
    InstanceStatus status;
    Clock::Wall now;
    std::chrono::seconds freshFor{0};
};

/// A row per gateway process of one API (or of all). Owner: a page; thread: the UI's.
class InstancesModel final : public RowModel<InstanceRow>
{
    Q_OBJECT
public:
    enum Column {
        Instance,
        Api,
        State, ///< no text: StateRole and the page's words
        Runs,
        AsExpected, ///< SortRole: 1 as Git says, 0 not; invalid when not known
        Memory,     ///< MiB
        RequestRate,
        Age,
        ColumnCount
    };

    explicit InstancesModel(QObject* parent = nullptr);

    /// \a now is the snapshot's time: ages are counted to it, and a figure older than \a freshFor is stale.
    void setInstances(std::vector<InstanceStatus> instances, Clock::Wall now, std::chrono::seconds freshFor);
    [[nodiscard]] const InstanceStatus* status(const QModelIndex& index) const;

    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;

protected:
    [[nodiscard]] QString keyOf(const InstanceRow& row) const override;
    [[nodiscard]] bool sameCell(const InstanceRow& before, const InstanceRow& after,
                                int column) const override;
};

} // namespace postern

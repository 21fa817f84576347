#pragma once

#include "models/fleet/api_status.h"

#include <QAbstractTableModel>

namespace postern {

/// A row per gateway process of one API (or of all). Owner: a page; thread: the UI's.
class InstancesModel final : public QAbstractTableModel
{
    Q_OBJECT
public:
    enum Column {
        Instance,
        Api,
        State,
        Runs,
        AsExpected,
        Memory, ///< MiB
        RequestRate,
        Age,
        ColumnCount
    };

    explicit InstancesModel(QObject* parent = nullptr);

    /// \a now is the snapshot's time: ages are counted to it, and a figure older than \a freshFor is stale.
    void setInstances(std::vector<InstanceStatus> instances, Clock::Wall now, std::chrono::seconds freshFor);
    [[nodiscard]] const InstanceStatus* status(const QModelIndex& index) const;

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;

private:
    std::vector<InstanceStatus> m_instances;
    Clock::Wall m_now;
    std::chrono::seconds m_freshFor{0};
};

} // namespace postern

#pragma once

#include "app/workspace/view_time.h"

#include <QIdentityProxyModel>

namespace postern {

class FleetModel;

/// Puts words where the fleet's model, which has none, leaves a cell empty or bare: `2 of 3`, `spent`, `too
/// few requests`, `since 13:41`. Owned by the fleet page, UI thread.
class FleetWordsModel final : public QIdentityProxyModel
{
    Q_OBJECT
public:
    FleetWordsModel(FleetModel& fleet, const ViewTime& time, QObject* parent = nullptr);

    [[nodiscard]] QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;

private:
    [[nodiscard]] bool isTooFew(const QModelIndex& source) const;
    [[nodiscard]] QString words(const QModelIndex& source) const;

    FleetModel& m_fleet;
    const ViewTime& m_time;
};

} // namespace postern

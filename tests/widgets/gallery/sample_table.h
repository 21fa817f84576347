#pragma once

#include "widgets/table/data_table.h"

#include <QStandardItemModel>

#include <memory>

namespace postern::gallery {

/// Item roles of the sample models.
enum Role { State = Qt::UserRole + 1, Sort, Sparkline, Share, Freshness, Link, Emphasis, Detail };

CellRoles roles();
/// Thirteen APIs in every state, or \a count made from them.
std::unique_ptr<QStandardItemModel> fleetModel(int count = 13);
QList<DataTable::Column> fleetColumns();
std::unique_ptr<QStandardItemModel> policiesModel();
QList<DataTable::Column> policiesColumns();

} // namespace postern::gallery

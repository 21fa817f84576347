#pragma once

#include "app/pages/policies/policy_row.h"
#include "models/items/row_model.h"

namespace postern {

/// A row per policy that the documents write. Owner: the policies page; thread: the UI's.
class PolicyListModel final : public RowModel<PolicyRow>
{
    Q_OBJECT
public:
    enum Column { Policy, On, Type, Stage, Mode, WrittenIn, ColumnCount };

    explicit PolicyListModel(QObject* parent = nullptr);

    void setPolicies(std::vector<PolicyRow> rows);
    [[nodiscard]] const PolicyRow* policy(const QModelIndex& index) const;

    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;

protected:
    [[nodiscard]] QString keyOf(const PolicyRow& row) const override;
    [[nodiscard]] bool sameCell(const PolicyRow& before, const PolicyRow& after, int column) const override;
};

} // namespace postern

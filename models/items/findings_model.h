#pragma once

#include "models/items/row_model.h"
#include "models/schema/finding.h"

namespace postern {

/// A row per finding of documents, in the order given. Owner: a page; thread: the UI's.
class FindingsModel final : public RowModel<Finding>
{
    Q_OBJECT
public:
    enum Column {
        Where, ///< `file:line`
        Path,
        Found,
        Expected,
        Rule,
        ColumnCount
    };

    explicit FindingsModel(QObject* parent = nullptr);

    void setFindings(std::vector<Finding> findings);
    [[nodiscard]] const Finding* finding(const QModelIndex& index) const;

    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;

protected:
    [[nodiscard]] QString keyOf(const Finding& row) const override;
    [[nodiscard]] bool sameCell(const Finding& before, const Finding& after, int column) const override;
};

} // namespace postern

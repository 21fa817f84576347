#pragma once

#include "app/pages/rollouts/commit_row.h"
#include "app/workspace/view_time.h"
#include "models/base/clock.h"
#include "models/items/row_model.h"

namespace postern {

/// A row per commit of the branch, newest first. Owner: the rollouts page; thread: the UI's.
class CommitsModel final : public RowModel<CommitRow>
{
    Q_OBJECT
public:
    enum Column { Hash, Subject, Author, When, RunBy, Apis, ColumnCount };

    explicit CommitsModel(QObject* parent = nullptr);

    void setCommits(std::vector<CommitRow> rows, Clock::Wall now, ZoneChoice zone);

    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;

protected:
    [[nodiscard]] QString keyOf(const CommitRow& row) const override;
    [[nodiscard]] bool sameCell(const CommitRow& before, const CommitRow& after, int column) const override;

private:
    [[nodiscard]] QString text(const CommitRow& row, int column) const;
    [[nodiscard]] QVariant tooltip(const CommitRow& row, int column) const;

    Clock::Wall m_now;
    ZoneChoice m_zone = ZoneChoice::Utc;
};

} // namespace postern

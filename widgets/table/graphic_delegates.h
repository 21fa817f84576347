#pragma once

#include "widgets/table/cell_delegate.h"

#include <QHash>
#include <QPainterPath>

namespace postern {

/// The state's icon leads, then the name; a bad or watched row's name is strong like every other.
class StateNameDelegate final : public CellDelegate
{
    Q_OBJECT
public:
    explicit StateNameDelegate(const DataTable& table) : CellDelegate(table, CellKind::StateName) {}

protected:
    void paintContent(QPainter& painter, const QRectF& box, const QModelIndex& index,
                      const Colours& colours) const override;
};

/// A bar of what is left, then the percentage.
class BudgetDelegate final : public CellDelegate
{
    Q_OBJECT
public:
    explicit BudgetDelegate(const DataTable& table) : CellDelegate(table, CellKind::Budget) {}

protected:
    void paintContent(QPainter& painter, const QRectF& box, const QModelIndex& index,
                      const Colours& colours) const override;
};

/// 80×20, from zero to the column's largest value. Paths are kept while the values live unchanged.
class SparklineDelegate final : public CellDelegate
{
    Q_OBJECT
public:
    explicit SparklineDelegate(const DataTable& table) : CellDelegate(table, CellKind::Sparkline) {}

protected:
    void paintContent(QPainter& painter, const QRectF& box, const QModelIndex& index,
                      const Colours& colours) const override;

private:
    struct Kept
    {
        QList<double> values; ///< holds the shared data, so that its address stays its own
        double maximum;
        QPainterPath path;
    };
    [[nodiscard]] const QPainterPath& pathOf(const QList<double>& values, double maximum) const;

    mutable QHash<const double*, Kept> m_kept;
};

/// Through \a values in a box of \a size; NaN begins a new sub-path. Above \a maximum is cut.
QPainterPath sparklinePath(const QList<double>& values, double maximum, const QSizeF& size);

} // namespace postern

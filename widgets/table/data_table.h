#pragma once

#include "widgets/table/cell_roles.h"

#include <QHash>
#include <QTableView>
#include <QTimer>

class QSettings;

namespace postern {

class StickyColumn;
class TableFilter;
class TableHeader;

/// A table of values: sticky first column, header click sorts, a funnel filters, one hairline between rows.
/// Enter opens, Space previews, Ctrl+C copies the selected rows as text; Alt+Up sorts by the current cell's
/// column, Alt+Down opens its filter. Nothing is edited in it.
/// UI thread; owns its delegates and its sorting and filtering model, never the source model.
class DataTable final : public QTableView
{
    Q_OBJECT
public:
    enum class Density { Comfortable, Compact };
    struct Column
    {
        CellKind kind = CellKind::Text;
        int width = 96;    ///< its fair share; contents may give some away, or take what others leave
        bool shown = true; ///< until the user chooses
        QString header;    ///< replaces the model's header text when not empty ("Traffic, 6 h")
    };

    explicit DataTable(const CellRoles& roles, QWidget* parent = nullptr);
    ~DataTable() override;

    /// \a columns in the order of the model's.
    void setSource(QAbstractItemModel* source, const QList<Column>& columns);
    void setDensity(Density density);
    /// Keeps the choice, order and width of columns and the sorting under \a key. \a settings must outlive
    /// the table. Call after setSource().
    void remember(QSettings& settings, const QString& key);
    [[nodiscard]] TableFilter& filter() const { return *m_filter; }
    [[nodiscard]] const CellRoles& roles() const { return m_roles; }
    [[nodiscard]] const QList<Column>& columns() const { return m_columns; }
    /// What a click on a row does, as a tooltip where the model has none: "Open the API".
    void setRowHint(const QString& hint) { m_rowHint = hint; }

    [[nodiscard]] QModelIndex currentSource() const;
    void selectSource(const QModelIndex& source);
    /// The selected rows, tab-separated, with a header line; what Ctrl+C puts on the clipboard.
    [[nodiscard]] QString selectionAsText() const;
    /// The row under the pointer; -1: none.
    [[nodiscard]] int hoveredRow() const { return m_hoveredRow; }
    /// The scale that the column's sparklines share: its largest value.
    [[nodiscard]] double sparklineMaximum(int column) const;

    void setHoveredRow(int row);

Q_SIGNALS:
    /// Enter or double click; indexes are the source model's.
    void opened(const QModelIndex& source);
    /// Space.
    void previewed(const QModelIndex& source);
    void currentSourceChanged(const QModelIndex& source);
    /// A click on a Link cell.
    void linkActivated(const QString& link, const QModelIndex& source);

protected:
    void keyPressEvent(QKeyEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    bool viewportEvent(QEvent* event) override;
    void currentChanged(const QModelIndex& current, const QModelIndex& previous) override;

private:
    friend class StickyColumn;
    void behave();
    void wire();
    void applyColumns();
    void save();
    void repaintRow(int row);
    void fill();
    void fit();
    [[nodiscard]] int neededWidth(int column) const;
    void activate(const QModelIndex& index);

    CellRoles m_roles;
    QList<Column> m_columns;
    TableFilter* m_filter;
    TableHeader* m_header;
    StickyColumn* m_sticky;
    QString m_rowHint;
    QSettings* m_settings = nullptr;
    QString m_settingsKey;
    int m_hoveredRow = -1;
    int m_filler = -1;     ///< the column that takes spare width
    int m_fillerWidth = 0; ///< its width when there is none to spare
    bool m_filling = false;
    bool m_chosen = false; ///< the user, or an earlier run, set widths: contents no longer do
    QList<int> m_needs;    ///< the most each column needed: fitting again never makes one narrower
    QTimer m_fitSoon;
    mutable QHash<int, double> m_sparklineMaxima; ///< found when first painted, forgotten with the data
};

} // namespace postern

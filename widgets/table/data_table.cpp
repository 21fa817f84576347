#include "widgets/table/data_table.h"

#include "widgets/table/cell_delegate.h"
#include "widgets/table/column_fit.h"
#include "widgets/table/sticky_column.h"
#include "widgets/table/table_filter.h"
#include "widgets/table/table_header.h"
#include "widgets/theme/tokens.h"

#include <QSettings>

#include <algorithm>

namespace postern {

DataTable::DataTable(const CellRoles& roles, QWidget* parent)
    : QTableView(parent)
    , m_roles(roles)
    , m_filter(new TableFilter(roles, this))
    , m_header(new TableHeader(*this, this))
    , m_sticky(nullptr)
{
    setHorizontalHeader(m_header);
    behave();
    m_sticky = new StickyColumn(*this);
    wire();
}

DataTable::~DataTable() = default;

void DataTable::behave()
{
    verticalHeader()->hide();
    verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    setDensity(Density::Comfortable);
    setShowGrid(false);
    setFrameShape(QFrame::NoFrame);
    setMouseTracking(true);
    setWordWrap(false);
    setEditTriggers(QAbstractItemView::NoEditTriggers);
    setSelectionBehavior(QAbstractItemView::SelectRows);
    setSelectionMode(QAbstractItemView::ExtendedSelection);
    setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
    setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    setTabKeyNavigation(false); // Tab leaves the table
    setCornerButtonEnabled(false);
    setSortingEnabled(true);
    m_header->setResizeContentsPrecision(0); // contents are measured on the rows that are seen
}

void DataTable::wire()
{
    connect(this, &QTableView::doubleClicked, this, &DataTable::activate);
    connect(m_header, &TableHeader::columnsChosen, this, [this] {
        fill();
        save();
    });
    connect(m_header, &QHeaderView::sectionMoved, this, [this] {
        fill();
        save();
    });
    connect(m_header, &QHeaderView::sectionResized, this, [this](int section, int, int width) {
        m_sticky->place();
        if (m_filling)
            return;
        m_chosen = true;
        if (section == m_filler && width > 0)
            m_fillerWidth = width;
        fill();
        save();
    });
    m_fitSoon.setSingleShot(true);
    connect(&m_fitSoon, &QTimer::timeout, this, &DataTable::fit);
    const auto fitSoon = [this] { m_fitSoon.start(0); };
    connect(m_filter, &QAbstractItemModel::dataChanged, this, fitSoon);
    connect(m_filter, &QAbstractItemModel::modelReset, this, fitSoon);
    connect(m_filter, &QAbstractItemModel::rowsInserted, this, fitSoon);
    connect(m_header, &QHeaderView::sortIndicatorChanged, this, &DataTable::save);
    connect(m_filter, &TableFilter::filterChanged, m_header->viewport(), qOverload<>(&QWidget::update));
    const auto forget = [this] { m_sparklineMaxima.clear(); };
    connect(m_filter, &QAbstractItemModel::dataChanged, this, forget);
    connect(m_filter, &QAbstractItemModel::modelReset, this, forget);
    connect(m_filter, &QAbstractItemModel::rowsInserted, this, forget);
    connect(m_filter, &QAbstractItemModel::rowsRemoved, this, forget);
}

void DataTable::setSource(QAbstractItemModel* source, const QList<Column>& columns)
{
    m_columns = columns;
    m_filter->setSourceModel(source);
    QSet<int> largestFirst;
    for (int column = 0; column < columns.size(); ++column) {
        if (columns.at(column).kind == CellKind::Number)
            largestFirst.insert(column);
    }
    m_filter->setDescendingFirst(largestFirst);
    // The model's own order, until a heading is clicked.
    m_header->setSortIndicator(-1, Qt::AscendingOrder);
    setModel(m_filter);
    applyColumns();
}

void DataTable::applyColumns()
{
    m_filling = true; // our own widths are no choice of the user's
    for (int column = 0; column < m_columns.size(); ++column) {
        CellDelegate* delegate = makeDelegate(*this, m_columns.at(column).kind);
        delegate->setParent(this);
        setItemDelegateForColumn(column, delegate);
        setColumnWidth(column, m_columns.at(column).width);
        setColumnHidden(column, !m_columns.at(column).shown);
    }
    m_filling = false;
    m_sticky->follow();
    fill();
}

int DataTable::neededWidth(int column) const
{
    const CellKind kind = m_columns.at(column).kind;
    if (kind == CellKind::Sparkline || kind == CellKind::Budget)
        return m_columns.at(column).width; // painted to a measure of their own
    const QString title = m_columns.at(column).header.isEmpty()
                              ? model()->headerData(column, Qt::Horizontal).toString()
                              : m_columns.at(column).header;
    const int heading =
        QFontMetrics(textFont(textSize::caption)).horizontalAdvance(title) + 2 * space::gap + 2;
    return std::max(heading, sizeHintForColumn(column));
}

// Until the user sets widths, contents do.
void DataTable::fit()
{
    if (m_chosen || !model() || model()->rowCount() == 0)
        return;
    m_needs.resize(m_columns.size());
    QList<int> sections;
    QList<ColumnWish> wishes;
    for (int visual = 0; visual < m_header->count(); ++visual) {
        const int section = m_header->logicalIndex(visual);
        if (m_header->isSectionHidden(section))
            continue;
        m_needs[section] = std::max(m_needs[section], neededWidth(section));
        sections.append(section);
        wishes.append({m_columns.at(section).width, m_needs[section]});
    }
    const QList<int> widths = fitColumns(wishes, viewport()->width());
    m_filling = true;
    for (qsizetype at = 0; at < sections.size(); ++at) {
        m_header->resizeSection(sections[at], widths[at]);
        if (sections[at] == m_filler)
            m_fillerWidth = widths[at];
    }
    m_filling = false;
    fill();
    m_sticky->place();
}

// Figures stay together at the right: the last column of words takes what is to spare.
void DataTable::fill()
{
    int filler = -1;
    for (int visual = 0; visual < m_header->count(); ++visual) {
        const int section = m_header->logicalIndex(visual);
        const CellKind kind = m_columns.value(section).kind;
        const bool words = kind == CellKind::Text || kind == CellKind::Muted || kind == CellKind::Link;
        if (words && !m_header->isSectionHidden(section))
            filler = section;
    }
    m_filling = true;
    if (filler != m_filler) {
        if (m_filler >= 0 && !m_header->isSectionHidden(m_filler))
            m_header->resizeSection(m_filler, m_fillerWidth);
        m_filler = filler;
        m_fillerWidth = filler < 0 ? 0 : m_columns.at(filler).width;
    }
    if (m_filler >= 0) {
        const int others = m_header->length() - m_header->sectionSize(m_filler);
        m_header->resizeSection(m_filler, std::max(m_fillerWidth, viewport()->width() - others));
    }
    m_filling = false;
}

void DataTable::setDensity(Density density)
{
    const int height = density == Density::Compact ? space::compactRow : space::row;
    verticalHeader()->setMinimumSectionSize(height);
    verticalHeader()->setDefaultSectionSize(height);
    if (m_sticky && model())
        m_sticky->follow();
}

void DataTable::remember(QSettings& settings, const QString& key)
{
    const QByteArray kept = settings.value(key + QLatin1String("/columns")).toByteArray();
    // State of another number of columns belongs to an older version of the table.
    const bool fits = settings.value(key + QLatin1String("/count")).toInt() == m_columns.size();
    if (!kept.isEmpty() && fits && m_header->restoreState(kept)) {
        m_chosen = true;
        m_header->setSectionHidden(0, false);
        sortByColumn(m_header->sortIndicatorSection(), m_header->sortIndicatorOrder());
        m_sticky->follow();
        fill();
    }
    m_settings = &settings;
    m_settingsKey = key;
}

void DataTable::save()
{
    if (!m_settings)
        return;
    m_settings->setValue(m_settingsKey + QLatin1String("/columns"), m_header->saveState());
    m_settings->setValue(m_settingsKey + QLatin1String("/count"), m_columns.size());
}

QModelIndex DataTable::currentSource() const { return m_filter->mapToSource(currentIndex()); }

void DataTable::selectSource(const QModelIndex& source)
{
    const QModelIndex index = m_filter->mapFromSource(source);
    if (!index.isValid())
        return;
    selectionModel()->setCurrentIndex(index, QItemSelectionModel::ClearAndSelect | QItemSelectionModel::Rows);
    scrollTo(index);
}

QString DataTable::selectionAsText() const
{
    QList<int> sections;
    for (int visual = 0; visual < m_header->count(); ++visual) {
        if (!m_header->isSectionHidden(m_header->logicalIndex(visual)))
            sections.append(m_header->logicalIndex(visual));
    }
    QStringList cells;
    for (const int section : sections) {
        const QString own = m_columns.at(section).header;
        cells.append(own.isEmpty() ? model()->headerData(section, Qt::Horizontal).toString() : own);
    }
    QStringList lines{cells.join(u'\t')};
    QModelIndexList rows = selectionModel()->selectedRows();
    std::ranges::sort(rows, {}, &QModelIndex::row);
    for (const QModelIndex& row : rows) {
        cells.clear();
        for (const int section : sections) {
            const QModelIndex cell = row.siblingAtColumn(section);
            const QVariant copy = m_roles.copy < 0 ? QVariant() : cell.data(m_roles.copy);
            cells.append(copy.isValid() ? copy.toString() : cell.data().toString());
        }
        lines.append(cells.join(u'\t'));
    }
    return lines.join(u'\n');
}

double DataTable::sparklineMaximum(int column) const
{
    const auto known = m_sparklineMaxima.constFind(column);
    if (known != m_sparklineMaxima.constEnd())
        return *known;
    double maximum = 0;
    const auto* source = m_filter->sourceModel();
    // Of all rows, not of those that pass the filter: the scale stays while one filters.
    for (int row = 0; row < source->rowCount(); ++row) {
        const auto values = source->index(row, column).data(m_roles.sparkline).value<QList<double>>();
        for (const double value : values) {
            if (value > maximum)
                maximum = value;
        }
    }
    m_sparklineMaxima.insert(column, maximum);
    return maximum;
}

void DataTable::activate(const QModelIndex& index)
{
    if (index.isValid())
        Q_EMIT opened(m_filter->mapToSource(index));
}

} // namespace postern

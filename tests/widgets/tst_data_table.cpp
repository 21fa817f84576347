#include "widgets/table/cell_delegate.h"
#include "widgets/table/data_table.h"
#include "widgets/table/graphic_delegates.h"
#include "widgets/table/sticky_column.h"
#include "widgets/table/table_filter.h"
#include "widgets/table/table_header.h"
#include "widgets/theme/tokens.h"

#include <QAbstractItemModelTester>
#include <QClipboard>
#include <QGuiApplication>
#include <QIdentityProxyModel>
#include <QImage>
#include <QScrollBar>
#include <QSettings>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include <limits>

using namespace postern;

namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();

enum Role { StateRole = Qt::UserRole + 1, SortRole, SparklineRole, ShareRole, FreshnessRole, LinkRole };

const CellRoles roles{.state = StateRole,
                      .sort = SortRole,
                      .sparkline = SparklineRole,
                      .share = ShareRole,
                      .freshness = FreshnessRole,
                      .link = LinkRole};

/// Name, traffic, rate, budget, hash; counts what is asked of it.
class Apis final : public QAbstractTableModel
{
public:
    struct Row
    {
        QString name;
        State state;
        double rate;
        double left;
    };

    explicit Apis(QList<Row> rows) : m_rows(std::move(rows)) {}

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override
    {
        return parent.isValid() ? 0 : int(m_rows.size());
    }
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override
    {
        return parent.isValid() ? 0 : 5;
    }
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role) const override
    {
        static const char* const names[] = {"API", "Traffic", "Req/s", "Budget left", "Runs"};
        if (role != Qt::DisplayRole || orientation != Qt::Horizontal)
            return {};
        return QLatin1String(names[section]);
    }
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override
    {
        const Row& row = m_rows.at(index.row());
        ++asked;
        if (role == SortRole)
            ++sortAsked;
        switch (index.column()) {
        case 0:
            return role == Qt::DisplayRole ? QVariant(row.name)
                   : role == StateRole     ? QVariant(int(row.state))
                                           : QVariant();
        case 1:
            return role == SparklineRole ? QVariant::fromValue(QList<double>{0, row.rate, row.rate / 2})
                                         : QVariant();
        case 2:
            if (role == Qt::DisplayRole)
                return qIsNaN(row.rate) ? QString() : QString::number(row.rate);
            return role == SortRole ? QVariant(row.rate) : QVariant();
        case 3:
            return role == ShareRole   ? QVariant(row.left)
                   : role == StateRole ? QVariant(int(row.state))
                                       : QVariant();
        default:
            return role == Qt::DisplayRole || role == LinkRole ? QVariant(QStringLiteral("9f3c1a2"))
                                                               : QVariant();
        }
    }
    void setRate(int row, double rate)
    {
        m_rows[row].rate = rate;
        Q_EMIT dataChanged(index(row, 1), index(row, 2));
    }

    mutable int asked = 0;
    mutable int sortAsked = 0;

private:
    QList<Row> m_rows;
};

QList<Apis::Row> five()
{
    return {{QStringLiteral("cards"), State::Bad, 2310, 0.12},
            {QStringLiteral("accounts"), State::Good, 3940, 0.93},
            {QStringLiteral("notifications"), State::Unknown, none, none},
            {QStringLiteral("limits"), State::Good, 812, 0.97},
            {QStringLiteral("disputes"), State::Good, 12.4, 0.99}};
}

QList<DataTable::Column> columns()
{
    return {{CellKind::StateName, 140, true, {}},
            {CellKind::Sparkline, 96, true, {}},
            {CellKind::Number, 80, true, {}},
            {CellKind::Budget, 130, true, {}},
            {CellKind::Link, 80, true, {}}};
}

QStringList namesOf(const TableFilter& filter)
{
    QStringList names;
    for (int row = 0; row < filter.rowCount(); ++row)
        names.append(filter.index(row, 0).data().toString());
    return names;
}

QStringList words(const char* text)
{
    const QString all = QString::fromLatin1(text);
    return all.isEmpty() ? QStringList() : all.split(u' ');
}

struct Fixture
{
    Apis apis{five()};
    DataTable table{roles};
    Fixture()
    {
        table.resize(700, 300);
        table.setSource(&apis, columns());
        table.show();
    }
};

} // namespace

class TestDataTable : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init() { QGuiApplication::setPalette(paletteFor(Appearance::Light)); }
    void sorts_data();
    void sorts();
    void filters_data();
    void filters();
    void filterIsAModel();
    void keepsModelOrderUntilSorted();
    void sortReadsEachRowOnce();
    void paintAsksForVisibleRowsOnly();
    void sparklinesShareAScale();
    void sparklinePathHasGaps();
    void opensAndPreviews();
    void copiesAsText();
    void linkIsClicked();
    void remembersColumns();
    void firstColumnSticks();
    void spareWidthGoesToWords();
    void paintsStates();
    void staleIsMuted();
    void figuresAreNeverCut();
};

void TestDataTable::sorts_data()
{
    QTest::addColumn<int>("column");
    QTest::addColumn<Qt::SortOrder>("order");
    QTest::addColumn<QStringList>("names");
    QTest::newRow("names up") << 0 << Qt::AscendingOrder
                              << words("accounts cards disputes limits notifications");
    QTest::newRow("rates up, missing last")
        << 2 << Qt::AscendingOrder << words("disputes limits cards accounts notifications");
    QTest::newRow("rates down, missing last")
        << 2 << Qt::DescendingOrder << words("accounts cards limits disputes notifications");
}

void TestDataTable::sorts()
{
    QFETCH(int, column);
    QFETCH(Qt::SortOrder, order);
    Fixture f;
    f.table.sortByColumn(column, order);
    QTEST(namesOf(f.table.filter()), "names");
}

void TestDataTable::filters_data()
{
    QTest::addColumn<int>("column");
    QTest::addColumn<QString>("expression");
    QTest::addColumn<QStringList>("names");
    const auto row = [](const char* name, int column, const char* expression, const char* names) {
        QTest::newRow(name) << column << QString::fromLatin1(expression) << words(names);
    };
    row("contains, any case", 0, "AR", "cards");
    row("does not contain", 0, "!s", "");
    row("is", 0, "=limits", "limits");
    row("greater", 2, ">812", "cards accounts");
    row("at least", 2, ">= 812", "cards accounts limits");
    row("less; missing is not less", 2, "<100", "disputes");
    row("at most", 2, "<=12.4", "disputes");
    row("half typed", 2, ">", "");
    row("nothing", 0, "  ", "cards accounts notifications limits disputes");
}

void TestDataTable::filters()
{
    QFETCH(int, column);
    QFETCH(QString, expression);
    Fixture f;
    QSignalSpy changed(&f.table.filter(), &TableFilter::filterChanged);
    f.table.filter().setColumnFilter(column, expression);
    QTEST(namesOf(f.table.filter()), "names");
    f.table.filter().clear();
    QCOMPARE(f.table.filter().rowCount(), 5);
    QVERIFY(!changed.isEmpty());
    f.table.filter().setText(QStringLiteral("9f3c LIM"));
    QCOMPARE(namesOf(f.table.filter()), words("limits"));
}

void TestDataTable::filterIsAModel()
{
    Apis apis(five());
    TableFilter filter(roles);
    QAbstractItemModelTester tester(&filter, QAbstractItemModelTester::FailureReportingMode::QtTest);
    filter.setSourceModel(&apis);
    filter.sort(2, Qt::DescendingOrder);
    apis.setRate(3, 9000);
    QCOMPARE(namesOf(filter).front(), QStringLiteral("limits"));
    filter.setColumnFilter(2, QStringLiteral(">1000"));
    apis.setRate(3, 1);
    QCOMPARE(namesOf(filter), words("accounts cards"));
    filter.clear();
    filter.setText(QStringLiteral("4711"));
    QCOMPARE(filter.rowCount(), 0);
    apis.setRate(3, 4711);
    QCOMPARE(namesOf(filter), words("limits"));
}

void TestDataTable::keepsModelOrderUntilSorted()
{
    Fixture f;
    QCOMPARE(namesOf(f.table.filter()), words("cards accounts notifications limits disputes"));
}

void TestDataTable::sortReadsEachRowOnce()
{
    QList<Apis::Row> rows;
    for (int i = 0; i < 3000; ++i)
        rows.append({QStringLiteral("api-%1").arg(i), State::Good, double((i * 7919) % 3001), 0.5});
    Apis apis(rows);
    TableFilter filter(roles);
    filter.setSourceModel(&apis);
    apis.sortAsked = 0;
    filter.sort(2, Qt::DescendingOrder);
    QCOMPARE(apis.sortAsked, 3000);
    QCOMPARE(filter.index(0, 2).data(SortRole).toDouble(), 3000.0);
    // A changed row is read again, the others are not: a fleet changes row by row.
    apis.sortAsked = 0;
    apis.setRate(17, 99999);
    QCOMPARE(filter.index(0, 2).data(SortRole).toDouble(), 99999.0);
    QVERIFY2(apis.sortAsked < 10, qPrintable(QString::number(apis.sortAsked)));
}

void TestDataTable::paintAsksForVisibleRowsOnly()
{
    QList<Apis::Row> rows;
    for (int i = 0; i < 3000; ++i)
        rows.append({QStringLiteral("api-%1").arg(i), State::Good, double(i), 0.5});
    Apis apis(rows);
    DataTable table(roles);
    table.resize(700, 300);
    table.setSource(&apis, columns());
    table.show();
    (void)table.grab();
    apis.asked = 0;
    table.verticalScrollBar()->setValue(20000);
    (void)table.grab();
    // Ten rows of five cells with a handful of roles each; 3000 rows would be fifteen thousand at least.
    QVERIFY2(apis.asked < 2000, qPrintable(QString::number(apis.asked)));
    QVERIFY(apis.asked > 50);
}

void TestDataTable::sparklinesShareAScale()
{
    Fixture f;
    QCOMPARE(f.table.sparklineMaximum(1), 3940.0);
    f.table.filter().setColumnFilter(0, QStringLiteral("disputes"));
    QCOMPARE(f.table.sparklineMaximum(1), 3940.0);
    f.apis.setRate(4, 8000);
    QCOMPARE(f.table.sparklineMaximum(1), 8000.0);
}

void TestDataTable::sparklinePathHasGaps()
{
    const QPainterPath path = sparklinePath({0, 10, none, 5, 10, 20}, 10, QSizeF(80, 16));
    QList<QPainterPath::ElementType> types;
    for (int i = 0; i < path.elementCount(); ++i)
        types.append(path.elementAt(i).type);
    using enum QPainterPath::ElementType;
    QCOMPARE(types, QList({MoveToElement, LineToElement, MoveToElement, LineToElement, LineToElement}));
    QCOMPARE(path.elementAt(0).y, 16.0);
    QCOMPARE(path.elementAt(1).y, 0.0);
    QCOMPARE(path.elementAt(4).y, 0.0); // above the scale: cut, not drawn over the neighbour
}

void TestDataTable::opensAndPreviews()
{
    Fixture f;
    f.table.sortByColumn(2, Qt::DescendingOrder);
    QSignalSpy opened(&f.table, &DataTable::opened);
    QSignalSpy previewed(&f.table, &DataTable::previewed);
    f.table.selectSource(f.apis.index(3, 0));
    QCOMPARE(f.table.currentSource().row(), 3);
    QTest::keyClick(&f.table, Qt::Key_Return);
    QTest::keyClick(&f.table, Qt::Key_Space);
    QCOMPARE(opened.size(), 1);
    QCOMPARE(opened.at(0).at(0).toModelIndex().row(), 3);
    QCOMPARE(previewed.size(), 1);
    QTest::keyClick(&f.table, Qt::Key_Down);
    QCOMPARE(f.table.currentSource().row(), 4);
}

void TestDataTable::copiesAsText()
{
    Fixture f;
    f.table.selectRow(0);
    QTest::keyClick(&f.table, Qt::Key_C, Qt::ControlModifier);
    QCOMPARE(QGuiApplication::clipboard()->text(),
             QStringLiteral("API\tTraffic\tReq/s\tBudget left\tRuns\ncards\t\t2310\t\t9f3c1a2"));
}

void TestDataTable::linkIsClicked()
{
    Fixture f;
    QSignalSpy activated(&f.table, &DataTable::linkActivated);
    const auto click = [&](int column) {
        QTest::mouseClick(f.table.viewport(), Qt::LeftButton, {},
                          f.table.visualRect(f.table.model()->index(1, column)).center());
    };
    click(0);
    QCOMPARE(activated.size(), 0);
    click(4);
    QCOMPARE(activated.size(), 1);
    QCOMPARE(activated.at(0).at(0).toString(), QStringLiteral("9f3c1a2"));
}

void TestDataTable::remembersColumns()
{
    QTemporaryDir folder;
    const QString file = folder.filePath(QStringLiteral("settings.ini"));
    {
        QSettings settings(file, QSettings::IniFormat);
        Fixture f;
        f.table.remember(settings, QStringLiteral("fleet"));
        f.table.horizontalHeader()->moveSection(2, 1);
        f.table.setColumnWidth(0, 200);
        f.table.sortByColumn(2, Qt::DescendingOrder);
    }
    QSettings settings(file, QSettings::IniFormat);
    Fixture f;
    f.table.remember(settings, QStringLiteral("fleet"));
    QCOMPARE(f.table.horizontalHeader()->logicalIndex(1), 2);
    QCOMPARE(f.table.columnWidth(0), 200);
    QCOMPARE(namesOf(f.table.filter()).front(), QStringLiteral("accounts"));
    // Another table's state is not taken.
    settings.setValue(QStringLiteral("fleet/count"), 7);
    Fixture other;
    other.table.remember(settings, QStringLiteral("fleet"));
    QCOMPARE(other.table.columnWidth(0), 140);
}

void TestDataTable::firstColumnSticks()
{
    Fixture f;
    auto* sticky = f.table.findChild<StickyColumn*>();
    QVERIFY(sticky);
    QVERIFY(!sticky->isVisible());
    f.table.resize(300, 200);
    f.table.horizontalScrollBar()->setValue(120);
    QVERIFY(sticky->isVisible());
    QCOMPARE(sticky->geometry().left(), 0);
    QCOMPARE(sticky->indexAt(QPoint(20, 10)).data().toString(), QStringLiteral("cards"));
    f.table.horizontalScrollBar()->setValue(0);
    QVERIFY(!sticky->isVisible());
}

void TestDataTable::spareWidthGoesToWords()
{
    Fixture f;
    QCOMPARE(f.table.horizontalHeader()->length(), f.table.viewport()->width());
    QCOMPARE(f.table.columnWidth(2), 80);
    f.table.resize(900, 300);
    QCOMPARE(f.table.horizontalHeader()->length(), f.table.viewport()->width());
    f.table.resize(300, 300);
    QCOMPARE(f.table.columnWidth(4), 80);
}

void TestDataTable::paintsStates()
{
    Fixture f;
    f.table.clearSelection();
    f.table.setCurrentIndex({});
    const QImage image = f.table.viewport()->grab().toImage();
    const Colours& c = colours(f.table.palette());
    const auto has = [&](int row, int column, const QColor& colour) {
        const QRect cell = f.table.visualRect(f.table.model()->index(row, column));
        for (int y = cell.top(); y <= cell.bottom(); ++y) {
            for (int x = cell.left(); x <= cell.right(); ++x) {
                if (image.pixelColor(x, y) == colour)
                    return true;
            }
        }
        return false;
    };
    QVERIFY(has(0, 0, c.bad));
    QVERIFY(!has(1, 0, c.bad));
    QVERIFY(has(0, 3, c.bad));
    QVERIFY(has(1, 3, c.good));
    QVERIFY(!has(2, 3, c.good)); // unknown: an empty track
    QVERIFY(has(2, 3, c.line));
}

void TestDataTable::staleIsMuted()
{
    class Stale final : public QIdentityProxyModel
    {
    public:
        [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override
        {
            return role == FreshnessRole ? QVariant(1) : QIdentityProxyModel::data(index, role);
        }
    };
    Apis apis(five());
    Stale stale;
    stale.setSourceModel(&apis);
    DataTable table(roles);
    table.resize(700, 300);
    table.setSource(&stale, columns());
    table.show();
    const QRect cell = table.visualRect(table.model()->index(0, 3));
    const QImage image = table.viewport()->grab().toImage().copy(cell);
    const Colours& c = colours(table.palette());
    for (int y = 0; y < image.height(); ++y) {
        for (int x = 0; x < image.width(); ++x)
            QVERIFY(image.pixelColor(x, y) != c.bad);
    }
}

void TestDataTable::figuresAreNeverCut()
{
    // 3940 in a column too narrow for it must not be read as 39: what is painted is the same for any figure.
    const auto painted = [](double rate) {
        Apis apis({{QStringLiteral("cards"), State::Good, rate, 0.5}});
        DataTable table(roles);
        table.resize(700, 100);
        table.setSource(&apis, columns());
        table.setColumnWidth(2, 40);
        table.show();
        return table.viewport()->grab(table.visualRect(table.model()->index(0, 2))).toImage();
    };
    QCOMPARE(painted(3940), painted(3915));
    QVERIFY(painted(39) != painted(41));
}

QTEST_MAIN(TestDataTable)
#include "tst_data_table.moc"

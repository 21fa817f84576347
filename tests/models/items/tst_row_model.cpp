#include "models/items/row_model.h"

#include <QAbstractItemModelTester>
#include <QItemSelectionModel>
#include <QSignalSpy>
#include <QSortFilterProxyModel>
#include <QTest>

using namespace postern;

namespace {

struct Pair
{
    QString key;
    int value = 0;
    int other = 0;
};

class PairModel final : public RowModel<Pair>
{
public:
    void set(const QStringList& words)
    {
        std::vector<Pair> rows;
        for (const QString& word : words)
            rows.push_back({.key = word.section(QLatin1Char('='), 0, 0),
                            .value = word.section(QLatin1Char('='), 1, 1).toInt(),
                            .other = word.section(QLatin1Char('='), 2, 2).toInt()});
        setRows(std::move(rows));
    }
    int columnCount(const QModelIndex& parent = {}) const override { return parent.isValid() ? 0 : 3; }
    QVariant data(const QModelIndex& index, int role) const override
    {
        const Pair* pair = rowAt(index);
        if (!pair || role != Qt::DisplayRole)
            return {};
        return index.column() == 0 ? QVariant(pair->key) : index.column() == 1 ? pair->value : pair->other;
    }
    QStringList words() const
    {
        QStringList words;
        for (int row = 0; row < rowCount(); ++row)
            words.append(QStringLiteral("%1=%2").arg(index(row, 0).data().toString(),
                                                     index(row, 1).data().toString()));
        return words;
    }

protected:
    QString keyOf(const Pair& row) const override { return row.key; }
    bool sameCell(const Pair& before, const Pair& after, int column) const override
    {
        return column == 0 || (column == 1 ? before.value == after.value : before.other == after.other);
    }
};

QStringList words(const char* text)
{
    return QString::fromLatin1(text).split(QLatin1Char(' '), Qt::SkipEmptyParts);
}

} // namespace

class tst_RowModel : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void becomes_data();
    void becomes();
    void signalsAreFew_data();
    void signalsAreFew();
    void selectionSurvives();
    void randomChanges();
    void titles();
};

void tst_RowModel::becomes_data()
{
    QTest::addColumn<QStringList>("before");
    QTest::addColumn<QStringList>("after");
    const auto row = [](const char* name, const char* before, const char* after) {
        QTest::newRow(name) << words(before) << words(after);
    };
    row("filled", "", "a=1 b=2 c=3");
    row("emptied", "a=1 b=2 c=3", "");
    row("changed", "a=1 b=2 c=3", "a=1 b=9 c=3");
    row("in the middle", "a=1 c=3", "a=1 b=2 c=3");
    row("at both ends", "b=2", "a=1 b=2 c=3");
    row("removed runs", "a=1 b=2 c=3 d=4 e=5", "a=1 e=5");
    row("moved up", "a=1 b=2 c=3", "c=3 a=1 b=2");
    row("moved down", "a=1 b=2 c=3", "b=2 c=3 a=1");
    row("reversed", "a=1 b=2 c=3 d=4", "d=4 c=3 b=2 a=1");
    row("all at once", "a=1 b=2 c=3 d=4", "e=5 c=9 a=1 f=6");
    row("all others", "a=1 b=2", "c=3 d=4");
}

void tst_RowModel::becomes()
{
    QFETCH(QStringList, before);
    QFETCH(QStringList, after);
    PairModel model;
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    QSortFilterProxyModel sorted;
    sorted.setSourceModel(&model);
    sorted.sort(1, Qt::DescendingOrder);
    model.set(before);
    QCOMPARE(model.words(), before);
    model.set(after);
    QCOMPARE(model.words(), after);
    QCOMPARE(sorted.rowCount(), int(after.size()));
    for (int row = 1; row < sorted.rowCount(); ++row)
        QVERIFY(sorted.index(row - 1, 1).data().toInt() >= sorted.index(row, 1).data().toInt());
}

void tst_RowModel::signalsAreFew_data()
{
    QTest::addColumn<QStringList>("before");
    QTest::addColumn<QStringList>("after");
    QTest::addColumn<int>("changed");
    QTest::addColumn<int>("inserted");
    QTest::addColumn<int>("removed");
    QTest::newRow("nothing") << words("a=1 b=2") << words("a=1 b=2") << 0 << 0 << 0;
    QTest::newRow("one cell") << words("a=1 b=2") << words("a=1 b=3") << 1 << 0 << 0;
    QTest::newRow("a block") << words("a=1 b=2 c=3") << words("a=2 b=3 c=4") << 1 << 0 << 0;
    QTest::newRow("two blocks") << words("a=1 b=2 c=3") << words("a=2 b=2 c=4") << 2 << 0 << 0;
    QTest::newRow("different columns") << words("a=1 b=2=2") << words("a=2 b=2=3") << 2 << 0 << 0;
    QTest::newRow("filled") << words("") << words("a=1 b=2 c=3") << 0 << 1 << 0;
    QTest::newRow("two runs in") << words("m=1") << words("a=1 b=1 m=1 x=1 y=1") << 0 << 2 << 0;
    QTest::newRow("two runs out") << words("a=1 b=1 m=1 x=1 y=1") << words("m=1") << 0 << 0 << 2;
}

void tst_RowModel::signalsAreFew()
{
    QFETCH(QStringList, before);
    QFETCH(QStringList, after);
    PairModel model;
    model.set(before);
    QSignalSpy changed(&model, &QAbstractItemModel::dataChanged);
    QSignalSpy inserted(&model, &QAbstractItemModel::rowsInserted);
    QSignalSpy removed(&model, &QAbstractItemModel::rowsRemoved);
    QSignalSpy reset(&model, &QAbstractItemModel::modelReset);
    model.set(after);
    QTEST(int(changed.size()), "changed");
    QTEST(int(inserted.size()), "inserted");
    QTEST(int(removed.size()), "removed");
    QCOMPARE(reset.size(), 0);
    for (const QList<QVariant>& signal : changed)
        QVERIFY(signal[0].toModelIndex().column() >= 1); // the key's column never changes
}

void tst_RowModel::selectionSurvives()
{
    PairModel model;
    model.set(words("a=1 b=2 c=3 d=4"));
    QItemSelectionModel selection(&model);
    selection.select(model.index(2, 0), QItemSelectionModel::Select | QItemSelectionModel::Rows);
    const QPersistentModelIndex c = model.index(2, 0);
    model.set(words("x=0 d=4 c=7"));
    QCOMPARE(c.data().toString(), QStringLiteral("c"));
    QCOMPARE(c.row(), 2);
    QCOMPARE(selection.selectedRows().size(), 1);
    QCOMPARE(selection.selectedRows().front().data().toString(), QStringLiteral("c"));
    model.set(words("x=0 d=4"));
    QVERIFY(!c.isValid());
    QVERIFY(selection.selectedRows().isEmpty());
}

void tst_RowModel::randomChanges()
{
    PairModel model;
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    quint32 state = 42; // the same walk each time
    const auto next = [&state](quint32 bound) {
        state = state * 1664525 + 1013904223;
        return (state >> 8) % bound;
    };
    for (int round = 0; round < 300; ++round) {
        QStringList wanted;
        QStringList keys;
        for (char key = 'a'; key <= 'p'; ++key)
            keys.append(QString(QLatin1Char(key)));
        const quint32 count = next(17);
        for (quint32 i = 0; i < count; ++i)
            wanted.append(keys.takeAt(next(quint32(keys.size()))) + QStringLiteral("=%1").arg(next(3)));
        model.set(wanted);
        QCOMPARE(model.words(), wanted);
    }
}

void tst_RowModel::titles()
{
    PairModel model;
    QSignalSpy changed(&model, &QAbstractItemModel::headerDataChanged);
    QVERIFY(!model.headerData(1, Qt::Horizontal).isValid()); // words come from the page
    QVERIFY(model.setHeaderData(1, Qt::Horizontal, QStringLiteral("Req/s")));
    QCOMPARE(model.headerData(1, Qt::Horizontal).toString(), QStringLiteral("Req/s"));
    QVERIFY(model.setHeaderData(1, Qt::Horizontal, QStringLiteral("per second"), Qt::ToolTipRole));
    QCOMPARE(model.headerData(1, Qt::Horizontal, Qt::ToolTipRole).toString(), QStringLiteral("per second"));
    QCOMPARE(changed.size(), 2);
    QVERIFY(!model.setHeaderData(3, Qt::Horizontal, QStringLiteral("beyond")));
    QVERIFY(!model.setHeaderData(0, Qt::Vertical, QStringLiteral("rows have none")));
}

QTEST_GUILESS_MAIN(tst_RowModel)
#include "tst_row_model.moc"

#include "widgets/table/column_fit.h"

#include <QTest>

using namespace postern;

class tst_ColumnFit : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void fits_data();
    void fits();
};

void tst_ColumnFit::fits_data()
{
    QTest::addColumn<QList<int>>("given");
    QTest::addColumn<QList<int>>("needs");
    QTest::addColumn<int>("room");
    QTest::addColumn<QList<int>>("widths");
    QTest::newRow("nothing") << QList<int>{} << QList<int>{} << 100 << QList<int>{};
    QTest::newRow("all fit") << QList<int>{50, 50} << QList<int>{40, 30} << 100 << QList<int>{40, 30};
    QTest::newRow("one gives, one takes")
        << QList<int>{50, 50} << QList<int>{80, 20} << 100 << QList<int>{80, 20};
    QTest::newRow("from the left") << QList<int>{50, 50, 50} << QList<int>{80, 80, 20} << 150
                                   << QList<int>{80, 50, 20};
    QTest::newRow("not enough") << QList<int>{50, 50} << QList<int>{80, 80} << 90 << QList<int>{50, 50};
    QTest::newRow("more room than fair")
        << QList<int>{50, 50} << QList<int>{80, 90} << 200 << QList<int>{80, 90};
}

void tst_ColumnFit::fits()
{
    QFETCH(QList<int>, given);
    QFETCH(QList<int>, needs);
    QFETCH(int, room);
    QList<ColumnWish> wishes;
    for (qsizetype at = 0; at < given.size(); ++at)
        wishes.append({given[at], needs[at]});
    QTEST(fitColumns(wishes, room), "widths");
}

QTEST_GUILESS_MAIN(tst_ColumnFit)
#include "tst_column_fit.moc"

#include "models/base/quantity.h"

#include <QTest>

#include <limits>

using namespace postern;

class tst_Quantity : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void scaled_data();
    void scaled();
    void plain_data();
    void plain();
    void errorPercent_data();
    void errorPercent();
    void goodPercent_data();
    void goodPercent();
    void sharePercent_data();
    void sharePercent();
    void multiple_data();
    void multiple();
    void duration_data();
    void duration();
    void otherUnits();
    void notFinite();
};

namespace {

void row(const char* text, double value) { QTest::newRow(text) << value << QString::fromLatin1(text); }

void columns()
{
    QTest::addColumn<double>("value");
    QTest::addColumn<QString>("text");
}

} // namespace

void tst_Quantity::scaled_data()
{
    columns();
    row("0", 0.0);
    row("3.1", 3.1);
    row("12.4", 12.4);
    row("98.2", 98.24);
    row("812", 812.4);
    row("1.00 k", 999.6); // three figures of 999.6 are 1000: the magnitude follows
    row("1.24 k", 1240.0);
    row("2.31 k", 2314.9);
    row("12.3 k", 12'345.0);
    row("123 k", 123'456.0);
    row("4.83 M", 4'832'100.0);
    row("1.00 M", 999'999.0);
    row("7.00 G", 7e9);
    row("0.42", 0.42);
    row("0.123", 0.12345);
    row("-1.24 k", -1240.0);
}

void tst_Quantity::scaled()
{
    QFETCH(double, value);
    QTEST(quantity::scaled(value), "text");
}

void tst_Quantity::plain_data()
{
    columns();
    row("9", 9.0);
    row("38.2", 38.2);
    row("184", 184.3);
    row("1,120", 1120.0);
    row("12,345", 12'345.4);
    row("999,999", 999'999.0);
    row("1.20 M", 1'200'000.0);
    row("0.002", 0.0021);
    row("-1,120", -1120.0);
    row("-120", -120.0);
}

void tst_Quantity::plain()
{
    QFETCH(double, value);
    QTEST(quantity::plain(value), "text");
}

void tst_Quantity::errorPercent_data()
{
    columns();
    row("0.000", 0.0);
    row("0.482", 0.00482);
    row("0.021", 0.00021);
    row("48.2", 0.482);
    row("100", 1.0);
    row("9.999", 0.09999);
}

void tst_Quantity::errorPercent()
{
    QFETCH(double, value);
    QTEST(quantity::errorPercent(value), "text");
}

void tst_Quantity::goodPercent_data()
{
    columns();
    row("100", 1.0);
    row("99.987", 0.99987);
    row("99.99", 0.9999);
    row("99.64", 0.9964);
    row("64", 0.64);
    row("0", 0.0);
    row("99.999912", 0.99999912); // what is missing has figures of its own, and is never rounded away
}

void tst_Quantity::goodPercent()
{
    QFETCH(double, value);
    QTEST(quantity::goodPercent(value), "text");
}

void tst_Quantity::sharePercent_data()
{
    columns();
    row("12", 0.12);
    row("100", 1.0);
    row(">99", 0.9999);
    row("<1", 0.0001);
    row("0", 0.0);
    row("-240", -2.4);
    row("99", 0.994);
}

void tst_Quantity::sharePercent()
{
    QFETCH(double, value);
    QTEST(quantity::sharePercent(value), "text");
}

void tst_Quantity::multiple_data()
{
    columns();
    row("48.2", 48.2);
    row("0.2", 0.2);
    row("0", 0.0);
    row("1,440", 1440.0);
    row("14.4", 14.4);
    row("0", 0.04);
}

void tst_Quantity::multiple()
{
    QFETCH(double, value);
    QTEST(quantity::multiple(value), "text");
}

void tst_Quantity::duration_data()
{
    QTest::addColumn<int>("seconds");
    QTest::addColumn<QString>("text");
    QTest::newRow("nothing") << 0 << QStringLiteral("0 s");
    QTest::newRow("before now") << -5 << QStringLiteral("0 s");
    QTest::newRow("seconds") << 40 << QStringLiteral("40 s");
    QTest::newRow("minutes") << 200 << QStringLiteral("3 min 20 s");
    QTest::newRow("hours") << 6420 << QStringLiteral("1 h 47 min");
    QTest::newRow("whole hours") << 7200 << QStringLiteral("2 h");
    QTest::newRow("hours without minutes") << 7230 << QStringLiteral("2 h");
    QTest::newRow("days") << 446'400 << QStringLiteral("5 d 4 h");
}

void tst_Quantity::duration()
{
    QFETCH(int, seconds);
    QTEST(quantity::duration(std::chrono::seconds(seconds)), "text");
}

void tst_Quantity::otherUnits()
{
    QCOMPARE(quantity::milliseconds(0.0382), QStringLiteral("38.2"));
    QCOMPARE(quantity::milliseconds(1.12), QStringLiteral("1,120"));
    QCOMPARE(quantity::mebibytes(41.0 * 1024 * 1024), QStringLiteral("41"));
}

void tst_Quantity::notFinite()
{
    for (const double value :
         {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
        QCOMPARE(quantity::scaled(value), QString());
        QCOMPARE(quantity::plain(value), QString());
        QCOMPARE(quantity::errorPercent(value), QString());
        QCOMPARE(quantity::goodPercent(value), QString());
        QCOMPARE(quantity::sharePercent(value), QString());
        QCOMPARE(quantity::multiple(value), QString());
    }
}

QTEST_GUILESS_MAIN(tst_Quantity)
#include "tst_quantity.moc"

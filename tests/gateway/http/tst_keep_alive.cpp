#include "gateway/http/headers.h"
#include "gateway/http/keep_alive.h"

#include <QTest>

using namespace postern;

class TestKeepAlive : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void timeout_data();
    void timeout();
};

void TestKeepAlive::timeout_data()
{
    QTest::addColumn<QByteArray>("value");
    QTest::addColumn<int>("seconds"); // -1: it does not say
    QTest::addRow("timeout") << QByteArray("timeout=5") << 5;
    QTest::addRow("among others") << QByteArray("max=100 ,\ttimeout=15") << 15;
    QTest::addRow("capitals") << QByteArray("Timeout=20") << 20;
    QTest::addRow("none at all") << QByteArray("timeout=0") << 0;
    QTest::addRow("far away") << QByteArray("timeout=2000000000") << 86400;
    for (const char* bad : {"", "timeout", "timeout=", "timeout=x", "timeout=5s", "timeout=-1",
                            "timeout=99999999999", "max=100", ",,", "xtimeout=5"})
        QTest::addRow("%s", bad) << QByteArray(bad) << -1;
}

void TestKeepAlive::timeout()
{
    QFETCH(QByteArray, value);
    QFETCH(int, seconds);
    Headers headers;
    headers.add("Keep-Alive", std::string_view(value.constData(), std::size_t(value.size())),
                HeaderId::KeepAlive);
    const auto found = keepAliveTimeout(headers);
    QCOMPARE(found ? int(found->count()) : -1, seconds);
}

QTEST_GUILESS_MAIN(TestKeepAlive)

#include "tst_keep_alive.moc"

#include "gateway/tls/ticket_keys.h"
#include "tests/support/fake_clock.h"

#include <QTest>

#include <thread>

using namespace postern;
using namespace postern::test;
using namespace std::chrono_literals;

namespace {

std::string nameOf(const TicketKeys::Key& key)
{
    return {reinterpret_cast<const char*>(key.name.data()), key.name.size()};
}

} // namespace

class TestTicketKeys : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void turnsByTheHour();
    void forgetsWhenTurned();
    void isHandedOver();
    void refusesWhatIsNone_data();
    void refusesWhatIsNone();
    void isSharedByThreads();

private:
    FakeClock m_clock;
};

void TestTicketKeys::turnsByTheHour()
{
    TicketKeys keys(m_clock);
    const std::string first = nameOf(*keys.sealing());
    m_clock.advance(59min);
    QCOMPARE(nameOf(*keys.sealing()), first);
    m_clock.advance(1min);
    QVERIFY(nameOf(*keys.sealing()) != first);
    QVERIFY(keys.opening(first));
    m_clock.advance(2h - 1s);
    QVERIFY(keys.opening(first));
    m_clock.advance(1s);
    QVERIFY(!keys.opening(first));
    QVERIFY(!keys.opening("no such key"));
}

void TestTicketKeys::forgetsWhenTurned()
{
    TicketKeys keys(m_clock);
    const auto held = keys.sealing();
    keys.turn();
    QVERIFY(!keys.opening(nameOf(*held)));
    QVERIFY(nameOf(*keys.sealing()) != nameOf(*held));
    QCOMPARE(nameOf(*held).size(), std::size_t{16}); // who holds it holds it
}

void TestTicketKeys::isHandedOver()
{
    TicketKeys keys(m_clock);
    QVERIFY(keys.serialised().empty());
    const std::string first = nameOf(*keys.sealing());
    m_clock.advance(1h);
    const std::string second = nameOf(*keys.sealing());
    TicketKeys successor(m_clock);
    const std::string own = nameOf(*successor.sealing());
    QVERIFY(successor.adopt(keys.serialised()));
    QCOMPARE(nameOf(*successor.sealing()), second); // both seal with the same one, meanwhile
    QVERIFY(successor.opening(first) && successor.opening(own));
    QVERIFY(successor.opening(second)->cipher == keys.sealing()->cipher);
    QVERIFY(successor.adopt({}));
    QCOMPARE(nameOf(*successor.sealing()), second);
}

void TestTicketKeys::refusesWhatIsNone_data()
{
    TicketKeys keys(m_clock);
    (void)keys.sealing();
    const SecretText text = keys.serialised();
    const QByteArray good(text.data(), qsizetype(text.size()));
    QTest::addColumn<QByteArray>("text");
    QTest::newRow("another version") << QByteArray(good).replace("-1\n", "-2\n");
    QTest::newRow("cut") << good.chopped(1);
    QTest::newRow("longer") << good + 'x';
    QTest::newRow("garbage") << QByteArray("garbage");
    QTest::newRow("too many") << good + good.mid(good.indexOf('\n') + 1).repeated(8);
}

void TestTicketKeys::refusesWhatIsNone()
{
    QFETCH(QByteArray, text);
    TicketKeys keys(m_clock);
    const std::string own = nameOf(*keys.sealing());
    QVERIFY(!keys.adopt(text.toStdString()));
    QCOMPARE(nameOf(*keys.sealing()), own);
}

void TestTicketKeys::isSharedByThreads()
{
    TicketKeys keys(m_clock);
    std::vector<std::thread> threads;
    std::atomic<int> opened = 0;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&] {
            for (int turn = 0; turn < 500; ++turn) {
                const auto key = keys.sealing();
                opened += keys.opening(nameOf(*key)) ? 1 : 0;
            }
        });
    }
    for (int i = 0; i < 20; ++i)
        m_clock.advance(30min);
    for (std::thread& thread : threads)
        thread.join();
    QVERIFY(opened > 0);
}

QTEST_GUILESS_MAIN(TestTicketKeys)
#include "tst_ticket_keys.moc"

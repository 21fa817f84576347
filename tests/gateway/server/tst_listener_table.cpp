#include "gateway/server/listener_table.h"
#include "gateway/server/worker.h"
#include "gateway/telemetry/telemetry.h"
#include "models/base/clock.h"
#include "models/document/effective_document.h"

#include <QTest>

#include <fcntl.h>
#include <sys/resource.h>

using namespace postern;

namespace {

constexpr std::size_t kWorkers = 2;

/// `main` on a free port, and others as they are named.
EffectiveDocument document(const QStringList& addresses)
{
    EffectiveDocument result;
    for (const QString& address : addresses) {
        Listener listener;
        listener.name = QStringLiteral("l%1").arg(result.api.spec.listeners.size());
        listener.address = address;
        result.api.spec.listeners.push_back(listener);
    }
    return result;
}

/// While it lives this process gets \a count descriptors and no more.
class FewDescriptors
{
public:
    explicit FewDescriptors(std::size_t count)
    {
        std::vector<FileDescriptor> next; // the numbers that would be given out
        for (std::size_t i = 0; i < count + 1; ++i)
            next.emplace_back(::open("/dev/null", O_RDONLY | O_CLOEXEC));
        ::getrlimit(RLIMIT_NOFILE, &m_before);
        rlimit few = m_before;
        few.rlim_cur = static_cast<rlim_t>(next.back().fd());
        ::setrlimit(RLIMIT_NOFILE, &few);
    }
    ~FewDescriptors() { ::setrlimit(RLIMIT_NOFILE, &m_before); }
    FewDescriptors(const FewDescriptors&) = delete;
    FewDescriptors& operator=(const FewDescriptors&) = delete;

private:
    rlimit m_before{};
};

} // namespace

class TestListenerTable : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init();
    void cleanup() { m_workers.clear(); }
    void opensAllOrNothing_data();
    void opensAllOrNothing();

private:
    const SystemClock m_clock;
    std::unique_ptr<Telemetry> m_telemetry;
    ListenerTable::Workers m_workers;
};

void TestListenerTable::init()
{
    m_telemetry = std::make_unique<Telemetry>();
    for (std::size_t i = 0; i < kWorkers; ++i)
        m_workers.push_back(std::move(*Worker::start(i, kWorkers, 100, m_clock, m_telemetry->addWorker())));
}

void TestListenerTable::opensAllOrNothing_data()
{
    QTest::addColumn<QStringList>("changed");
    QTest::addColumn<int>("needed"); // descriptors: a socket a worker, and the worker's duplicate
    const QString other = QStringLiteral("127.0.0.1:0");
    QTest::newRow("another address") << QStringList{QStringLiteral("127.0.0.2:0")} << 4;
    QTest::newRow("one more") << QStringList{other, other} << 4;
    QTest::newRow("both") << QStringList{QStringLiteral("127.0.0.2:0"), other} << 8;
}

void TestListenerTable::opensAllOrNothing()
{
#ifdef __SANITIZE_ADDRESS__
    QSKIP("UBSan makes a pipe to look at an object, and takes it for a broken one without descriptors");
#endif
    QFETCH(QStringList, changed);
    QFETCH(int, needed);
    ListenerTable table({});
    const auto ignored = [](const EventLine&) {};
    auto first = table.plan(document({QStringLiteral("127.0.0.1:0")}), kWorkers);
    QVERIFY(first && table.commit(std::move(*first), m_workers, ignored));
    const SocketAddress before = table.duplicates()->front().bound;
    for (int count = 0;; ++count) {
        const FewDescriptors few(static_cast<std::size_t>(count));
        auto plan = table.plan(document(changed), kWorkers);
        if (plan) {
            // Configuration and listeners have changed for good now.
            const auto committed = table.commit(std::move(*plan), m_workers, ignored);
            QVERIFY2(committed, committed ? "" : qPrintable(committed.error().text()));
            QCOMPARE(count, needed);
            break;
        }
        QVERIFY2(plan.error().text().contains(u"open files"), qPrintable(plan.error().text()));
    }
    const auto after = table.duplicates();
    QVERIFY(after);
    QCOMPARE(after->size(), static_cast<std::size_t>(changed.size()));
    QCOMPARE(after->front().bound == before, changed.front() == u"127.0.0.1:0");
}

QTEST_GUILESS_MAIN(TestListenerTable)
#include "tst_listener_table.moc"

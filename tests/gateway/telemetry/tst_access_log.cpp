#include "gateway/telemetry/access_log.h"
#include "gateway/telemetry/json_text.h"
#include "gateway/telemetry/metrics_layout.h"

#include <QElapsedTimer>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTemporaryFile>
#include <QTest>

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <thread>

using namespace postern;
using namespace std::chrono_literals;

namespace {

MetricsLayout smallLayout()
{
    MetricsLayout layout;
    layout.api = "payments/accounts";
    layout.hash = "0011";
    layout.routes = {{"read",
                      {{"callers", "jwt", "enforce"},
                       {"fair-use", "rateLimit", "shadow"},
                       {"check", "authorize", "enforce"}},
                      true}};
    layout.upstreams = {{"app", nullptr}};
    return layout;
}

const AccessLogTexts& smallTexts()
{
    static const MetricsLayout layout = smallLayout();
    static const AccessLogTexts texts(layout);
    return texts;
}

RequestRecord fullRecord(std::span<const PolicyOutcome> policies)
{
    RequestRecord record;
    record.time = Clock::Wall(1767225600042ms);
    record.duration = 12345678ns;
    record.route = 0;
    record.method = "GET";
    record.path = "/v1/accounts/7?token=secret";
    record.code = 200;
    record.bytesIn = 10;
    record.bytesOut = 2000;
    record.upstream = 0;
    record.endpoint = "127.0.0.1:9000";
    record.upstreamDuration = 9876us;
    record.requestId = "r-1";
    record.caller = "ana";
    record.policies = policies;
    return record;
}

QByteArray lineOf(const RequestRecord& record)
{
    std::string line;
    TimeStamp time;
    appendAccessLogLine(line, record, smallTexts(), time.text(record.time));
    return QByteArray::fromStdString(line);
}

/// A pipe whose ends close themselves.
struct Pipe
{
    Pipe() { [[maybe_unused]] const int made = ::pipe2(ends, O_CLOEXEC); }
    ~Pipe()
    {
        closeEnd(0);
        closeEnd(1);
    }
    void closeEnd(int end)
    {
        if (ends[end] >= 0)
            ::close(std::exchange(ends[end], -1));
    }
    int ends[2] = {-1, -1};
};

/// Reads \a fd to its end.
QByteArray readAll(int fd)
{
    QByteArray all;
    char buffer[65536];
    ssize_t got = 0;
    while ((got = ::read(fd, buffer, sizeof buffer)) > 0)
        all.append(buffer, static_cast<qsizetype>(got));
    return all;
}

qsizetype completeLines(const QByteArray& text)
{
    qsizetype lines = 0;
    for (const QByteArray& line : text.split('\n'))
        lines += QJsonDocument::fromJson(line).isObject();
    return lines;
}

} // namespace

class TestAccessLog : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void tellsEverything();
    void leavesOutWhatIsNotKnown();
    void keepsHostileTextInItsPlace_data();
    void keepsHostileTextInItsPlace();
    void boundsALine();
    void writesToAFile();
    void writesSoon();
    void keepsTheOrderOfManyWorkers();
    void dropsAndCountsWhenNobodyReads();
    void endsInTimeThoughNobodyReads();
    void countsWhatAClosedPipeLost();
    void countsWhatAFullDiskLost();
    void countsWithoutADescriptor();
    void writesToASocket();
};

void TestAccessLog::tellsEverything()
{
    const std::array outcomes{PolicyOutcome{0, PolicyOutcome::Kind::Allow},
                              PolicyOutcome{1, PolicyOutcome::Kind::Deny},
                              PolicyOutcome{2, PolicyOutcome::Kind::Error}};
    QCOMPARE(
        lineOf(fullRecord(outcomes)),
        QByteArray(
            R"({"time":"2026-01-01T00:00:00.042Z","request_id":"r-1","api":"payments/accounts","route":"read",)"
            R"("method":"GET","path":"/v1/accounts/7","code":200,"bytes_in":10,"bytes_out":2000,)"
            R"("duration_ms":12.345,"upstream":"app","endpoint":"127.0.0.1:9000","upstream_ms":9.876,)"
            R"("caller":"ana","decisions":{"fair-use":"shadow-deny","check":"error"},"ended":"complete",)"
            R"("hash":"0011"})"
            "\n"));
}

void TestAccessLog::leavesOutWhatIsNotKnown()
{
    RequestRecord record;
    record.time = Clock::Wall(1767225600000ms);
    record.code = 400;
    record.refusal = "host-missing";
    record.listener = "main";
    QCOMPARE(
        lineOf(record),
        QByteArray(
            R"({"time":"2026-01-01T00:00:00.000Z","api":"payments/accounts","listener":"main","code":400,)"
            R"("bytes_in":0,"bytes_out":0,"duration_ms":0.000,"ended":"refused","reason":"host-missing",)"
            R"("hash":"0011"})"
            "\n"));
}

void TestAccessLog::keepsHostileTextInItsPlace_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QString>("read");
    QTest::newRow("quote") << QByteArray("a\",\"code\":200") << QStringLiteral("a\",\"code\":200");
    QTest::newRow("line ends") << QByteArray("a\r\nb\tc") << QStringLiteral("a\r\nb\tc");
    QTest::newRow("backslash") << QByteArray("\\u0041\\") << QStringLiteral("\\u0041\\");
    QTest::newRow("NUL and DEL") << QByteArray("a\0b\x7f", 4) << QString::fromUtf8("a\0b\x7f", 4);
    QTest::newRow("UTF-8") << QByteArray("Łódź €𝄞") << QString::fromUtf8("Łódź €𝄞");
    QTest::newRow("broken UTF-8") << QByteArray("a\xff\xc3")
                                  << QString::fromUtf8("a\xef\xbf\xbd\xef\xbf\xbd");
    QTest::newRow("overlong") << QByteArray("\xc0\xaf|\xe0\x80\xaf|\xf0\x80\x80\xaf")
                              << QString::fromUtf8("??|???|????").replace(QLatin1Char('?'), QChar(0xfffd));
    QTest::newRow("surrogate") << QByteArray("\xed\xa0\x80") << QString(3, QChar(0xfffd));
    QTest::newRow("beyond Unicode") << QByteArray("\xf4\x90\x80\x80") << QString(4, QChar(0xfffd));
    QTest::newRow("largest") << QByteArray("\xf4\x8f\xbf\xbf") << QString::fromUtf8("\xf4\x8f\xbf\xbf");
}

void TestAccessLog::keepsHostileTextInItsPlace()
{
    QFETCH(QByteArray, text);
    QFETCH(QString, read);
    RequestRecord record;
    record.caller = std::string_view(text.constData(), static_cast<std::size_t>(text.size()));
    const QByteArray line = lineOf(record);
    QCOMPARE(line.count('\n'), 1);
    QCOMPARE(QJsonDocument::fromJson(line).object().value(QLatin1String("caller")).toString(), read);
}

void TestAccessLog::boundsALine()
{
    const std::string huge(1'000'000, '\x01');
    RequestRecord record;
    record.path = record.method = record.caller = record.requestId = record.traceId = record.endpoint = huge;
    const QByteArray line = lineOf(record);
    QVERIFY(line.size() < 100'000);
    QVERIFY(QJsonDocument::fromJson(line).isObject());
}

void TestAccessLog::writesToAFile()
{
    QTemporaryFile file;
    QVERIFY(file.open());
    file.write("before\n");
    QVERIFY(file.flush());
    {
        AccessLog log({.fd = file.handle()});
        AccessLogQueue& queue = log.addQueue();
        for (int i = 0; i < 500; ++i)
            queue.write(fullRecord({}), smallTexts());
        log.finish(10s);
        QCOMPARE(log.dropped(), 0U);
    }
    QVERIFY(file.seek(0));
    const QByteArray all = file.readAll();
    QVERIFY(all.startsWith("before\n{"));
    QCOMPARE(completeLines(all), 500);
}

void TestAccessLog::writesSoon()
{
    Pipe pipe;
    AccessLog log({.fd = pipe.ends[1]});
    log.addQueue().write(fullRecord({}), smallTexts());
    char buffer[1024];
    const ssize_t got = ::read(pipe.ends[0], buffer, sizeof buffer); // without finish(): would wait for ever
    QVERIFY(got > 0);
    QCOMPARE(completeLines(QByteArray(buffer, static_cast<qsizetype>(got))), 1);
}

void TestAccessLog::keepsTheOrderOfManyWorkers()
{
    Pipe pipe;
    QByteArray all;
    std::thread reader([&] { all = readAll(pipe.ends[0]); });
    {
        AccessLog log({.fd = pipe.ends[1], .queueBytes = 4 * 1024 * 1024});
        std::vector<std::thread> workers;
        for (int worker = 0; worker < 4; ++worker) {
            workers.emplace_back([worker, &queue = log.addQueue()] {
                const std::string name = std::to_string(worker);
                const AccessLogTexts& texts = smallTexts();
                for (int i = 0; i < 5000; ++i) {
                    RequestRecord record = fullRecord({});
                    record.caller = name;
                    record.bytesIn = static_cast<std::uint64_t>(i);
                    queue.write(record, texts);
                }
            });
        }
        for (std::thread& worker : workers)
            worker.join();
        log.finish(30s);
        QCOMPARE(log.dropped(), 0U);
    }
    pipe.closeEnd(1);
    reader.join();
    std::array<int, 4> next{};
    for (const QByteArray& line : all.split('\n')) {
        if (line.isEmpty())
            continue;
        const QJsonObject object = QJsonDocument::fromJson(line).object();
        int& expected = next[object.value(QLatin1String("caller")).toString().toUInt()];
        QCOMPARE(object.value(QLatin1String("bytes_in")).toInt(), expected);
        ++expected;
    }
    QCOMPARE(next, (std::array<int, 4>{5000, 5000, 5000, 5000}));
}

void TestAccessLog::dropsAndCountsWhenNobodyReads()
{
    Pipe pipe;
    constexpr qsizetype lines = 20000; // far more than pipe and ring hold
    AccessLog log({.fd = pipe.ends[1], .queueBytes = 64 * 1024});
    AccessLogQueue& queue = log.addQueue();
    const AccessLogTexts& texts = smallTexts();
    for (qsizetype i = 0; i < lines; ++i)
        queue.write(fullRecord({}), texts); // returns although nobody reads
    QVERIFY(log.dropped() > 0);
    // The reader is back: what was kept arrives whole, and with what was dropped it makes everything.
    QByteArray all;
    std::thread reader([&] { all = readAll(pipe.ends[0]); });
    log.finish(30s);
    pipe.closeEnd(1);
    reader.join();
    QCOMPARE(completeLines(all) + static_cast<qsizetype>(log.dropped()), lines);
    QCOMPARE(completeLines(all), all.count('\n'));
}

void TestAccessLog::endsInTimeThoughNobodyReads()
{
    Pipe pipe;
    AccessLog log({.fd = pipe.ends[1], .queueBytes = 256 * 1024});
    AccessLogQueue& queue = log.addQueue();
    const AccessLogTexts& texts = smallTexts();
    for (int i = 0; i < 2000; ++i)
        queue.write(fullRecord({}), texts);
    QElapsedTimer timer;
    timer.start();
    log.finish(100ms);
    QVERIFY(timer.elapsed() < 5000);
    pipe.closeEnd(1);
    const QByteArray all = readAll(pipe.ends[0]);
    QCOMPARE(completeLines(all) + static_cast<qsizetype>(log.dropped()), 2000);
}

void TestAccessLog::countsWhatAClosedPipeLost()
{
    Pipe pipe;
    pipe.closeEnd(0);
    AccessLog log({.fd = pipe.ends[1]});
    AccessLogQueue& queue = log.addQueue();
    for (int i = 0; i < 10; ++i)
        queue.write(fullRecord({}), smallTexts());
    log.finish(10s); // SIGPIPE would have ended the test
    QCOMPARE(log.dropped(), 10U);
}

void TestAccessLog::countsWhatAFullDiskLost()
{
    const int full = ::open("/dev/full", O_WRONLY | O_CLOEXEC);
    QVERIFY(full >= 0);
    {
        AccessLog log({.fd = full});
        AccessLogQueue& queue = log.addQueue();
        for (int i = 0; i < 10; ++i)
            queue.write(fullRecord({}), smallTexts());
        log.finish(10s);
        QCOMPARE(log.dropped(), 10U);
    }
    ::close(full);
}

void TestAccessLog::countsWithoutADescriptor()
{
    AccessLog log({.fd = -1});
    log.addQueue().write(fullRecord({}), smallTexts());
    log.finish(10s);
    QCOMPARE(log.dropped(), 1U);
}

void TestAccessLog::writesToASocket()
{
    int ends[2];
    QCOMPARE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    QByteArray all;
    std::thread reader([&] { all = readAll(ends[1]); });
    {
        AccessLog log({.fd = ends[0], .queueBytes = 4 * 1024 * 1024});
        AccessLogQueue& queue = log.addQueue();
        for (int i = 0; i < 3000; ++i)
            queue.write(fullRecord({}), smallTexts());
        log.finish(30s);
        QCOMPARE(log.dropped(), 0U);
    }
    ::close(ends[0]);
    reader.join();
    ::close(ends[1]);
    QCOMPARE(completeLines(all), 3000);
}

QTEST_GUILESS_MAIN(TestAccessLog)
#include "tst_access_log.moc"

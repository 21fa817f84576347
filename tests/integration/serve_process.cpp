#include "tests/integration/serve_process.h"

#include "tests/support/child_of_test.h"
#include "tests/support/raw_client.h"

#include <QDir>
#include <QElapsedTimer>
#include <QJsonDocument>
#include <QTest>

#include <csignal>
#include <cstdio>

namespace postern::test {

namespace {

constexpr int patience = 60'000; // ms; only a broken program takes so long

quint16 portOf(const QJsonObject& event)
{
    return event.value(QLatin1String("address")).toString().section(u':', -1).toUShort();
}

} // namespace

ServeProcess::ServeProcess()
{
    QDir().mkdir(folder());
    // Another build's, for a soak or under a sanitizer.
    m_process.setProgram(
        qEnvironmentVariable("POSTERN_GATEWAY", QStringLiteral(POSTERN_BINARY_DIR "/bin/postern-gateway")));
    endsWithTest(m_process);
}

ServeProcess::~ServeProcess()
{
    if (m_process.state() == QProcess::NotRunning)
        return;
    m_process.kill();
    m_process.waitForFinished();
}

void ServeProcess::configure(const QMap<QString, QByteArray>& files)
{
    const QDir root(folder());
    const QString dated = QStringLiteral("..version_%1").arg(++m_version);
    root.mkdir(dated);
    for (auto file = files.begin(); file != files.end(); ++file) {
        QFile out(root.filePath(dated + u'/' + file.key()));
        if (!out.open(QIODevice::WriteOnly) || out.write(file.value()) != file.value().size())
            qFatal("%s can not be written", qPrintable(out.fileName()));
    }
    const QString data = root.filePath(QStringLiteral("..data"));
    QFile::link(dated, data + QStringLiteral("_tmp"));
    std::rename(QFile::encodeName(data + QStringLiteral("_tmp")).constData(),
                QFile::encodeName(data).constData());
    for (auto file = files.begin(); file != files.end(); ++file)
        QFile::link(QStringLiteral("..data/") + file.key(), root.filePath(file.key()));
    QDir(root.filePath(QStringLiteral("..version_%1").arg(m_version - 1))).removeRecursively();
}

bool ServeProcess::start(const QStringList& extra)
{
    m_process.setArguments(QStringList{QStringLiteral("serve"), QStringLiteral("--config"), folder(),
                                       QStringLiteral("--admin"), QStringLiteral("127.0.0.1:0"),
                                       QStringLiteral("--workers"), QString::number(m_workers)} +
                           extra);
    m_process.start();
    for (;;) {
        const QJsonObject event = waitForEvent(QStringLiteral("listening"));
        if (event.isEmpty())
            return false;
        if (event.value(QLatin1String("listener")).toString() == u"admin") {
            m_adminPort = portOf(event);
            return !waitForEvent(QStringLiteral("started")).isEmpty();
        }
        m_port = m_ports[event.value(QLatin1String("listener")).toString()] = portOf(event);
    }
}

void ServeProcess::takeEvents()
{
    m_unread += m_process.readAllStandardError();
    m_log += m_process.readAllStandardOutput();
    for (qsizetype end = 0; (end = m_unread.indexOf('\n')) >= 0; m_unread.remove(0, end + 1))
        m_events.push_back(QJsonDocument::fromJson(m_unread.left(end)).object());
}

QJsonObject ServeProcess::waitForEvent(const QString& event)
{
    QElapsedTimer timer;
    timer.start();
    for (bool last = false;;) {
        takeEvents();
        while (m_seen < m_events.size()) {
            const QJsonObject& next = m_events[m_seen++];
            if (next.value(QLatin1String("event")).toString() == event)
                return next;
        }
        if (last || timer.elapsed() >= patience)
            return {};
        last = m_process.state() == QProcess::NotRunning; // what it said last is still to be read
        QTest::qWait(10); // in the loop, so that the pipes of other processes are read too
    }
}

QJsonObject ServeProcess::firstEvent(const QString& event)
{
    takeEvents();
    for (const QJsonObject& one : m_events)
        if (one.value(QLatin1String("event")).toString() == event)
            return one;
    return {};
}

void ServeProcess::signal(int number) { ::kill(static_cast<pid_t>(m_process.processId()), number); }

int ServeProcess::waitForEnd()
{
    if (!QTest::qWaitFor([this] { return m_process.state() == QProcess::NotRunning; }, patience))
        return -2;
    takeEvents();
    return m_process.exitStatus() == QProcess::NormalExit ? m_process.exitCode() : -1;
}

std::string ServeProcess::admin(const std::string& path) const
{
    return RawClient(m_adminPort).ask("GET " + path + " HTTP/1.1\r\nHost: admin\r\n\r\n").body;
}

double ServeProcess::metric(const std::string& sample) const
{
    const std::string text = '\n' + admin("/metrics");
    const auto at = text.find('\n' + sample + ' ');
    return at == std::string::npos ? -1 : std::stod(text.substr(at + sample.size() + 2));
}

void ServeProcess::forgetAccessLog()
{
    takeEvents();
    m_log.clear();
}

QByteArray ServeProcess::accessLog()
{
    takeEvents();
    return m_log;
}

} // namespace postern::test

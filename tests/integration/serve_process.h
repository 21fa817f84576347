#pragma once

#include <QJsonObject>
#include <QMap>
#include <QProcess>
#include <QString>
#include <QTemporaryDir>

#include <functional>
#include <vector>

namespace postern::test {

/// `postern-gateway serve` as a real process, on free ports, with a folder that is swapped as Kubernetes
/// swaps a ConfigMap. Ends with its owner.
class ServeProcess
{
public:
    ServeProcess();
    ~ServeProcess();

    /// Puts these files into the folder, all at once.
    void configure(const QMap<QString, QByteArray>& files);
    /// What the child does just before it becomes the gateway: limits, other descriptors. Only calls that are
    /// safe after fork().
    void prepareChild(std::function<void()> prepare)
    {
        m_process.setChildProcessModifier(std::move(prepare));
    }
    /// Of the next start.
    void setWorkers(int workers) { m_workers = workers; }
    /// Starts, and waits until it listens; false when it ended instead.
    [[nodiscard]] bool start(const QStringList& extra = {});
    /// Waits for an event of that name, the next after those returned before; empty when none came.
    [[nodiscard]] QJsonObject waitForEvent(const QString& event);
    /// The first event of that name so far, whether it was returned before or not.
    [[nodiscard]] QJsonObject firstEvent(const QString& event);
    void signal(int number);
    [[nodiscard]] qint64 pid() const { return m_process.processId(); }
    /// The exit status; -1 when it was ended by a signal, -2 when it goes on.
    [[nodiscard]] int waitForEnd();

    [[nodiscard]] QString folder() const { return m_folder.filePath(QStringLiteral("config")); }
    /// Of the listener that was opened last at the start.
    [[nodiscard]] quint16 port() const { return m_port; }
    [[nodiscard]] quint16 port(const char* listener) const { return m_ports.value(QLatin1String(listener)); }
    [[nodiscard]] quint16 adminPort() const { return m_adminPort; }
    /// The body of a GET on the admin listener.
    [[nodiscard]] std::string admin(const std::string& path) const;
    /// The value of the sample with exactly this name and labels; -1 where there is none.
    [[nodiscard]] double metric(const std::string& sample) const;
    /// What came on standard output so far.
    [[nodiscard]] QByteArray accessLog();
    /// For long tests.
    void forgetAccessLog();

private:
    void takeEvents();

    QTemporaryDir m_folder;
    QProcess m_process;
    int m_version = 0;
    int m_workers = 2;
    QByteArray m_unread;
    QByteArray m_log;
    std::vector<QJsonObject> m_events;
    std::size_t m_seen = 0;
    quint16 m_port = 0;
    QMap<QString, quint16> m_ports;
    quint16 m_adminPort = 0;
};

} // namespace postern::test

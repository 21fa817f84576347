#pragma once

#include "models/base/result.h"

#include <QByteArrayList>
#include <QJsonObject>
#include <QObject>
#include <QProcess>

namespace postern::demo {

/// A process of the demo: told apart by name, read line by line, its last words kept for the error message.
/// The kernel ends it when the demo dies in whatever way. Owned by the Platform, in its thread.
class ChildProcess : public QObject
{
    Q_OBJECT

public:
    enum class Lines { Output, Errors };
    struct Plan
    {
        QString name;
        QString program;
        QStringList arguments;
        Lines lines = Lines::Output;  ///< the stream that is read; the other goes nowhere
        int deathSignal = 9;          ///< when the demo is gone
        QStringList environment = {}; ///< `NAME=value`, besides ours
    };

    ChildProcess(const Plan& plan, QObject* parent = nullptr);
    ~ChildProcess() override;

    /// Waits until it runs, not until it is ready.
    Result<void> start();
    /// One JSON line to its standard input.
    void send(const QJsonObject& object);
    void terminate();
    /// Kills it after \a patience. Blocks.
    void waitEnded(std::chrono::milliseconds patience);

    [[nodiscard]] bool isRunning() const { return m_process.state() != QProcess::NotRunning; }
    [[nodiscard]] qint64 processId() const { return m_process.processId(); }
    [[nodiscard]] const QString& name() const { return m_plan.name; }
    [[nodiscard]] QString lastWords() const;

Q_SIGNALS:
    void line(const QByteArray& text);
    /// Not asked for by terminate().
    void died(const QString& name, const QString& lastWords);
    void ended(int exitCode);

private:
    void readLines();

    Plan m_plan;
    QProcess m_process;
    QByteArrayList m_last;
    bool m_terminated = false;
};

} // namespace postern::demo

#pragma once

#include "app/demo/platform/platform.h"

namespace postern::demo {

/// `postern-console` on a Platform, as a user would start it.
class ConsoleProcess : public QObject
{
    Q_OBJECT

public:
    ConsoleProcess(const QString& programs, const Platform& platform, const QStringList& more,
                   QObject* parent = nullptr);

    Result<void> start() { return m_process.start(); }
    [[nodiscard]] ChildProcess& process() { return m_process; }

    /// The file in which this console keeps what a user chose.
    [[nodiscard]] static QString preferences(const Platform& platform);
    [[nodiscard]] static QStringList arguments(const Platform& platform);

private:
    ChildProcess m_process;
};

} // namespace postern::demo

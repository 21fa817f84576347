#pragma once

#include <QObject>
#include <QSocketNotifier>

#include <memory>

namespace postern::demo {

/// SIGINT, SIGTERM and SIGHUP as a signal of the event loop, so that the demo ends in order. One at a time in
/// a process, in its main thread; the signals' former ways come back with its end.
class StopSignals : public QObject
{
    Q_OBJECT

public:
    explicit StopSignals(QObject* parent = nullptr);
    ~StopSignals() override;

Q_SIGNALS:
    void asked();

private:
    int m_pipe[2] = {-1, -1};
    std::unique_ptr<QSocketNotifier> m_notifier;
};

} // namespace postern::demo

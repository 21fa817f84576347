#pragma once

#include <QObject>

#include <any>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

class QSocketNotifier;

namespace postern {

/// Runs jobs one after another on a thread of its own, and what follows them back in the owner's thread.
///
/// Owner: a client. Lifecycle: the destructor lets the running job end and drops the others; it must not be
/// run by a Then. The way back is a mutex and an eventfd rather than queued signals, so that ThreadSanitizer
/// can follow it.
class ParseThread final : public QObject
{
    Q_OBJECT
public:
    using Job = std::function<std::any()>;      ///< runs there
    using Then = std::function<void(std::any)>; ///< runs, stays and ends here, in the owner's thread

    explicit ParseThread(QObject* parent = nullptr);
    ~ParseThread() override;

    void run(Job job, Then then);

private:
    void work();
    void deliver();

    std::mutex m_mutex;
    std::condition_variable m_wake;
    std::deque<Job> m_jobs;
    std::deque<std::any> m_results;
    std::deque<Then> m_thens; ///< the owner's alone; in the order of the jobs, which is that of the results
    bool m_stop = false;
    int m_event = -1;
    QSocketNotifier* m_notifier = nullptr;
    std::thread m_thread;
};

} // namespace postern

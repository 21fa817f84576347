#pragma once

#include "gateway/event/mailbox.h"

#include <QString>

#include <future>
#include <memory>
#include <thread>
#include <type_traits>

class QEventLoop;

namespace postern {

/// A thread that runs an EpollDispatcher until it is stopped. Purpose: a worker, or the admin listener, is an
/// object that lives on one. Owned and stopped by whoever started it; post() and call() may come from any
/// thread but this one, until stop(). What is made on the thread is ended there, by a last call().
class EventThread
{
public:
    /// \a name: what `top -H` shows, at most 15 characters. The thread runs when this returns.
    static Result<std::unique_ptr<EventThread>> start(const QString& name);
    ~EventThread(); ///< stop()
    EventThread(const EventThread&) = delete;
    EventThread& operator=(const EventThread&) = delete;

    /// For what runs on the thread.
    [[nodiscard]] EpollDispatcher& dispatcher() { return *m_inside.dispatcher; }

    /// Runs \a task there, some time.
    template<typename Task>
    void post(Task task)
    {
        m_inside.mailbox->post(std::move(task));
    }

    /// Runs \a task there and waits for what it returns.
    template<typename Task>
    auto call(Task task) -> std::invoke_result_t<Task>
    {
        std::packaged_task<std::invoke_result_t<Task>()> packaged(std::move(task));
        auto result = packaged.get_future();
        m_inside.mailbox->post(std::move(packaged));
        return result.get();
    }

    /// Everything posted so far is run, then the thread ends. A second call does nothing.
    void stop();

private:
    /// What lives on the thread's stack, or belongs to it.
    struct Inside
    {
        EpollDispatcher* dispatcher = nullptr;
        Mailbox* mailbox = nullptr;
        QEventLoop* loop = nullptr;
    };

    EventThread() = default;
    static void run(const QString& name, std::promise<Result<Inside>>& ready);

    // Not a QThread: joining one goes by Qt's own locks, through which ThreadSanitizer does not see.
    std::thread m_thread;
    Inside m_inside;
};

} // namespace postern

#pragma once

#include "gateway/event/epoll_dispatcher.h"

#include <memory>
#include <mutex>
#include <vector>

namespace postern {

/// Work for another thread. Purpose: the only way gateway threads talk to each other; a mutex and an eventfd,
/// which ThreadSanitizer sees through, where queued signals would hide inside Qt. Owner: the receiving
/// thread, which also makes and destroys it; post() may come from any thread while the mailbox lives.
/// Messages run on the receiver's thread in the order they were posted; what is left at destruction is
/// destroyed without being run.
class Mailbox final : private FdHandler
{
public:
    static Result<std::unique_ptr<Mailbox>> create(EpollDispatcher& dispatcher);
    ~Mailbox();

    /// \a task is called once, without arguments, on the receiver's thread; it may be move-only.
    template<typename Task>
    void post(Task task)
    {
        enqueue(std::make_unique<MessageOf<Task>>(std::move(task)));
    }

private:
    struct Message
    {
        virtual ~Message() = default;
        virtual void run() = 0;
    };
    template<typename Task>
    struct MessageOf final : Message
    {
        explicit MessageOf(Task&& t) : task(std::move(t)) {}
        void run() override { task(); }
        Task task;
    };

    Mailbox(EpollDispatcher& dispatcher, FileDescriptor event);
    void enqueue(std::unique_ptr<Message> message);
    void ready(FdEvents events) override;

    EpollDispatcher& m_dispatcher;
    FileDescriptor m_event;
    FdToken m_token;
    std::mutex m_mutex;
    std::vector<std::unique_ptr<Message>> m_messages; ///< under m_mutex
};

} // namespace postern

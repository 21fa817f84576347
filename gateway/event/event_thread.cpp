#include "gateway/event/event_thread.h"

namespace postern {

class EventThread::Loop final : public QThread
{
public:
    explicit Loop(EpollDispatcher& dispatcher) : m_dispatcher(dispatcher) {}

    /// What became of the mailbox; to be asked once.
    [[nodiscard]] Result<Mailbox*> mailbox() { return m_ready.get_future().get(); }
    /// On the thread itself: exec() returns.
    void leave() { exit(); }

protected:
    void run() override
    {
        auto mailbox = Mailbox::create(m_dispatcher);
        if (!mailbox) {
            m_ready.set_value(failure(mailbox.error()));
            return;
        }
        m_ready.set_value(mailbox->get());
        exec();
    }

private:
    EpollDispatcher& m_dispatcher;
    std::promise<Result<Mailbox*>> m_ready;
};

Result<std::unique_ptr<EventThread>> EventThread::start(const QString& name)
{
    auto dispatcher = EpollDispatcher::create();
    if (!dispatcher)
        return failure(dispatcher.error());
    std::unique_ptr<EventThread> thread(new EventThread);
    thread->m_dispatcher = dispatcher->get();
    thread->m_loop = std::make_unique<Loop>(**dispatcher);
    thread->m_loop->setObjectName(name);
    thread->m_loop->setEventDispatcher(dispatcher->release()); // the thread deletes it
    thread->m_loop->start();
    auto mailbox = thread->m_loop->mailbox();
    if (!mailbox) {
        thread->m_loop->wait();
        return failure(mailbox.error());
    }
    thread->m_mailbox = *mailbox;
    return thread;
}

EventThread::~EventThread() { stop(); }

void EventThread::stop()
{
    if (!m_mailbox)
        return;
    m_mailbox->post([loop = m_loop.get()] { loop->leave(); });
    m_mailbox = nullptr;
    m_loop->wait();
}

} // namespace postern

#include "gateway/event/event_thread.h"

#include <QEventLoop>
#include <QThread>

#include <pthread.h>

namespace postern {

void EventThread::run(const QString& name, std::promise<Result<Inside>>& ready)
{
    pthread_setname_np(pthread_self(), name.left(15).toLatin1().constData());
    auto dispatcher = EpollDispatcher::create();
    if (!dispatcher) {
        ready.set_value(failure(dispatcher.error()));
        return;
    }
    EpollDispatcher& loopDispatcher = **dispatcher;
    // Qt's end of the thread deletes it, after what stands below.
    QThread::currentThread()->setEventDispatcher(dispatcher->release());
    auto mailbox = Mailbox::create(loopDispatcher);
    if (!mailbox) {
        ready.set_value(failure(mailbox.error()));
        return;
    }
    QEventLoop loop;
    ready.set_value(Inside{&loopDispatcher, mailbox->get(), &loop});
    loop.exec();
}

Result<std::unique_ptr<EventThread>> EventThread::start(const QString& name)
{
    std::unique_ptr<EventThread> thread(new EventThread);
    std::promise<Result<Inside>> ready;
    thread->m_thread = std::thread([&ready, name] { run(name, ready); });
    auto inside = ready.get_future().get();
    if (!inside) {
        thread->m_thread.join();
        return failure(inside.error());
    }
    thread->m_inside = *inside;
    return thread;
}

EventThread::~EventThread() { stop(); }

void EventThread::stop()
{
    if (!m_thread.joinable())
        return;
    // A message runs inside exec(), so the loop can not miss this.
    m_inside.mailbox->post([loop = m_inside.loop] { loop->quit(); });
    m_thread.join();
}

} // namespace postern

#include "gateway/event/mailbox.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>

namespace postern {

Result<std::unique_ptr<Mailbox>> Mailbox::create(EpollDispatcher& dispatcher)
{
    FileDescriptor event(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    if (!event.isOpen())
        return failure(Error::fromErrno(QStringLiteral("eventfd"), errno));
    std::unique_ptr<Mailbox> mailbox(new Mailbox(dispatcher, std::move(event)));
    auto token = dispatcher.add(mailbox->m_event.fd(), *mailbox);
    if (!token)
        return failure(token.error());
    mailbox->m_token = *token;
    return mailbox;
}

Mailbox::Mailbox(EpollDispatcher& dispatcher, FileDescriptor event)
    : m_dispatcher(dispatcher), m_event(std::move(event))
{}

Mailbox::~Mailbox() { m_dispatcher.forget(m_token); }

void Mailbox::enqueue(std::unique_ptr<Message> message)
{
    const std::lock_guard lock(m_mutex);
    m_messages.push_back(std::move(message));
    // Under the lock: the receiver can not empty the box, and then be destroyed, before this write.
    const std::uint64_t one = 1;
    if (m_messages.size() == 1) [[maybe_unused]]
        const auto written = ::write(m_event.fd(), &one, sizeof one);
}

void Mailbox::ready(FdEvents)
{
    std::uint64_t count = 0;
    [[maybe_unused]] const auto bytes = ::read(m_event.fd(), &count, sizeof count);
    std::vector<std::unique_ptr<Message>> messages;
    {
        const std::lock_guard lock(m_mutex);
        messages.swap(m_messages);
    }
    // From here the mailbox may be gone: a message may end its owner.
    for (const auto& message : messages)
        message->run();
}

} // namespace postern

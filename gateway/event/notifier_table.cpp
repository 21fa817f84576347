#include "gateway/event/notifier_table.h"

#include <QCoreApplication>
#include <QEvent>

#include <sys/epoll.h>

#include <algorithm>
#include <cerrno>

namespace postern {

namespace {

// By QSocketNotifier::Type. A hang-up or an error is reported to every kind, as poll(2) users expect.
constexpr std::array<std::uint32_t, 3> kWanted = {EPOLLIN, EPOLLOUT, EPOLLPRI};
constexpr std::uint32_t kAlways = EPOLLHUP | EPOLLERR;

} // namespace

void NotifierTable::add(QSocketNotifier* notifier)
{
    const int fd = static_cast<int>(notifier->socket());
    const auto [place, isNew] = m_entries.try_emplace(fd);
    QSocketNotifier*& slot = place->second.notifiers.at(notifier->type());
    if (slot) {
        qWarning("EpollDispatcher: two notifiers of one kind on descriptor %d", fd);
        return;
    }
    slot = notifier;
    update(fd, place->second, isNew ? EPOLL_CTL_ADD : EPOLL_CTL_MOD);
}

void NotifierTable::remove(QSocketNotifier* notifier)
{
    std::erase(m_pending, notifier);
    const int fd = static_cast<int>(notifier->socket());
    const auto place = m_entries.find(fd);
    if (place == m_entries.end())
        return;
    QSocketNotifier*& slot = place->second.notifiers.at(notifier->type());
    if (slot != notifier)
        return;
    slot = nullptr;
    const bool empty = std::none_of(place->second.notifiers.begin(), place->second.notifiers.end(),
                                    [](const QSocketNotifier* other) { return other; });
    update(fd, place->second, empty ? EPOLL_CTL_DEL : EPOLL_CTL_MOD);
    if (empty) {
        m_alwaysReady -= place->second.polled ? 0 : 1;
        m_entries.erase(place);
    }
}

void NotifierTable::update(int fd, Entry& entry, int operation)
{
    if (!entry.polled)
        return;
    epoll_event event{};
    event.data.fd = fd;
    for (std::size_t type = 0; type < kWanted.size(); ++type)
        event.events |= entry.notifiers[type] ? kWanted[type] : 0;
    if (::epoll_ctl(m_set.fd(), operation, fd, &event) == 0)
        return;
    // The number was closed and opened again behind our back: the set has lost it, or has the new one.
    const int error = errno;
    if (error == ENOENT && operation == EPOLL_CTL_MOD)
        ::epoll_ctl(m_set.fd(), EPOLL_CTL_ADD, fd, &event);
    else if (error == EEXIST)
        ::epoll_ctl(m_set.fd(), EPOLL_CTL_MOD, fd, &event);
    else if (error == EPERM) {
        entry.polled = false;
        ++m_alwaysReady;
    } else if (operation == EPOLL_CTL_ADD)
        qErrnoWarning(error, "EpollDispatcher: can not watch descriptor %d", fd);
}

bool NotifierTable::activate()
{
    std::array<epoll_event, 64> events;
    const int count = ::epoll_wait(m_set.fd(), events.data(), static_cast<int>(events.size()), 0);
    for (int i = 0; i < count; ++i) {
        const epoll_event& event = events[static_cast<std::size_t>(i)];
        if (const auto place = m_entries.find(event.data.fd); place != m_entries.end())
            collect(place->second, event.events);
    }
    if (m_alwaysReady > 0) {
        for (const auto& [fd, entry] : m_entries) {
            if (!entry.polled)
                collect(entry, EPOLLIN | EPOLLOUT);
        }
    }
    bool sent = false;
    while (!m_pending.empty()) {
        QSocketNotifier* notifier = m_pending.front();
        m_pending.pop_front();
        QEvent event(QEvent::SockAct);
        QCoreApplication::sendEvent(notifier, &event);
        sent = true;
    }
    return sent;
}

void NotifierTable::collect(const Entry& entry, std::uint32_t events)
{
    for (std::size_t type = 0; type < kWanted.size(); ++type) {
        QSocketNotifier* notifier = entry.notifiers[type];
        const bool due = notifier && (events & (kWanted[type] | kAlways)) != 0;
        if (due && std::find(m_pending.begin(), m_pending.end(), notifier) == m_pending.end())
            m_pending.push_back(notifier);
    }
}

} // namespace postern

#pragma once

#include "gateway/event/file_descriptor.h"

#include <QSocketNotifier>

#include <array>
#include <cstdint>
#include <deque>
#include <unordered_map>

namespace postern {

/// Qt's socket notifiers of one thread, on an epoll set of their own, so that processEvents can leave them
/// out (ExcludeSocketNotifiers) by not looking at that set. Level-triggered, as Qt expects. Owned by the
/// dispatcher, used on its thread. Control plane: each change costs one epoll_ctl.
class NotifierTable
{
public:
    NotifierTable() = default;
    explicit NotifierTable(FileDescriptor set) : m_set(std::move(set)) {}

    /// The epoll set; readable when a notifier is due.
    [[nodiscard]] int fd() const { return m_set.fd(); }
    void add(QSocketNotifier* notifier);
    void remove(QSocketNotifier* notifier);
    /// True when some notifier sits on a regular file: those are always ready, and epoll refuses them.
    [[nodiscard]] bool alwaysReady() const { return m_alwaysReady > 0; }
    /// Sends the SockAct events that are due, each notifier at most once. True when any was sent.
    bool activate();

private:
    struct Entry
    {
        std::array<QSocketNotifier*, 3> notifiers = {}; ///< by QSocketNotifier::Type
        bool polled = true;                             ///< false: a regular file
    };
    void update(int fd, Entry& entry, int operation);
    void collect(const Entry& entry, std::uint32_t events);

    FileDescriptor m_set;
    std::unordered_map<int, Entry> m_entries;
    std::deque<QSocketNotifier*> m_pending; ///< shrinks when a handler removes a notifier
    int m_alwaysReady = 0;
};

} // namespace postern

#pragma once

#include "gateway/event/file_descriptor.h"
#include "models/base/result.h"

#include <QJsonObject>

#include <chrono>
#include <span>
#include <vector>

namespace postern {

/// Messages with descriptors between two processes of one user: a JSON object each, over a `unix:` socket
/// that keeps messages apart (SOCK_SEQPACKET). Everything is bounded: a message's size, its descriptors, how
/// long either side waits. Owned and used by one thread, which it blocks.
class HandoverChannel
{
public:
    struct Message
    {
        QJsonObject object;
        std::vector<FileDescriptor> descriptors;
    };
    static constexpr std::size_t mostBytes = 64 * 1024;
    static constexpr std::size_t mostDescriptors = 64; ///< in one message

    /// \a stop, where there is one, ends all waiting when it becomes readable; it outlives this.
    explicit HandoverChannel(FileDescriptor socket, int stop = -1);

    /// An error when the other process belongs to another user (SO_PEERCRED). Of a listening socket that
    /// was itself handed over, the kernel names the process that made it: the user stays the same.
    [[nodiscard]] Result<void> requireOurUser() const;

    /// \a descriptors stay the caller's.
    [[nodiscard]] Result<void> send(const QJsonObject& object, std::span<const int> descriptors,
                                    std::chrono::milliseconds patience);
    /// Errors: Unavailable when the other has gone, TimedOut, Invalid for what is no message.
    [[nodiscard]] Result<Message> receive(std::chrono::milliseconds patience);

private:
    [[nodiscard]] Result<void> waitFor(short events, std::chrono::milliseconds patience) const;

    FileDescriptor m_socket;
    int m_stop;
};

} // namespace postern

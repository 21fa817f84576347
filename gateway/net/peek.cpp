#include "gateway/net/peek.h"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace postern {

namespace {

ssize_t receive(int fd, std::span<char> room, int flags)
{
    ssize_t count = 0;
    do {
        count = ::recv(fd, room.data(), room.size(), flags | MSG_DONTWAIT);
    } while (count < 0 && errno == EINTR);
    return count;
}

} // namespace

Peeked peek(int fd, std::span<char> room)
{
    const ssize_t count = receive(fd, room, MSG_PEEK);
    if (count > 0)
        return {Peeked::State::Data, static_cast<std::size_t>(count)};
    if (count == 0)
        return {Peeked::State::End, 0};
    const bool isTransient = errno == EAGAIN || errno == EWOULDBLOCK;
    return {isTransient ? Peeked::State::Nothing : Peeked::State::Failed, 0};
}

bool discard(int fd, std::size_t count)
{
    std::array<char, 512> room{};
    while (count > 0) {
        const ssize_t taken = receive(fd, std::span(room).first(std::min(count, room.size())), 0);
        if (taken <= 0)
            return false;
        count -= static_cast<std::size_t>(taken);
    }
    return true;
}

} // namespace postern

#pragma once

#include <cstddef>
#include <span>

namespace postern {

/// What a look at a socket's receive queue found.
struct Peeked
{
    enum class State : unsigned char { Data, Nothing, End, Failed };
    State state = State::Nothing;
    std::size_t size = 0; ///< with Data: bytes copied into the room, from the queue's first on
};

/// Looks at what waits in \a fd's receive queue without taking it: for what must know a connection's first
/// bytes and leave what follows to somebody else. Does not wait.
[[nodiscard]] Peeked peek(int fd, std::span<char> room);

/// Takes \a count bytes that peek() has shown out of the queue. False when they were not there.
[[nodiscard]] bool discard(int fd, std::size_t count);

} // namespace postern

#pragma once

#include "models/base/clock.h"

#include <cstdint>

namespace postern {

/// Makes request ids: UUIDs of version 7 (RFC 9562 §5.7), milliseconds and 74 random bits. One a worker: no
/// lock, no system call an id. Ids are unique, not secret.
class RequestIdGenerator
{
public:
    static constexpr std::size_t Size = 36; ///< characters, no NUL

    RequestIdGenerator();
    void write(char* out, Clock::Wall now);

private:
    std::uint64_t next();

    std::uint64_t m_state[4];
};

} // namespace postern

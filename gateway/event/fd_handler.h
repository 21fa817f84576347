#pragma once

#include <cstdint>

namespace postern {

/// What happened to a descriptor since its handler was last called: the bits of epoll(7). None of them is set
/// when the handler itself asked to be called again.
using FdEvents = std::uint32_t;

/// Receives a descriptor's events on the dispatcher's thread. Edge-triggered: a handler reads until a short
/// read and writes until a short write, or asks to be called again.
class FdHandler
{
public:
    virtual void ready(FdEvents events) = 0;

protected:
    ~FdHandler() = default;
};

/// Names one registration of a descriptor; a later registration of the same number has another token.
struct FdToken
{
    std::uint32_t slot = 0;
    std::uint32_t generation = 0; ///< 0 names nothing
};

} // namespace postern

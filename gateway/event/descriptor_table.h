#pragma once

#include "gateway/event/fd_handler.h"

#include <vector>

namespace postern {

/// The data path's descriptors: token -> handler. Purpose: an event that was fetched before its descriptor
/// was removed must not reach the descriptor's successor, so each slot counts its generations. Owned by the
/// dispatcher, used on its thread.
class DescriptorTable
{
public:
    [[nodiscard]] FdToken insert(int fd, FdHandler& handler);
    /// Events of \a token, fetched already or to come, go to \a handler.
    void rebind(FdToken token, FdHandler& handler);
    /// True when \a token was registered.
    bool erase(FdToken token);
    /// Null once the token was erased.
    [[nodiscard]] FdHandler* handler(FdToken token) const;
    [[nodiscard]] int fd(FdToken token) const;
    [[nodiscard]] std::size_t size() const { return m_size; }

private:
    struct Slot
    {
        FdHandler* handler = nullptr;
        int fd = -1;
        std::uint32_t generation = 1;
    };
    [[nodiscard]] const Slot* find(FdToken token) const;

    std::vector<Slot> m_slots;
    std::vector<std::uint32_t> m_free;
    std::size_t m_size = 0;
};

} // namespace postern

#include "gateway/event/descriptor_table.h"

namespace postern {

namespace {
// The dispatcher packs a token into epoll's 64 bits and keeps the topmost for itself.
constexpr std::uint32_t kGenerationMask = 0x7fffffff;
} // namespace

FdToken DescriptorTable::insert(int fd, FdHandler& handler)
{
    if (m_free.empty()) {
        m_free.push_back(static_cast<std::uint32_t>(m_slots.size()));
        m_slots.emplace_back();
    }
    const std::uint32_t index = m_free.back();
    m_free.pop_back();
    Slot& slot = m_slots[index];
    slot.handler = &handler;
    slot.fd = fd;
    ++m_size;
    return {index, slot.generation};
}

void DescriptorTable::rebind(FdToken token, FdHandler& handler)
{
    if (find(token))
        m_slots[token.slot].handler = &handler;
}

bool DescriptorTable::erase(FdToken token)
{
    if (!find(token))
        return false;
    Slot& slot = m_slots[token.slot];
    slot.handler = nullptr;
    slot.fd = -1;
    slot.generation = (slot.generation + 1) & kGenerationMask;
    if (slot.generation == 0)
        slot.generation = 1;
    m_free.push_back(token.slot);
    --m_size;
    return true;
}

FdHandler* DescriptorTable::handler(FdToken token) const
{
    const Slot* slot = find(token);
    return slot ? slot->handler : nullptr;
}

int DescriptorTable::fd(FdToken token) const
{
    const Slot* slot = find(token);
    return slot ? slot->fd : -1;
}

const DescriptorTable::Slot* DescriptorTable::find(FdToken token) const
{
    if (token.slot >= m_slots.size() || m_slots[token.slot].generation != token.generation)
        return nullptr;
    return m_slots[token.slot].handler ? &m_slots[token.slot] : nullptr;
}

} // namespace postern

#include "gateway/proxy/input_buffer.h"

#include <cassert>

namespace postern {

void InputBuffer::add(std::span<char> fresh)
{
    if (m_bytes.empty()) {
        m_kept.reset();
        m_bytes = fresh;
        return;
    }
    assert(m_kept); // else the fresh bytes have overwritten it
    m_kept->erase(0, static_cast<std::size_t>(m_bytes.data() - m_kept->data()));
    m_kept->append(fresh.data(), fresh.size());
    m_bytes = *m_kept;
}

void InputBuffer::keep()
{
    if (m_bytes.empty()) {
        clear();
        return;
    }
    if (m_kept)
        return;
    m_kept = std::make_unique<std::string>(m_bytes.data(), m_bytes.size());
    m_bytes = *m_kept;
}

void InputBuffer::clear()
{
    m_bytes = {};
    m_kept.reset();
}

} // namespace postern

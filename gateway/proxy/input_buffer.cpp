#include "gateway/proxy/input_buffer.h"

#include <cassert>

namespace postern {

void InputBuffer::add(std::span<char> fresh)
{
    if (m_bytes.empty()) {
        m_bytes = fresh;
        m_borrowed = true;
        return;
    }
    assert(!m_borrowed); // else the fresh bytes have overwritten it
    m_kept.erase(0, static_cast<std::size_t>(m_bytes.data() - m_kept.data()));
    m_kept.append(fresh.data(), fresh.size());
    m_bytes = m_kept;
}

void InputBuffer::keep()
{
    if (m_bytes.empty()) {
        clear();
        return;
    }
    if (!m_borrowed)
        return;
    m_borrowed = false;
    m_kept.assign(m_bytes.data(), m_bytes.size());
    m_bytes = m_kept;
}

void InputBuffer::clear()
{
    m_bytes = {};
    m_borrowed = false;
    if (m_kept.capacity() > std::string().capacity())
        std::string().swap(m_kept);
}

} // namespace postern

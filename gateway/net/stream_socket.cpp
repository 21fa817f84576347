#include "gateway/net/stream_socket.h"

namespace postern {

void StreamSocket::secure(std::unique_ptr<SecureChannel> channel, std::string_view received)
{
    m_channel = std::move(channel);
    if (!received.empty())
        m_channel->feed(received);
}

void StreamSocket::finishSending()
{
    if (m_channel)
        m_channel->finishSending(m_plain);
    m_plain.finishSending();
}

void StreamSocket::close()
{
    // A goodbye that would wait behind other bytes is lost with them.
    if (m_channel && isOpen() && !hasPending())
        m_channel->finishSending(m_plain);
    m_channel.reset();
    m_plain.close();
}

void StreamSocket::abort()
{
    m_channel.reset();
    m_plain.abort();
}

} // namespace postern

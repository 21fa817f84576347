#include "gateway/tls/record_stream.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>

namespace postern {

namespace {

// What one piece of a relayed body comes to, encrypted.
constexpr std::size_t kSendArea = 144 * 1024;

/// Where the records of one call are joined. One for each thread that uses TLS; it holds nothing between
/// calls.
char* sendArea()
{
    static thread_local std::unique_ptr<char[]> area(new char[kSendArea]);
    return area.get();
}

RecordStream& streamOf(BIO* bio) { return *static_cast<RecordStream*>(BIO_get_data(bio)); }

int bioRead(BIO* bio, char* room, int size)
{
    BIO_clear_retry_flags(bio);
    RecordStream& stream = streamOf(bio);
    const int count = stream.read(room, static_cast<std::size_t>(size));
    if (count < 0 && stream.isStarved())
        BIO_set_retry_read(bio);
    return count;
}

int bioWrite(BIO* bio, const char* bytes, int size)
{
    BIO_clear_retry_flags(bio);
    return streamOf(bio).write(bytes, static_cast<std::size_t>(size));
}

long bioControl(BIO*, int command, long, void*) { return command == BIO_CTRL_FLUSH ? 1 : 0; }

const BIO_METHOD* recordMethod()
{
    // Immutable, and for the life of the process: OpenSSL counts the kinds of BIO.
    static const BIO_METHOD* const method = [] {
        BIO_METHOD* made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "postern records");
        BIO_meth_set_read(made, bioRead);
        BIO_meth_set_write(made, bioWrite);
        BIO_meth_set_ctrl(made, bioControl);
        return made;
    }();
    return method;
}

} // namespace

BIO* RecordStream::makeBio()
{
    BIO* bio = BIO_new(recordMethod());
    if (bio) {
        BIO_set_data(bio, this);
        BIO_set_init(bio, 1);
    }
    return bio;
}

void RecordStream::begin(PlainSocket& socket, std::span<char> area, Asks asks)
{
    m_socket = &socket;
    m_area = area;
    m_input = m_kept;
    m_askOnce = asks == Asks::Once && m_input.empty();
    m_mayReceive = true;
    m_starved = false;
    m_result = PlainSocket::Write::Done;
}

int RecordStream::read(char* room, std::size_t size)
{
    if (m_stopped) {
        m_starved = false;
        return -1;
    }
    if (m_input.empty() && !refill())
        return m_ended ? 0 : -1;
    const std::size_t count = std::min(size, m_input.size());
    std::memcpy(room, m_input.data(), count);
    m_input.remove_prefix(count);
    return static_cast<int>(count);
}

/// False when nothing is there now, or will ever be: isStarved(), isEnded().
bool RecordStream::refill()
{
    m_starved = true;
    if (!m_mayReceive || m_area.empty() || !(m_askOnce || m_socket->mayRead()))
        return false;
    m_askOnce = false;
    m_kept.clear();
    const auto received = m_socket->receive(m_area);
    if (received.state == PlainSocket::Read::Nothing)
        return false;
    m_starved = false;
    m_ended = received.state != PlainSocket::Read::Data;
    m_input = {m_area.data(), received.size};
    return !m_ended;
}

int RecordStream::write(const char* bytes, std::size_t size)
{
    const auto whole = static_cast<int>(size);
    while (size > 0) {
        if (m_written == kSendArea)
            sendWritten();
        const std::size_t count = std::min(size, kSendArea - m_written);
        std::memcpy(sendArea() + m_written, bytes, count);
        m_written += count;
        bytes += count;
        size -= count;
    }
    return whole;
}

void RecordStream::sendWritten()
{
    const std::string_view written(sendArea(), std::exchange(m_written, 0));
    if (m_result == PlainSocket::Write::Failed || (written.empty() && m_held.empty()))
        return;
    m_result = m_socket->send(m_held, written);
    if (!m_held.empty())
        std::string().swap(m_held);
}

PlainSocket::Write RecordStream::end()
{
    sendWritten();
    keepInput();
    if (m_result == PlainSocket::Write::Done && m_socket->hasPending())
        return PlainSocket::Write::Pending;
    return m_result;
}

void RecordStream::endHolding()
{
    m_held.append(sendArea(), std::exchange(m_written, 0));
    keepInput();
}

void RecordStream::keepInput()
{
    if (m_input.empty()) {
        if (m_kept.capacity() > std::string().capacity())
            std::string().swap(m_kept);
    } else if (m_input.size() != m_kept.size() || m_input.data() != m_kept.data()) {
        std::string rest(m_input);
        m_kept.swap(rest);
    }
    m_input = {};
}

} // namespace postern

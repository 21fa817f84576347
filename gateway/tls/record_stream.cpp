#include "gateway/tls/record_stream.h"

#include "gateway/tls/openssl_pointers.h"

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

/// Two hundred bytes that not every connection needs.
BIO* threadBio()
{
    static thread_local const BioPointer bio = [] {
        BIO* made = BIO_new(recordMethod());
        if (made)
            BIO_set_init(made, 1);
        return BioPointer(made);
    }();
    return bio.get();
}

} // namespace

BIO* RecordStream::bio()
{
    BIO* const bio = threadBio();
    if (bio)
        BIO_up_ref(bio);
    return bio;
}

void RecordStream::begin(Call& call)
{
    BIO_set_data(threadBio(), this);
    m_call = &call;
    if (m_rest)
        call.input = m_rest->input;
    if (!call.input.empty())
        call.asks = Asks::WhenReady;
    m_starved = false;
}

int RecordStream::read(char* room, std::size_t size)
{
    if (m_stopped) {
        m_starved = false;
        return -1;
    }
    std::string_view& input = m_call->input;
    if (input.empty() && !refill())
        return m_ended ? 0 : -1;
    const std::size_t count = std::min(size, input.size());
    std::memcpy(room, input.data(), count);
    input.remove_prefix(count);
    return static_cast<int>(count);
}

/// False when nothing is there now, or will ever be: isStarved(), isEnded().
bool RecordStream::refill()
{
    Call& call = *m_call;
    m_starved = true;
    // The first time it is asked whatever it said last, as a plain socket would be.
    if (!call.mayReceive || call.area.empty() || !(call.asks == Asks::Once || call.socket.mayRead()))
        return false;
    call.asks = Asks::WhenReady;
    if (m_rest)
        m_rest->input.clear();
    const auto received = call.socket.receive(call.area);
    if (received.state == PlainSocket::Read::Nothing)
        return false;
    m_starved = false;
    m_ended = received.state != PlainSocket::Read::Data;
    call.input = {call.area.data(), received.size};
    return !m_ended;
}

int RecordStream::write(const char* bytes, std::size_t size)
{
    const auto whole = static_cast<int>(size);
    while (size > 0) {
        if (m_call->written == kSendArea)
            sendWritten();
        const std::size_t count = std::min(size, kSendArea - m_call->written);
        std::memcpy(sendArea() + m_call->written, bytes, count);
        m_call->written += count;
        bytes += count;
        size -= count;
    }
    return whole;
}

void RecordStream::sendWritten()
{
    Call& call = *m_call;
    const std::string_view written(sendArea(), std::exchange(call.written, 0));
    const std::string_view held = m_rest ? std::string_view(m_rest->held) : std::string_view();
    if (call.result == PlainSocket::Write::Failed || (written.empty() && held.empty()))
        return;
    call.result = call.socket.send(held, written);
    if (m_rest)
        m_rest->held.clear();
}

PlainSocket::Write RecordStream::end()
{
    sendWritten();
    keepInput();
    const Call& call = *std::exchange(m_call, nullptr);
    if (call.result == PlainSocket::Write::Done && call.socket.hasPending())
        return PlainSocket::Write::Pending;
    return call.result;
}

void RecordStream::endHolding()
{
    if (m_call->written > 0)
        rest().held.append(sendArea(), std::exchange(m_call->written, 0));
    keepInput();
    m_call = nullptr;
}

void RecordStream::keepInput()
{
    const std::string_view input = m_call->input;
    if (!input.empty() || m_rest) {
        std::string kept(input); // of what was kept before, perhaps
        rest().input.swap(kept);
    }
    dropEmptyRest();
}

RecordStream::Rest& RecordStream::rest()
{
    if (!m_rest)
        m_rest = std::make_unique<Rest>();
    return *m_rest;
}

void RecordStream::dropEmptyRest()
{
    if (m_rest && m_rest->input.empty() && m_rest->held.empty())
        m_rest.reset();
}

} // namespace postern

// The connection's bytes. What the session tells it: http2_connection_events.cpp; its streams:
// http2_connection_streams.cpp; time, and its end: http2_connection_end.cpp.
#include "gateway/proxy/http2_connection.h"

#include "gateway/proxy/listener_port.h"
#include "gateway/proxy/worker_context.h"

#include <sys/epoll.h>

namespace postern {

namespace {

// One connection's share of a turn, so that a busy one does not keep the others waiting.
constexpr int kReadsPerTurn = 4;
constexpr int kRoundsPerTurn = 8;
// Frames are gathered up to this size, then sent.
constexpr std::size_t kSendSize = 64 * 1024;
// A client that does not take this much of what is written already is not read from either.
constexpr std::size_t kMostPending = 256 * 1024;
// Windows: what a client may have under way to upstreams that do not take it. Large enough for an upload over
// a long line, small enough that a worker's memory is not the clients' to fill.
constexpr std::uint32_t kStreamWindow = 256 * 1024;
constexpr std::uint32_t kConnectionWindow = 1024 * 1024;

Http2Session::Settings settingsOf(const Snapshot::Compiled& compiled)
{
    const Limits& limits = compiled.limits;
    Http2Session::Settings settings;
    settings.streams = static_cast<std::uint32_t>(limits.streams);
    settings.streamWindow = kStreamWindow;
    settings.connectionWindow = kConnectionWindow;
    settings.headerListBytes = static_cast<std::uint32_t>(limits.headerBytes.count);
    settings.extendedConnect = compiled.hasWebSockets;
    return settings;
}

} // namespace

Http2Connection::Http2Connection(WorkerContext& context, SessionOwner& owner, ListenerPort& port,
                                 ClientSocket client)
    : m_context(context)
    , m_owner(owner)
    , m_port(port)
    , m_client(std::move(client))
    , m_session(Http2Session::Role::Server, settingsOf(context.configuration->compiled()), *this)
    , m_budget(static_cast<std::uint32_t>(limits().resets))
    , m_extendedConnect(context.configuration->compiled().hasWebSockets)
{}

Http2Connection::~Http2Connection() { closeNow(RequestEnd::Drained); }

Result<void> Http2Connection::start()
{
    if (auto attached = m_client.attach(m_context.dispatcher, *this); !attached)
        return failure(attached.error());
    const Clock::Steady now = m_context.clock.steady();
    m_budget.start(now);
    m_headBy = now + limits().headerTimeout;
    m_idleBy = now + limits().idleTimeout;
    if (m_context.closing)
        m_session.announceShutdown();
    if (m_context.draining)
        beginLeaving();
    process();
    return {};
}

const Limits& Http2Connection::limits() const { return m_context.configuration->compiled().limits; }

ClientConnection Http2Connection::client() const
{
    return {m_client.peer(), m_port.settings.get(), m_port.text};
}

void Http2Connection::ready(FdEvents events)
{
    m_scheduled = false;
    m_socket.note(events);
    if (events & (EPOLLERR | EPOLLHUP)) {
        m_broken = true; // reset, or closed in both directions: nobody reads an answer
    } else if (m_socket.hasPending() && (events & EPOLLOUT)) {
        const std::size_t before = m_socket.pending();
        const auto result = m_socket.flush();
        written(result);
        if (m_socket.pending() < before)
            m_reading.tookSome(m_context.clock);
        if (result == StreamSocket::Write::Done)
            touchAll(); // those that waited for this may go on
    }
    process();
}

/// All that can be done now. Called at the end of every event, never inside itself.
void Http2Connection::process()
{
    if (m_processing || m_phase == Phase::Closed)
        return;
    m_processing = true;
    if (m_broken) {
        closeNow(RequestEnd::ClientGone);
    } else if (m_phase == Phase::Open) {
        read();
        work();
    } else {
        linger();
    }
    m_processing = false;
    if (m_phase == Phase::Open)
        arm();
}

void Http2Connection::read()
{
    int reads = 0;
    while (m_socket.mayRead() && !m_readingOver && !m_inputEnded && m_socket.pending() < kMostPending) {
        if (++reads > kReadsPerTurn) {
            schedule();
            return;
        }
        const auto received = m_socket.receive(*m_context.receiveBuffer);
        if (received.state == StreamSocket::Read::Nothing)
            return;
        if (received.state == StreamSocket::Read::Failed) {
            m_broken = true;
            return;
        }
        if (received.state == StreamSocket::Read::End) {
            m_inputEnded = true;
            for (const auto& stream : m_streams)
                stream->inputEnded();
            return;
        }
        take(std::span(*m_context.receiveBuffer).first(received.size));
    }
}

void Http2Connection::take(std::span<char> bytes)
{
    if (bytes.empty())
        return;
    const std::size_t fine =
        m_scanner.scan(bytes, [this](const Http2FrameScanner::Frame& frame) { return inspect(frame); });
    m_readingOver = !m_session.receive(bytes.first(fine));
    deliverGathered(false);
    if (m_stopped) {
        m_session.terminate(*m_stopped);
        m_readingOver = true;
        return;
    }
    if ((m_headStream != nullptr || !m_greeted) && m_headBy == kNever)
        m_headBy = m_context.clock.steady() + limits().headerTimeout;
}

/// Streams go on, and what they said goes out, until nothing is left to do.
void Http2Connection::work()
{
    leave();
    for (int rounds = 0;; ++rounds) {
        advanceTouched();
        flush();
        if (m_broken) {
            closeNow(RequestEnd::ClientGone);
            return;
        }
        if (std::exchange(m_relieved, false))
            touchAll();
        if (m_touched.empty() && (m_socket.hasPending() || !m_session.hasOutput()))
            break;
        if (rounds == kRoundsPerTurn) {
            schedule();
            break;
        }
    }
    conclude();
}

void Http2Connection::flush()
{
    while (!m_socket.hasPending()) {
        std::string& out = m_context.scratch;
        out.clear();
        while (out.size() < kSendSize) { // looked at first: what the session has given it does not give again
            const std::string_view bytes = m_session.output();
            if (bytes.empty())
                break;
            out.append(bytes);
        }
        if (out.empty())
            return;
        written(m_socket.send(out));
        if (m_broken || out.size() < kSendSize)
            return;
    }
}

bool Http2Connection::writeBodyPart(void* user, std::string_view frameHead, std::size_t size)
{
    // Only flush() asks the session for output.
    std::string& out = m_context.scratch;
    out.append(frameHead);
    static_cast<Http2Stream*>(user)->appendBodyPart(out, size);
    return out.size() < kSendSize;
}

void Http2Connection::written(StreamSocket::Write result)
{
    switch (result) {
    case StreamSocket::Write::Done:
        m_reading.end(); // each stream's pace is its own, over all of its message
        break;
    case StreamSocket::Write::Failed:
        m_broken = true;
        break;
    case StreamSocket::Write::Pending:
        m_reading.begin(m_context.clock, limits());
        break;
    }
}

void Http2Connection::schedule()
{
    if (!std::exchange(m_scheduled, true))
        m_context.dispatcher.again(m_client.token);
}

} // namespace postern

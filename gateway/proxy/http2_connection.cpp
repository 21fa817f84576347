// The connection's life: bytes, time, its end. What the session tells it: http2_connection_events.cpp.
#include "gateway/proxy/http2_connection.h"

#include "gateway/proxy/listener_port.h"
#include "gateway/proxy/worker_context.h"

#include <sys/epoll.h>

#include <algorithm>

namespace postern {

using namespace std::chrono_literals;

namespace {

// One connection's share of a turn, so that a busy one does not keep the others waiting.
constexpr int kReadsPerTurn = 4;
constexpr int kRoundsPerTurn = 8;
// Frames are gathered up to this size, then sent.
constexpr std::size_t kSendSize = 64 * 1024;
// A client that does not take this much of what is written already is not read from either.
constexpr std::size_t kMostPending = 256 * 1024;
// What all streams' responses may hold for a client whose windows are closed. A stream without anything held
// reads one piece beyond it; from an upstream in HTTP/2 a first window each, and what was reserved.
constexpr std::ptrdiff_t kMostUnsent = 4 * 1024 * 1024;
// Windows: what a client may have under way to upstreams that do not take it. Large enough for an upload over
// a long line, small enough that a worker's memory is not the clients' to fill.
constexpr std::uint32_t kStreamWindow = 256 * 1024;
constexpr std::uint32_t kConnectionWindow = 1024 * 1024;
// As for HTTP/1.1: see http1_response.cpp.
constexpr std::uint32_t kMostLingerBytes = 1024 * 1024;
constexpr auto kLingerTime = 2s;

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

void Http2Connection::touch(Http2Stream& stream)
{
    if (!std::exchange(stream.touched, true))
        m_touched.push_back(&stream);
}

void Http2Connection::touchAll()
{
    for (const auto& stream : m_streams)
        touch(*stream);
}

void Http2Connection::unsentChanged(std::ptrdiff_t bytes)
{
    const bool wasTooMuch = m_unsent > kMostUnsent;
    m_unsent += bytes;
    if (wasTooMuch && m_unsent <= kMostUnsent)
        m_relieved = true;
}

void Http2Connection::settled(Http2Stream& stream)
{
    touch(stream);
    // Answers of many streams come in one turn and go out as one; a lone one does not wait for others.
    if (m_streams.size() > 1)
        schedule();
    else
        process();
}

void Http2Connection::schedule()
{
    if (!std::exchange(m_scheduled, true))
        m_context.dispatcher.again(m_client.token);
}

bool Http2Connection::reserve(std::size_t bytes)
{
    if (m_reserved + bytes > static_cast<std::size_t>(kMostUnsent))
        return false;
    m_reserved += bytes;
    return true;
}

bool Http2Connection::isCongested() const { return m_socket.hasPending() || m_unsent > kMostUnsent; }

void Http2Connection::advanceTouched()
{
    m_advancing.swap(m_touched);
    for (Http2Stream* const stream : m_advancing)
        stream->touched = false;
    for (Http2Stream* const stream : m_advancing) {
        if (stream->advance())
            reap(*stream);
    }
    m_advancing.clear();
}

void Http2Connection::reap(Http2Stream& stream)
{
    if (stream.touched) {
        std::erase(m_touched, &stream);
        stream.touched = false;
    }
    if (stream.isAnswered())
        m_budget.earn(2);
    stream.finish(stream.end());
    const std::size_t place = stream.place;
    m_context.giveBack(std::move(m_streams[place]));
    if (place + 1 < m_streams.size()) {
        m_streams[place] = std::move(m_streams.back());
        m_streams[place]->place = place;
    }
    m_streams.pop_back();
    if (m_streams.empty())
        m_idleBy = m_context.clock.steady() + limits().idleTimeout;
}

void Http2Connection::finishStreams(RequestEnd end)
{
    m_touched.clear();
    m_headStream = m_gatherStream = nullptr;
    while (!m_streams.empty()) {
        std::unique_ptr<Http2Stream> stream = std::move(m_streams.back());
        m_streams.pop_back();
        stream->touched = false;
        stream->finish(end);
        m_context.giveBack(std::move(stream));
    }
}

void Http2Connection::announceDrain()
{
    if (m_phase != Phase::Open)
        return;
    m_session.announceShutdown();
    process();
}

void Http2Connection::closeIfIdle()
{
    if (m_phase != Phase::Open)
        return;
    beginLeaving();
    m_socket.note(EPOLLIN); // what came this very moment is still served
    process();
    if (m_phase != Phase::Open)
        return;
    for (const auto& stream : m_streams) {
        if (stream->hasExchange())
            stream->exchange().goAway();
    }
    process();
}

void Http2Connection::beginLeaving()
{
    m_leaving = true;
    if (m_isFresh) // who has only just come in has a request on the way, as a rule
        m_idleBy = std::min<Clock::Steady>(m_idleBy, m_context.clock.steady() + kFirstRequestTime);
}

/// While draining: the streams that are known are the last. Who has asked nothing yet may do so once more.
void Http2Connection::leave()
{
    if (!m_leaving || m_isFresh)
        return;
    m_leaving = false;
    if (m_streams.empty())
        m_session.terminate(Http2Error::None);
    else
        m_session.goAway(Http2Error::None);
}

/// Whether this was all.
void Http2Connection::conclude()
{
    if (m_socket.hasPending())
        return;
    const bool isOver = m_session.isOver() || (m_readingOver && !m_session.hasOutput()) ||
                        (m_inputEnded && m_streams.empty());
    if (!isOver)
        return;
    finishStreams(RequestEnd::ClientGone);
    if (m_socket.peerEnded() && !m_socket.mayRead()) {
        close();
        return;
    }
    // Closing with unread bytes would reset the connection, and the reset could overtake the last words.
    m_socket.finishSending();
    m_phase = Phase::Linger;
    cancel();
    m_context.deadlines.set(*this, m_context.clock.steady() + kLingerTime);
    linger();
}

void Http2Connection::linger()
{
    while (m_socket.mayRead()) {
        const auto received = m_socket.receive(*m_context.receiveBuffer);
        if (received.state == StreamSocket::Read::Nothing)
            return;
        m_lingered += static_cast<std::uint32_t>(received.size);
        if (received.state != StreamSocket::Read::Data || m_lingered > kMostLingerBytes) {
            close();
            return;
        }
    }
}

void Http2Connection::closeNow(RequestEnd end)
{
    if (m_phase == Phase::Closed)
        return;
    if (!m_streams.empty()) {
        finishStreams(end);
        m_socket.abort();
    }
    close();
}

void Http2Connection::close()
{
    if (m_phase == Phase::Closed)
        return;
    m_phase = Phase::Closed;
    cancel();
    m_context.dispatcher.forget(m_client.token);
    m_socket.close();
    m_owner.sessionClosed(*this);
}

void Http2Connection::reached()
{
    const Clock::Steady now = m_context.clock.steady();
    if (m_phase == Phase::Linger) {
        close();
        return;
    }
    if (m_reading.nextLook() <= now && !m_reading.look(now, m_socket.taken(), limits())) {
        closeNow(RequestEnd::TimedOut);
        return;
    }
    if (m_headBy <= now)
        headTimedOut();
    else if (m_streams.empty() && m_idleBy <= now)
        m_session.terminate(Http2Error::None);
    Clock::Steady next = kNever;
    for (const auto& stream : m_streams)
        next = std::min(next, stream->checkTime(now));
    armBy(next);
    process();
}

void Http2Connection::headTimedOut()
{
    m_headBy = kNever;
    if (!m_greeted) {
        stop(Http2Error::SettingsTimeout); // not a request yet, as no byte of HTTP/1.1 is
    } else {
        // The rest of the head would have to come before anything else, so this ends the connection.
        countRefused(Refusal::HeadTimeout);
        stop(Http2Error::None);
    }
    m_session.terminate(*m_stopped);
    m_readingOver = true;
}

void Http2Connection::armBy(Clock::Steady when)
{
    if (when != kNever && (!isSet() || when < Deadline::when()))
        m_context.deadlines.set(*this, when);
}

void Http2Connection::arm()
{
    armBy(std::min({m_headBy, m_reading.nextLook(), m_streams.empty() ? m_idleBy : kNever}));
}

} // namespace postern

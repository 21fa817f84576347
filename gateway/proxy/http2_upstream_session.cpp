// The connection: how it comes, is read, and goes. What the upstream says is in http2_upstream_events.cpp,
// what it is told in http2_upstream_sending.cpp.
#include "gateway/proxy/http2_upstream_session.h"

#include "gateway/proxy/http2_upstream_pool.h"
#include "gateway/proxy/http2_upstream_stream.h"
#include "gateway/proxy/worker_context.h"

#include <sys/epoll.h>

#include <algorithm>

namespace postern {

using namespace std::chrono_literals;

namespace {

// Streams of ours on one connection, if the upstream allows as many; and as long as it has not said.
constexpr std::size_t kMostStreams = 256;
constexpr std::size_t kFirstStreams = 100; // RFC 9113 §6.5.2: no less is recommended
constexpr std::uint32_t kConnectionWindow = 8 * 1024 * 1024;
constexpr std::uint32_t kFloodBudget = 10'000;
// A connection that owes answers and says nothing for so long is asked, and given up when it does not say a
// word.
constexpr auto kSilence = 10s;
constexpr auto kPingTimeout = 5s;

AttemptFailure lost(Refusal refusal, AttemptFailure::Kind kind)
{
    return {.refusal = refusal, .kind = kind, .delivery = AttemptFailure::Delivery::Unknown};
}

} // namespace

Http2UpstreamSession::Http2UpstreamSession(WorkerContext& context, Http2UpstreamPool& pool)
    : m_context(context), m_pool(pool), m_budget(kFloodBudget)
{}

Http2UpstreamSession::~Http2UpstreamSession() = default;

UpstreamStream::Begun Http2UpstreamSession::connect(UpstreamEndpoint& endpoint, ConnectFailure& failure)
{
    m_endpointId = endpoint.id();
    // No hint: what it refers to may not live as long as the connecting takes.
    const auto acquired = m_pool.connections().acquireAt(
        endpoint, *this, {.hint = {}, .freshness = Freshness::New, .lending = Lending::Shared});
    if (acquired.connection && begin(*acquired.connection))
        return UpstreamStream::Begun::Ready;
    if (!acquired.connection && !acquired.failure)
        return UpstreamStream::Begun::Waiting;
    m_state = State::Closed;
    failure = acquired.failure.value_or(ConnectFailure::Handshake);
    return UpstreamStream::Begun::Failed;
}

/// False where the upstream did not agree on HTTP/2: then there is nothing else to speak with it.
bool Http2UpstreamSession::begin(UpstreamConnection& connection)
{
    const SecureChannel* channel = connection.socket().channel();
    if (channel && channel->applicationProtocol() != "h2") {
        connection.endpoint().report(AttemptOutcome::ConnectFailure, m_context.clock.steady());
        m_pool.connections().release(connection, UpstreamPool::Reuse::No);
        return false;
    }
    m_connection = &connection;
    m_endpoint = &connection.endpoint();
    m_endpointId = m_endpoint->id();
    m_state = State::Open;
    m_heardAt = m_context.clock.steady();
    m_budget.start(m_heardAt);
    m_session.emplace(Http2Session::Role::Client,
                      Http2Session::Settings{.streams = 0,
                                             .streamWindow = kFirstWindow,
                                             .connectionWindow = kConnectionWindow,
                                             .headerListBytes = kUpstreamHeadLimits.headerBytes},
                      static_cast<Http2Handler&>(*this));
    for (std::size_t i = 0; i < m_streams.size(); ++i)
        m_endpoint->requestBegan();
    armTimer();
    wantTurn();
    return true;
}

void Http2UpstreamSession::connectionReady(UpstreamConnection& connection)
{
    if (!begin(connection)) {
        connectionFailed(ConnectFailure::Handshake);
        return;
    }
    for (std::size_t i = 0; i < m_streams.size(); ++i) {
        m_streams[i]->m_phase = Http2UpstreamStream::Phase::Attached;
        touch(*m_streams[i]);
    }
    // A stream that is told may be gone by the end of the call, and others with it.
    for (std::size_t i = 0; i < m_touched.size(); ++i) {
        if (m_touched[i])
            m_touched[i]->becameReady();
    }
    settleTouched();
}

void Http2UpstreamSession::connectionFailed(ConnectFailure failure)
{
    end(attemptFailure(failure, m_pool.connections().handshakeFailure()));
    settleTouched();
}

void Http2UpstreamSession::connectionLeaving()
{
    if (m_state == State::Open)
        drain();
}

void Http2UpstreamSession::makeWay()
{
    if (m_state != State::Open)
        return;
    drain();
    if (m_streams.empty())
        wantTurn(); // to end
}

/// Its place among the `maxConnections` is another's from now on, however long its last stream lasts.
void Http2UpstreamSession::drain()
{
    m_state = State::Draining;
    m_pool.connections().discount(*m_connection);
    m_pool.roomMade();
}

std::size_t Http2UpstreamSession::room() const
{
    if (m_state == State::Connecting || !m_settingsHeard)
        return kFirstStreams;
    return std::min<std::size_t>(kMostStreams, m_session->peerStreamLimit());
}

bool Http2UpstreamSession::takes(const Http2UpstreamStream& stream, Freshness freshness)
{
    if (m_state == State::Draining || m_state == State::Closed || m_broken || m_streams.size() >= room())
        return false;
    if (m_state == State::Connecting)
        return true;
    if (freshness == Freshness::New && m_wasUsed)
        return false;
    // What has ended meanwhile would fail a request that can not go out again, or that lost this race before:
    // one system call looks first.
    const bool mustNotRace =
        stream.wish().freshness == Freshness::New || !isIdempotent(stream.request().method);
    if (m_streams.empty() && m_wasUsed && mustNotRace && !m_connection->socket().isQuiet()) {
        m_connection->socket().note(EPOLLIN);
        wantTurn();
        return false;
    }
    return true;
}

void Http2UpstreamSession::add(Http2UpstreamStream& stream)
{
    stream.m_session = this;
    stream.m_place = m_streams.size();
    stream.m_phase = isOpen() ? Http2UpstreamStream::Phase::Attached : Http2UpstreamStream::Phase::Waiting;
    m_streams.push_back(&stream);
    if (m_endpoint)
        m_endpoint->requestBegan();
}

void Http2UpstreamSession::remove(Http2UpstreamStream& stream)
{
    if (m_gathered.stream == &stream)
        m_gathered = {};
    if (m_headStream == &stream)
        m_headStream = nullptr;
    m_streams[stream.m_place] = m_streams.back();
    m_streams[stream.m_place]->m_place = stream.m_place;
    m_streams.pop_back();
    stream.m_session = nullptr;
    if (m_endpoint)
        m_endpoint->requestEnded();
    if (m_state == State::Closed)
        return;
    m_pool.roomMade();
    if (m_streams.empty() && isOpen())
        wantTurn(); // to drain, or to idle from now on
}

void Http2UpstreamSession::touch(Http2UpstreamStream& stream)
{
    if (stream.m_settling)
        return;
    stream.m_settling = this;
    m_touched.push_back(&stream);
}

void Http2UpstreamSession::untouch(Http2UpstreamStream& stream)
{
    stream.m_settling = nullptr;
    std::replace(m_touched.begin(), m_touched.end(), &stream, static_cast<Http2UpstreamStream*>(nullptr));
}

void Http2UpstreamSession::settleTouched()
{
    for (std::size_t i = 0; i < m_touched.size(); ++i) {
        if (Http2UpstreamStream* stream = std::exchange(m_touched[i], nullptr)) {
            stream->m_settling = nullptr;
            stream->settled();
        }
    }
    m_touched.clear();
}

void Http2UpstreamSession::wantTurn()
{
    if (m_turnAsked || !m_connection)
        return;
    m_turnAsked = true;
    m_connection->again();
}

void Http2UpstreamSession::connectionEvent()
{
    m_turnAsked = false;
    if (m_connection->socket().hasPending() && m_connection->socket().flush() == StreamSocket::Write::Failed)
        m_connection->socket().note(EPOLLIN); // reading says the rest
    read();
    if (!m_broken || m_session->hasOutput()) // a last word
        write();
    finishTurn();
}

void Http2UpstreamSession::read()
{
    int reads = 0;
    while (!m_broken && m_connection->socket().mayRead()) {
        if (++reads > kPerTurn) {
            wantTurn();
            return;
        }
        auto& buffer = *m_context.receiveBuffer;
        const auto received = m_connection->socket().receive(buffer);
        if (received.state == StreamSocket::Read::Nothing)
            return;
        if (received.state != StreamSocket::Read::Data) {
            m_broken = true;
            m_failure = lost(Refusal::UpstreamReset, AttemptFailure::Kind::Reset);
            return;
        }
        m_heardAt = m_context.clock.steady();
        m_pinging = false;
        const bool goesOn = m_session->receive(std::span(buffer).first(received.size));
        deliverGathered(); // it is in the receive buffer
        if (!m_headStream)
            m_arena.reset();
        if (!goesOn) {
            m_broken = true;
            m_failure = lost(Refusal::UpstreamFraming, AttemptFailure::Kind::Malformed);
        }
    }
}

void Http2UpstreamSession::finishTurn()
{
    if (m_broken)
        end(m_failure);
    else if (m_session->isOver() || (m_state == State::Draining && m_streams.empty()))
        end(lost(Refusal::UpstreamReset, AttemptFailure::Kind::Reset));
    else {
        armTimer();
        m_pool.roomMade(); // who waited because something was to be read here first may find room now
    }
    settleTouched(); // the last thing: this may be gone from its pool, and the pool gone too
}

/// The connection is closed, and every stream on it has failed.
void Http2UpstreamSession::end(const AttemptFailure& failure)
{
    if (m_state == State::Closed)
        return;
    m_state = State::Closed;
    if (m_endpoint && !m_streams.empty())
        m_endpoint->report(AttemptOutcome::Reset, m_context.clock.steady()); // once, whatever their number
    closeConnection();
    std::vector<Http2UpstreamStream*> failing;
    while (!m_streams.empty()) {
        Http2UpstreamStream& stream = *m_streams.back();
        remove(stream);
        touch(stream);
        failing.push_back(&stream);
    }
    m_pool.ended(*this);
    // Only now, as each may begin another attempt: this one has no room for it.
    for (Http2UpstreamStream* stream : failing) {
        AttemptFailure own = failure;
        const bool unheard = stream->m_phase == Http2UpstreamStream::Phase::Attached && !stream->m_heard;
        if (!stream->m_headSent)
            own.delivery = AttemptFailure::Delivery::Nothing;
        if (unheard && m_wasUsed && failure.kind == AttemptFailure::Kind::Reset)
            own.excuse = AttemptFailure::Excuse::IdleRace;
        stream->m_phase = Http2UpstreamStream::Phase::Idle;
        stream->failed(own);
    }
}

void Http2UpstreamSession::closeConnection()
{
    cancel();
    if (UpstreamConnection* connection = std::exchange(m_connection, nullptr))
        m_pool.connections().release(*connection, UpstreamPool::Reuse::No);
    else
        m_pool.connections().cancel(*this);
}

void Http2UpstreamSession::leave()
{
    if (m_state == State::Closed)
        return;
    m_state = State::Closed;
    while (!m_streams.empty())
        remove(*m_streams.back());
    closeConnection();
}

void Http2UpstreamSession::armTimer()
{
    const Clock::Steady now = m_context.clock.steady();
    if (m_streams.empty())
        m_context.deadlines.set(*this, now + m_pool.connections().settings().idleTimeout);
    else if (!isSet() || when() > now + kSilence)
        m_context.deadlines.set(*this, now + kSilence);
}

/// Idle for too long, or silent.
void Http2UpstreamSession::reached()
{
    if (m_state == State::Closed)
        return;
    const Clock::Steady now = m_context.clock.steady();
    if (m_streams.empty()) {
        m_session->goAway(Http2Error::None);
        write();
        end({});
        return;
    }
    if (now < m_heardAt + kSilence) {
        m_context.deadlines.set(*this, m_heardAt + kSilence);
    } else if (!m_pinging) {
        m_pinging = true;
        m_session->ping();
        write();
        m_context.deadlines.set(*this, now + kPingTimeout);
        settleTouched(); // writing may have let streams go on, or ended them
    } else {
        end(lost(Refusal::UpstreamTimeout, AttemptFailure::Kind::Timeout));
        settleTouched();
    }
}

} // namespace postern

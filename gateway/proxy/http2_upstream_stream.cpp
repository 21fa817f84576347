#include "gateway/proxy/http2_upstream_stream.h"

#include "gateway/proxy/http2_upstream_pool.h"
#include "gateway/proxy/http2_upstream_session.h"
#include "gateway/proxy/message_writer.h"
#include "gateway/proxy/worker_context.h"

namespace postern {

namespace {
// Of a request's body, waiting for window, beyond which no more is taken in.
constexpr std::size_t kMostUnsent = 64 * 1024;
// What a client that has begun to read may leave with us: more than a local network has under way. One that
// reads nothing at all leaves a first window.
constexpr std::uint32_t kWideWindow = 256 * 1024;
constexpr std::uint32_t kWidening = kWideWindow - Http2UpstreamSession::kFirstWindow;
// Taken of a response before its window is widened; a small one does without.
constexpr std::size_t kMuchTaken = 16 * 1024;
} // namespace

Http2UpstreamStream::Http2UpstreamStream(WorkerContext& context, UpstreamStreamObserver& observer)
    : m_context(context), m_observer(observer)
{}

Http2UpstreamStream::~Http2UpstreamStream() { abandon(); }

UpstreamStream::Begun Http2UpstreamStream::begin(const WorkerUpstream& upstream, const RequestHead& request,
                                                 const ConnectionWish& wish)
{
    m_pool = upstream.http2.get();
    m_request = &request;
    m_wish = wish;
    m_id = 0;
    m_out.clear();
    m_outStart = 0;
    m_trailers.clear();
    m_received = 0;
    m_withheld = 0;
    m_interims = 0;
    m_outLast = m_endSent = m_headSent = m_deferred = m_heard = m_isWide = false;
    m_phase = Phase::Waiting;
    ConnectFailure failure{};
    const Begun begun = m_pool->join(*this, failure);
    if (begun == Begun::Failed) {
        m_phase = Phase::Idle;
        m_failure = attemptFailure(failure);
    }
    return begun;
}

UpstreamStream::Sent Http2UpstreamStream::send(const Payload& payload)
{
    if (!m_session || m_phase == Phase::Done)
        return Sent::Taken; // it is over, or answered
    if (m_outStart > kMostUnsent) {
        m_out.erase(0, m_outStart);
        m_outStart = 0;
    }
    m_out.append(payload.bytes.data(), payload.bytes.size());
    m_outLast = payload.last;
    if (payload.last && payload.trailers) {
        for (const Header& field : *payload.trailers)
            m_trailers.emplace_back(field.name, field.value);
    }
    if (m_id == 0)
        return m_session->open(*this) ? Sent::Taken : Sent::Refused;
    if (std::exchange(m_deferred, false))
        m_session->resumeBody(*this);
    return Sent::Taken;
}

bool Http2UpstreamStream::isCongested() const { return m_phase == Phase::Waiting || unsent() > kMostUnsent; }

void Http2UpstreamStream::resume()
{
    if (m_withheld > 0)
        giveWindow();
}

void Http2UpstreamStream::giveWindow()
{
    if (m_session && m_id > 0) {
        if (!m_isWide && isWorthWidening() && m_observer.reserve(kWidening)) {
            m_isWide = true;
            m_session->widen(*this, kWideWindow);
        }
        m_session->giveWindow(*this, m_withheld);
    }
    m_withheld = 0;
}

bool Http2UpstreamStream::isWorthWidening() const
{
    const bool isNearlyHere =
        m_framing == BodyFraming::Length && m_length <= m_received + Http2UpstreamSession::kFirstWindow;
    return m_received >= kMuchTaken && !isNearlyHere;
}

void Http2UpstreamStream::abandon()
{
    if (m_settling)
        m_settling->untouch(*this);
    if (m_session)
        m_session->cancelStream(*this);
    else if (m_phase == Phase::Waiting)
        m_pool->forget(*this);
    m_phase = Phase::Idle;
    if (m_out.capacity() > kSmallPayload)
        std::string().swap(m_out); // warm exchanges are many
    m_out.clear();
    m_outStart = 0;
}

UpstreamEndpoint* Http2UpstreamStream::endpoint() { return m_session ? m_session->endpoint() : nullptr; }

void Http2UpstreamStream::appendUnsent(std::string& text, std::size_t size)
{
    text.append(m_out, m_outStart, size);
    m_outStart += size;
    if (m_outStart == m_out.size()) {
        m_out.clear();
        m_outStart = 0;
    }
}

bool Http2UpstreamStream::countBody(std::size_t size)
{
    m_received += size;
    switch (m_framing) {
    case BodyFraming::None:
        return size == 0;
    case BodyFraming::Length:
        return m_received <= m_length;
    case BodyFraming::Chunked:
    case BodyFraming::UntilClose:
        break;
    }
    return true;
}

bool Http2UpstreamStream::isBodyWhole() const
{
    return m_framing != BodyFraming::Length || m_received == m_length;
}

void Http2UpstreamStream::deliverBody(const Payload& payload)
{
    const std::size_t size = payload.bytes.size();
    if (!payload.bytes.empty() || payload.last)
        m_observer.streamBody(payload);
    m_withheld += size;
    if (m_withheld > 0 && m_session && m_observer.takesResponse())
        giveWindow();
}

} // namespace postern

// Http2UpstreamSession's third part: what goes to the upstream.
#include "gateway/proxy/http2_upstream_pool.h"
#include "gateway/proxy/http2_upstream_session.h"
#include "gateway/proxy/http2_upstream_stream.h"
#include "gateway/proxy/worker_context.h"

#include <sys/epoll.h>

namespace postern {

using Phase = Http2UpstreamStream::Phase;

bool Http2UpstreamSession::open(Http2UpstreamStream& stream)
{
    const std::string_view scheme = m_connection->socket().channel() ? "https" : "http";
    const bool isWhole = stream.m_outLast && stream.m_out.empty() && stream.m_trailers.empty();
    Http2FieldBlock& block = m_pool.fieldBlock();
    block.setRequest(*stream.m_request, scheme);
    stream.m_id = m_session->request(block, isWhole ? Http2Body::None : Http2Body::Follows, &stream);
    if (stream.m_id == 0) { // all numbers are used up
        if (m_state == State::Open)
            drain();
        remove(stream);
        stream.m_phase = Phase::Idle;
        return false;
    }
    stream.m_endSent = isWhole;
    wantTurn();
    return true;
}

void Http2UpstreamSession::resumeBody(Http2UpstreamStream& stream)
{
    m_session->resume(stream.m_id);
    wantTurn();
}

void Http2UpstreamSession::giveWindow(Http2UpstreamStream& stream, std::size_t size)
{
    m_session->consumeStream(stream.m_id, size);
    if (m_session->hasOutput())
        wantTurn();
}

void Http2UpstreamSession::widen(Http2UpstreamStream& stream, std::uint32_t window)
{
    m_session->widen(stream.m_id, window);
    wantTurn();
}

void Http2UpstreamSession::cancelStream(Http2UpstreamStream& stream)
{
    if (stream.m_id > 0) {
        m_session->setUser(stream.m_id, nullptr);
        m_session->reset(stream.m_id, Http2Error::Cancel);
        wantTurn();
    }
    remove(stream);
}

std::optional<Http2BodyPart> Http2UpstreamSession::bodyPart(Http2StreamId id, void* user, std::size_t most)
{
    Http2UpstreamStream* const stream = asStream(user);
    if (!stream)
        return std::nullopt; // it is being reset
    Http2BodyPart part;
    part.size = std::min(most, stream->unsent());
    part.last = stream->m_outLast && part.size == stream->unsent();
    if (part.size == 0 && !part.last) {
        stream->m_deferred = true;
        return std::nullopt;
    }
    if (!part.last)
        return part;
    stream->m_endSent = true;
    if (!stream->m_trailers.empty()) {
        Headers trailers;
        for (const auto& [name, value] : stream->m_trailers)
            trailers.add(name, value);
        m_pool.fieldBlock().setTrailers(trailers);
        m_session->sendTrailers(id, m_pool.fieldBlock());
        part.trailers = true;
    }
    return part;
}

bool Http2UpstreamSession::writeBodyPart(void* user, std::string_view frameHead, std::size_t size)
{
    std::string& text = m_context.upstreamFrames;
    text.append(frameHead);
    Http2UpstreamStream& stream = *asStream(user);
    const bool wasCongested = stream.isCongested();
    stream.appendUnsent(text, size);
    if (wasCongested && !stream.isCongested())
        touch(stream); // its client may go on
    m_enough = text.size() >= kMostAtOnce;
    return !m_enough;
}

void Http2UpstreamSession::frameSent(const Http2Frame& frame)
{
    if (frame.type == Http2FrameType::Data)
        m_budget.earn(kEarnedByData); // it is answered with window
    else if (frame.type == Http2FrameType::Headers) {
        if (Http2UpstreamStream* stream = asStream(m_session->user(frame.stream)))
            stream->m_headSent = true;
    }
}

void Http2UpstreamSession::write()
{
    StreamSocket& socket = m_connection->socket();
    for (int sends = 0; !socket.hasPending(); ++sends) {
        if (sends >= kPerTurn) {
            wantTurn();
            return;
        }
        std::string& text = m_context.upstreamFrames;
        text.clear();
        m_enough = false;
        while (!m_enough) {
            const std::string_view bytes = m_session->output();
            if (bytes.empty())
                break;
            text.append(bytes);
            m_enough = text.size() >= kMostAtOnce;
        }
        if (text.empty())
            return;
        if (socket.send(text) == StreamSocket::Write::Failed) {
            // The upstream may have answered, or said why, before it closed: reading says the rest.
            socket.note(EPOLLIN);
            wantTurn();
            return;
        }
    }
}

} // namespace postern

#pragma once

#include "gateway/http/chunked_decoder.h"
#include "gateway/http/request_parser.h"
#include "gateway/http/response_parser.h"
#include "tests/support/bytes.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <vector>

namespace postern::test {

/// How a stream comes in: whole, or a first piece and then pieces of one size (0: the rest at once).
struct Fragmentation
{
    std::size_t first = 0;
    std::size_t step = 0;
};

/// A receive buffer over a stream in pieces. The bytes lie at a new address after every piece and the old
/// ones are overwritten, so a view that did not move along shows.
class Feed
{
public:
    Feed(std::string_view stream, const Fragmentation& fragmentation)
        : m_stream(stream), m_fragmentation(fragmentation)
    {
        receive(fragmentation.first);
    }
    [[nodiscard]] std::string_view pending() const { return {m_bytes.get(), m_size}; }
    void drop(std::size_t size)
    {
        std::memmove(m_bytes.get(), m_bytes.get() + size, m_size - size);
        m_size -= size;
    }
    /// \returns whether more came.
    bool more()
    {
        if (m_received == m_stream.size())
            return false;
        receive(m_fragmentation.step);
        return true;
    }

private:
    void receive(std::size_t piece)
    {
        const std::size_t left = m_stream.size() - m_received;
        const std::size_t size = piece == 0 ? left : std::min(piece, left);
        auto grown = std::make_unique<char[]>(m_size + size + 1);
        if (m_bytes) {
            std::memcpy(grown.get(), m_bytes.get(), m_size);
            std::memset(m_bytes.get(), '#', m_size);
        }
        m_stream.copy(grown.get() + m_size, size, m_received);
        m_old = std::exchange(m_bytes, std::move(grown)); // kept, so that the next one is elsewhere
        m_size += size;
        m_received += size;
    }

    std::string_view m_stream;
    Fragmentation m_fragmentation;
    std::unique_ptr<char[]> m_bytes;
    std::unique_ptr<char[]> m_old;
    std::size_t m_size = 0;
    std::size_t m_received = 0;
};

/// What a reading of a stream gave, as text: two readings agree exactly when their transcripts do.
struct Transcript
{
    std::vector<QByteArray> heads;
    std::vector<QByteArray> bodies;
    QByteArray end; ///< `done`, `unfinished`, or the refusal's token

    friend bool operator==(const Transcript&, const Transcript&) = default;
};

inline QByteArray describe(const Headers& headers)
{
    QByteArray text;
    for (const Header& field : headers)
        text += '|' + bytes(field.name) + '=' + bytes(field.value);
    return text;
}

inline QByteArray describe(const RequestHead& head)
{
    return bytes(head.methodToken) + ' ' + bytes(head.target.path) + ' ' +
           (head.target.hasQuery ? '?' + bytes(head.target.query) : QByteArray()) + " @" + bytes(head.host) +
           (head.keepAlive ? " keep" : " close") + describe(head.headers);
}

inline QByteArray describe(const ResponseHead& head)
{
    return QByteArray::number(head.status) + ' ' + bytes(head.reason) +
           (head.keepAlive ? " keep" : " close") + describe(head.headers);
}

inline QByteArray readChunked(Feed& feed, QByteArray& body)
{
    ChunkedDecoder decoder;
    for (;;) {
        const ChunkedDecoder::Step step = decoder.next(feed.pending());
        body += bytes(step.data);
        if (step.outcome == ChunkedDecoder::Outcome::Refused)
            return bytes(refusalToken(step.refusal));
        feed.drop(step.consumed);
        if (step.outcome == ChunkedDecoder::Outcome::Done) {
            body += describe(decoder.trailers());
            return {};
        }
        if (step.outcome == ChunkedDecoder::Outcome::NeedMore && !feed.more())
            return "unfinished";
    }
}

/// \returns empty, or why the stream ended in the body.
inline QByteArray readBody(Feed& feed, BodyFraming framing, std::uint64_t length, QByteArray& body)
{
    if (framing == BodyFraming::Chunked)
        return readChunked(feed, body);
    if (framing == BodyFraming::UntilClose) {
        while (feed.more()) {
        }
        length = feed.pending().size();
    } else if (framing == BodyFraming::None) {
        length = 0;
    }
    while (feed.pending().size() < length) {
        if (!feed.more())
            return "unfinished";
    }
    body = bytes(feed.pending().substr(0, length));
    feed.drop(length);
    return {};
}

inline Transcript readRequests(std::string_view stream, const Fragmentation& fragmentation = {},
                               const HeadLimits& limits = {})
{
    Transcript transcript;
    Feed feed(stream, fragmentation);
    RequestParser parser;
    Arena arena;
    RequestHead head;
    while (!feed.pending().empty() || feed.more()) {
        const ParseResult result = parser.parse(feed.pending(), limits, arena, head);
        if (result.state == ParseResult::State::Refused) {
            transcript.end = bytes(refusalToken(result.refusal));
            return transcript;
        }
        if (result.state == ParseResult::State::NeedMore) {
            if (feed.more())
                continue;
            transcript.end = "unfinished";
            return transcript;
        }
        transcript.heads.push_back(describe(head));
        feed.drop(result.consumed);
        QByteArray& body = transcript.bodies.emplace_back();
        transcript.end = readBody(feed, head.framing, head.contentLength, body);
        if (!transcript.end.isEmpty())
            return transcript;
        parser.reset();
        arena.reset();
    }
    transcript.end = "done";
    return transcript;
}

/// One response, the interim ones before it included. What follows it is left unread.
inline Transcript readResponse(std::string_view stream, Method method = Method::Get,
                               const Fragmentation& fragmentation = {}, const HeadLimits& limits = {})
{
    Transcript transcript;
    Feed feed(stream, fragmentation);
    ResponseParser parser;
    ResponseHead head;
    for (;;) {
        const ParseResult result = parser.parse(feed.pending(), limits, method, head);
        transcript.end = result.state == ParseResult::State::Refused ? bytes(refusalToken(result.refusal))
                                                                     : QByteArray("unfinished");
        if (result.state == ParseResult::State::NeedMore && feed.more())
            continue;
        if (result.state != ParseResult::State::Done)
            return transcript;
        transcript.heads.push_back(describe(head));
        feed.drop(result.consumed);
        if (!head.isInterim())
            break;
        parser.reset();
    }
    transcript.end = readBody(feed, head.framing, head.contentLength, transcript.bodies.emplace_back());
    if (transcript.end.isEmpty())
        transcript.end = "done";
    return transcript;
}

} // namespace postern::test

#include "gateway/proxy/body_reader.h"

#include <algorithm>
#include <cstring>

namespace postern {

void BodyReader::start(BodyFraming framing, std::uint64_t length)
{
    m_framing = framing;
    m_left = length;
    m_done = framing == BodyFraming::None || (framing == BodyFraming::Length && length == 0);
    if (framing == BodyFraming::Chunked)
        m_chunks.reset();
}

BodyReader::Piece BodyReader::take(std::span<char> input)
{
    switch (m_framing) {
    case BodyFraming::Chunked:
        return takeChunked(input);
    case BodyFraming::UntilClose:
        return {{input}, input.size(), Refusal::None};
    case BodyFraming::None:
        break;
    case BodyFraming::Length: {
        const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(m_left, input.size()));
        m_left -= size;
        m_done = m_left == 0;
        return {{input.first(size), m_done}, size, Refusal::None};
    }
    }
    return {{{}, true}, 0, Refusal::None};
}

BodyReader::Piece BodyReader::takeChunked(std::span<char> input)
{
    Piece piece;
    std::size_t gathered = 0;
    std::size_t begin = 0; // of the gathered payload
    while (!m_done) {
        const std::string_view rest(input.data() + piece.consumed, input.size() - piece.consumed);
        const ChunkedDecoder::Step step = m_chunks.next(rest);
        piece.consumed += step.consumed;
        if (step.outcome == ChunkedDecoder::Outcome::Refused) {
            piece.refusal = step.refusal;
            return piece;
        }
        if (step.outcome == ChunkedDecoder::Outcome::NeedMore)
            break;
        if (step.outcome == ChunkedDecoder::Outcome::Done) {
            m_done = true;
            piece.payload.last = true;
            piece.payload.trailers = m_chunks.trailers().empty() ? nullptr : &m_chunks.trailers();
        } else if (gathered == 0) {
            begin = static_cast<std::size_t>(step.data.data() - input.data());
            gathered = step.data.size();
        } else {
            std::memmove(input.data() + begin + gathered, step.data.data(), step.data.size());
            gathered += step.data.size();
        }
    }
    piece.payload.bytes = input.subspan(begin, gathered);
    return piece;
}

} // namespace postern

#pragma once

#include "gateway/http/chunked_decoder.h"
#include "gateway/http/request_head.h"
#include "gateway/proxy/payload.h"

#include <optional>

namespace postern {

/// Takes the framing off one message's body as it arrives. Owned by a side of an exchange, reused.
class BodyReader
{
public:
    struct Piece
    {
        Payload payload;          ///< in \a input's own memory
        std::size_t consumed = 0; ///< of \a input; all of it unless the body ended
        Refusal refusal = Refusal::None;
    };

    /// \a framing None, or Length with 0: done at once.
    void start(BodyFraming framing, std::uint64_t length);
    [[nodiscard]] bool isDone() const { return m_done; }
    /// Bytes still to come, where the head said how many.
    [[nodiscard]] std::optional<std::uint64_t> remaining() const
    {
        return m_framing == BodyFraming::Length ? std::optional(m_left) : std::nullopt;
    }
    /// Takes all that \a input holds of the body. The payload of several chunks is moved together inside
    /// \a input, so that it goes on as one piece whatever the sender's chunks were.
    [[nodiscard]] Piece take(std::span<char> input);
    /// The sender closed. True when that is how this body ends.
    [[nodiscard]] bool endsAtClose() const { return m_framing == BodyFraming::UntilClose; }
    /// It did.
    void end() { m_done = true; }

private:
    [[nodiscard]] Piece takeChunked(std::span<char> input);

    BodyFraming m_framing = BodyFraming::None;
    bool m_done = true;
    std::uint64_t m_left = 0;
    ChunkedDecoder m_chunks;
};

} // namespace postern

#pragma once

#include "gateway/http/trailer_parser.h"

#include <cstdint>
#include <string_view>

namespace postern {

/// Decodes a chunked body as it arrives (RFC 9112 §7.1) without copying it: payload is handed out as parts of
/// the input. Strict: CRLF only, bounded sizes, extensions, trailers. One per exchange and direction; reset()
/// to reuse. Only trailers are copied (they may come in pieces), within their limit.
class ChunkedDecoder
{
public:
    struct Limits
    {
        std::size_t extensionBytes = 256;       ///< of one chunk
        std::size_t extensionBytesTotal = 4096; ///< of the whole body
        HeadLimits trailers{8 * 1024, 32, 0};
    };
    enum class Outcome { NeedMore, Data, Done, Refused };
    struct Step
    {
        Outcome outcome = Outcome::NeedMore;
        Refusal refusal = Refusal::None;
        std::size_t consumed = 0; ///< drop that much from the input, then call again unless it was NeedMore
        std::string_view data;    ///< with Data: payload, part of the input
    };

    ChunkedDecoder() = default;
    explicit ChunkedDecoder(const Limits& limits) : m_limits(limits) {}
    ChunkedDecoder(const ChunkedDecoder&) = delete; // trailers are views into it
    ChunkedDecoder& operator=(const ChunkedDecoder&) = delete;

    /// Looks at \a input up to the next payload or the end. NeedMore consumes all of it.
    [[nodiscard]] Step next(std::string_view input);
    [[nodiscard]] bool isDone() const { return m_state == State::Done; }
    /// After Done. Views into the decoder, good until reset(). Never holds a field that frames, routes or
    /// authenticates (RFC 9110 §6.5.1): such a trailer is refused. Managed fields are the caller's to remove.
    [[nodiscard]] Headers& trailers() { return m_trailers.fields(); }
    void reset();

private:
    enum class State : std::uint8_t {
        SizeFirst,
        Size,
        SizeEnd,
        ExtensionName,
        ExtensionNameRest,
        ExtensionNameEnd,
        ExtensionValue,
        ExtensionToken,
        ExtensionQuoted,
        ExtensionEscape,
        ExtensionQuotedEnd,
        ExtensionEnd,
        SizeLineFeed,
        Data,
        DataReturn,
        DataLineFeed,
        Trailers,
        Done,
        Refused
    };
    [[nodiscard]] Refusal frameByte(char byte);
    [[nodiscard]] Refusal sizeByte(char byte);
    [[nodiscard]] Refusal addDigit(char byte);
    [[nodiscard]] Refusal extensionByte(char byte);
    [[nodiscard]] Refusal betweenExtensions(char byte, State onSpace);
    [[nodiscard]] Step takeData(std::string_view input, std::size_t offset);
    [[nodiscard]] Step takeTrailers(std::string_view input, std::size_t offset);
    [[nodiscard]] Step refuse(Refusal refusal, std::size_t consumed);

    Limits m_limits;
    State m_state = State::SizeFirst;
    std::uint8_t m_digits = 0;
    std::uint64_t m_left = 0; // of the chunk
    std::size_t m_extension = 0;
    std::size_t m_extensionTotal = 0;
    TrailerParser m_trailers;
};

} // namespace postern

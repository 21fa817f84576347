#include "gateway/http/chunked_decoder.h"

#include "gateway/http/character_class.h"

#include <algorithm>

namespace postern {

namespace {

bool isSpace(char c) { return c == ' ' || c == '\t'; }

Refusal lineFault(char byte, Refusal otherwise) { return byte == '\n' ? Refusal::BareLineFeed : otherwise; }

} // namespace

void ChunkedDecoder::reset()
{
    m_state = State::SizeFirst;
    m_digits = 0;
    m_left = 0;
    m_extension = 0;
    m_extensionTotal = 0;
    m_trailers.reset();
}

ChunkedDecoder::Step ChunkedDecoder::next(std::string_view input)
{
    for (std::size_t at = 0; at < input.size() || m_state == State::Done; ++at) {
        switch (m_state) {
        case State::Data:
            return takeData(input, at);
        case State::Trailers:
            return takeTrailers(input, at);
        case State::Done:
            return {Outcome::Done, Refusal::None, at, {}};
        case State::Refused:
            return refuse(Refusal::ChunkSizeMalformed, at);
        default:
            if (const Refusal refusal = frameByte(input[at]); refusal != Refusal::None)
                return refuse(refusal, at);
        }
    }
    return {Outcome::NeedMore, Refusal::None, input.size(), {}};
}

ChunkedDecoder::Step ChunkedDecoder::takeData(std::string_view input, std::size_t offset)
{
    const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(m_left, input.size() - offset));
    m_left -= size;
    if (m_left == 0)
        m_state = State::DataReturn;
    return {Outcome::Data, Refusal::None, offset + size, input.substr(offset, size)};
}

ChunkedDecoder::Step ChunkedDecoder::takeTrailers(std::string_view input, std::size_t offset)
{
    const ParseResult result = m_trailers.take(input.substr(offset), m_limits.trailers);
    if (result.state == ParseResult::State::Refused)
        return refuse(result.refusal, offset);
    if (result.state == ParseResult::State::NeedMore)
        return {Outcome::NeedMore, Refusal::None, input.size(), {}};
    m_state = State::Done;
    return {Outcome::Done, Refusal::None, offset + result.consumed, {}};
}

ChunkedDecoder::Step ChunkedDecoder::refuse(Refusal refusal, std::size_t consumed)
{
    m_state = State::Refused;
    return {Outcome::Refused, refusal, consumed, {}};
}

/// One byte of what stands around the payload.
Refusal ChunkedDecoder::frameByte(char byte)
{
    switch (m_state) {
    case State::SizeFirst:
    case State::Size:
    case State::SizeEnd:
        return sizeByte(byte);
    case State::SizeLineFeed:
        m_state = m_left > 0 ? State::Data : State::Trailers;
        m_digits = 0;
        m_extension = 0;
        return byte == '\n' ? Refusal::None : Refusal::BareCarriageReturn;
    case State::DataReturn:
        m_state = State::DataLineFeed;
        return byte == '\r' ? Refusal::None : Refusal::ChunkTerminatorMissing;
    case State::DataLineFeed:
        m_state = State::SizeFirst;
        return byte == '\n' ? Refusal::None : Refusal::ChunkTerminatorMissing;
    default:
        ++m_extensionTotal;
        if (++m_extension > m_limits.extensionBytes || m_extensionTotal > m_limits.extensionBytesTotal)
            return Refusal::ChunkExtensionTooLarge;
        return extensionByte(byte);
    }
}

/// `1*HEXDIG`, then CRLF or an extension; white space only before the latter.
Refusal ChunkedDecoder::sizeByte(char byte)
{
    if (m_state != State::SizeEnd && is(byte, kHexDigit))
        return addDigit(byte);
    if (m_state == State::SizeFirst)
        return lineFault(byte, Refusal::ChunkSizeMalformed);
    if (byte == ';') {
        m_state = State::ExtensionName;
        return Refusal::None;
    }
    if (byte == '\r' && m_state == State::Size) {
        m_state = State::SizeLineFeed;
        return Refusal::None;
    }
    if (isSpace(byte) && ++m_extension <= m_limits.extensionBytes) {
        m_state = State::SizeEnd;
        return Refusal::None;
    }
    return lineFault(byte, Refusal::ChunkSizeMalformed);
}

Refusal ChunkedDecoder::addDigit(char byte)
{
    constexpr int kMostDigits = 32; // leading zeros are allowed, floods of them are not
    constexpr std::uint64_t kLargest = std::uint64_t{1} << 58;
    m_state = State::Size;
    m_left = m_left * 16 + hexValue(byte);
    return ++m_digits > kMostDigits || m_left > kLargest ? Refusal::ChunkSizeTooLarge : Refusal::None;
}

/// `*( BWS ";" BWS name [ BWS "=" BWS ( token / quoted-string ) ] )`, RFC 9112 §7.1.1. None means anything to
/// us.
Refusal ChunkedDecoder::extensionByte(char byte)
{
    const bool token = is(byte, kTokenCharacter);
    switch (m_state) {
    case State::ExtensionName:
        if (token)
            m_state = State::ExtensionNameRest;
        return token || isSpace(byte) ? Refusal::None : lineFault(byte, Refusal::ChunkExtensionMalformed);
    case State::ExtensionNameRest:
        if (token)
            return Refusal::None;
        [[fallthrough]];
    case State::ExtensionNameEnd:
        if (byte != '=')
            return betweenExtensions(byte, State::ExtensionNameEnd);
        m_state = State::ExtensionValue;
        return Refusal::None;
    case State::ExtensionValue:
        if (token || byte == '"')
            m_state = token ? State::ExtensionToken : State::ExtensionQuoted;
        return token || byte == '"' || isSpace(byte) ? Refusal::None
                                                     : lineFault(byte, Refusal::ChunkExtensionMalformed);
    case State::ExtensionToken:
        return token ? Refusal::None : betweenExtensions(byte, State::ExtensionEnd);
    case State::ExtensionQuoted:
        if (byte == '"' || byte == '\\')
            m_state = byte == '"' ? State::ExtensionQuotedEnd : State::ExtensionEscape;
        return is(byte, kValueCharacter) ? Refusal::None : lineFault(byte, Refusal::ChunkExtensionMalformed);
    case State::ExtensionEscape:
        m_state = State::ExtensionQuoted;
        return is(byte, kValueCharacter) ? Refusal::None : lineFault(byte, Refusal::ChunkExtensionMalformed);
    default:
        return betweenExtensions(byte, State::ExtensionEnd);
    }
}

/// After a name or a value: another extension, the line's end, or white space (\a onSpace), which must be
/// followed by something.
Refusal ChunkedDecoder::betweenExtensions(char byte, State onSpace)
{
    const bool afterSpace = m_state == State::ExtensionNameEnd || m_state == State::ExtensionEnd;
    if (byte == ';')
        m_state = State::ExtensionName;
    else if (byte == '\r' && !afterSpace)
        m_state = State::SizeLineFeed;
    else if (isSpace(byte))
        m_state = onSpace;
    else
        return lineFault(byte, Refusal::ChunkExtensionMalformed);
    return Refusal::None;
}

} // namespace postern

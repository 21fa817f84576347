#include "gateway/http/websocket_frames.h"

#include <algorithm>

namespace postern {

namespace {

constexpr unsigned kFin = 0x80;
constexpr unsigned kRsv1 = 0x40;
constexpr unsigned kOtherRsv = 0x30;
constexpr unsigned kOpcode = 0x0f;
constexpr unsigned kMasked = 0x80;
constexpr unsigned kLength = 0x7f;
constexpr std::size_t kMaskSize = 4;

enum Opcode : unsigned { Continuation = 0x0, Text = 0x1, Binary = 0x2, Close = 0x8, Pong = 0xa };

unsigned byteAt(std::span<const char> bytes, std::size_t at) { return static_cast<unsigned char>(bytes[at]); }

} // namespace

/// Of the frame whose first bytes are there; what is known as long as two are not.
std::size_t WebSocketFrames::headSize() const
{
    if (m_headSize < 2)
        return 2;
    const unsigned second = byteAt(m_head, 1);
    const unsigned length = second & kLength;
    const std::size_t more = length == 127 ? 8 : length == 126 ? 2 : 0;
    return 2 + more + ((second & kMasked) != 0 ? kMaskSize : 0);
}

/// The head is whole.
WebSocketClose WebSocketFrames::beginFrame()
{
    const unsigned first = byteAt(m_head, 0);
    const unsigned second = byteAt(m_head, 1);
    const unsigned opcode = first & kOpcode;
    const bool isLast = (first & kFin) != 0;
    const bool isControl = (opcode & 0x8) != 0;
    std::uint64_t size = second & kLength;
    if (const std::size_t more = size == 127 ? 8 : size == 126 ? 2 : 0; more > 0) {
        size = 0;
        for (std::size_t i = 0; i < more; ++i)
            size = size << 8 | byteAt(m_head, 2 + i);
        const std::uint64_t shorter = more == 2 ? 125 : 65535; // what fits a shorter form
        if (size <= shorter || (size >> 63) != 0)
            return WebSocketClose::ProtocolError;
    }
    const bool isMasked = (second & kMasked) != 0;
    if (isMasked != (m_rules.sender == Sender::Client) || (first & kOtherRsv) != 0)
        return WebSocketClose::ProtocolError;
    const bool isBegin = opcode == Text || opcode == Binary;
    if ((first & kRsv1) != 0 && !(m_rules.compressed && isBegin))
        return WebSocketClose::ProtocolError;
    if (isControl) {
        // A Close frame has no payload, or a code of two bytes first.
        if (opcode > Pong || !isLast || size > 125 || (opcode == Close && size == 1))
            return WebSocketClose::ProtocolError;
        m_closed = opcode == Close;
    } else {
        if (opcode > Binary || (opcode == Continuation) != m_inMessage)
            return WebSocketClose::ProtocolError;
        m_message = (isBegin ? 0 : m_message);
        if (size > m_rules.largestMessage - m_message)
            return WebSocketClose::TooBig;
        m_message += size;
        m_inMessage = !isLast;
    }
    m_left = size;
    return WebSocketClose::None;
}

WebSocketFrames::Step WebSocketFrames::take(std::string_view input)
{
    Step step;
    const std::size_t heldBefore = m_headSize;
    bool isFirstHead = true;
    std::size_t at = 0;
    while (at < input.size() && !isClosed()) {
        if (m_left > 0) {
            const auto part = static_cast<std::size_t>(std::min<std::uint64_t>(m_left, input.size() - at));
            m_left -= part;
            step.good = at += part;
            continue;
        }
        m_head[m_headSize++] = input[at++];
        if (m_headSize < headSize())
            continue;
        step.fault = beginFrame();
        if (step.fault != WebSocketClose::None)
            break;
        if (isFirstHead && heldBefore > 0) {
            std::copy_n(m_head.begin(), heldBefore, m_released.begin());
            step.held = {m_released.data(), heldBefore};
        }
        isFirstHead = false;
        m_headSize = 0;
        step.good = at;
    }
    return step;
}

std::string webSocketCloseFrame(WebSocketClose reason, WebSocketFrames::Sender sender)
{
    const auto code = static_cast<unsigned>(reason);
    const bool masked = sender == WebSocketFrames::Sender::Client;
    constexpr std::array<unsigned, kMaskSize> mask = {0x50, 0x6f, 0x73, 0x74};
    std::string frame;
    frame += static_cast<char>(kFin | Close);
    frame += static_cast<char>(masked ? kMasked | 2 : 2);
    if (masked) {
        for (const unsigned byte : mask)
            frame += static_cast<char>(byte);
    }
    frame += static_cast<char>((code >> 8) ^ (masked ? mask[0] : 0));
    frame += static_cast<char>((code & 0xff) ^ (masked ? mask[1] : 0));
    return frame;
}

} // namespace postern

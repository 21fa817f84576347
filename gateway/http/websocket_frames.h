#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>

namespace postern {

/// Why a WebSocket is closed, as a Close frame says it (RFC 6455 §7.4.1).
enum class WebSocketClose : std::uint16_t {
    None = 0,
    GoingAway = 1001,
    ProtocolError = 1002,
    TooBig = 1009,
    BadGateway = 1014
};

/// Follows the frames of one direction of a WebSocket (RFC 6455 §5), without touching what they carry.
///
/// Purpose: nothing malformed goes on, and a Close frame of our own can be put where no frame is cut in two.
/// Checked are reserved bits, opcodes, masking, lengths and their shortest form, control frames, the order of
/// fragments, the size of messages; not UTF-8 or close codes, which are the endpoints' own matter. Owned by a
/// tunnel. A head that has not come whole is held back.
class WebSocketFrames
{
public:
    enum class Sender : unsigned char { Client, Server };
    struct Rules
    {
        Sender sender = Sender::Client;
        bool compressed = false; ///< RSV1 may mark a message (RFC 7692 §6)
        /// Payload bytes of all frames of one message, as sent.
        std::uint64_t largestMessage = std::numeric_limits<std::uint64_t>::max();
    };
    struct Step
    {
        std::string_view held;                       ///< goes on first: a head's beginning, held back before
        std::size_t good = 0;                        ///< bytes of the input that go on after it
        WebSocketClose fault = WebSocketClose::None; ///< what follows must not go on
    };

    explicit WebSocketFrames(const Rules& rules) : m_rules(rules) {}

    /// Looks at what came. What is neither good nor held back now is behind a fault or a Close frame, and is
    /// dropped. Step::held is good until the next call.
    [[nodiscard]] Step take(std::string_view input);
    /// What has gone on so far ends with a whole frame.
    [[nodiscard]] bool isAtBoundary() const { return m_left == 0; }
    /// A Close frame has gone on: nothing may follow it.
    [[nodiscard]] bool isClosed() const { return m_closed && m_left == 0; }

private:
    static constexpr std::size_t kLongestHead = 14;

    [[nodiscard]] std::size_t headSize() const;
    [[nodiscard]] WebSocketClose beginFrame();

    Rules m_rules;
    std::array<char, kLongestHead> m_head{};
    std::array<char, kLongestHead> m_released{};
    std::size_t m_headSize = 0;  ///< bytes of a head that is not whole
    std::uint64_t m_left = 0;    ///< payload bytes of the frame
    std::uint64_t m_message = 0; ///< payload bytes of the message so far
    bool m_inMessage = false;    ///< a fragment came, its end did not
    bool m_closed = false;
};

/// A Close frame of \a reason; masked as a client's must be. (RFC 6455 §5.3 wants masks that nobody can
/// foretell so that nobody can choose what stands on the wire; here nobody chooses the payload.)
[[nodiscard]] std::string webSocketCloseFrame(WebSocketClose reason, WebSocketFrames::Sender sender);

} // namespace postern

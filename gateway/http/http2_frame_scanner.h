#pragma once

#include "gateway/http/http2_events.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <span>

namespace postern {

/// Looks at a client's frames before the session does. Purpose: nghttp2 says nothing of frames it ignores
/// (unknown ones, priorities, those of streams that are gone), which are the ones to be counted or judged. It
/// knows no state but where the next frame begins. A value of the connection.
class Http2FrameScanner
{
public:
    struct Frame
    {
        Http2FrameType type = Http2FrameType::Data;
        unsigned char flags = 0;
        Http2StreamId stream = 0;
        std::size_t size = 0;         ///< of its payload
        Http2StreamId dependsOn = -1; ///< of Priority: the stream it names

        [[nodiscard]] bool endsStream() const
        {
            return (type == Http2FrameType::Data || type == Http2FrameType::Headers) && (flags & 1) != 0;
        }
    };

    /// \a visit(frame) is called for each frame whose head is complete with these bytes; it returns whether
    /// to go on. \returns how many of \a bytes come before the frame it stopped at; all of them otherwise.
    template<typename Visit>
    std::size_t scan(std::span<const char> bytes, Visit visit)
    {
        std::size_t at = 0;
        for (;;) {
            const std::size_t skipped = std::min(m_skip, bytes.size() - at);
            m_skip -= skipped;
            at += skipped;
            if (at == bytes.size())
                return at;
            const std::size_t start = at - std::min(m_used, at);
            if (!collect(bytes, at))
                return at;
            if (!visit(decode()))
                return start;
            m_skip = payloadSize() + kHeadSize - m_used;
            m_used = 0;
        }
    }

private:
    static constexpr std::size_t kPrefaceSize = 24; // RFC 9113 §3.4
    static constexpr std::size_t kHeadSize = 9;
    static constexpr std::size_t kDependencySize = 4;
    static constexpr std::size_t kPrioritySize = 5;

    [[nodiscard]] std::uint32_t number(std::size_t at, std::size_t size) const
    {
        std::uint32_t value = 0;
        for (std::size_t i = 0; i < size; ++i)
            value = value << 8 | static_cast<unsigned char>(m_head[at + i]);
        return value;
    }
    [[nodiscard]] std::size_t payloadSize() const { return number(0, 3); }
    [[nodiscard]] bool isPriority() const
    {
        return m_head[3] == static_cast<char>(Http2FrameType::Priority) && payloadSize() == kPrioritySize;
    }
    bool collectUpTo(std::size_t wanted, std::span<const char> bytes, std::size_t& at)
    {
        const std::size_t count = std::min(wanted - m_used, bytes.size() - at);
        std::memcpy(m_head.data() + m_used, bytes.data() + at, count);
        m_used += count;
        at += count;
        return m_used == wanted;
    }
    bool collect(std::span<const char> bytes, std::size_t& at)
    {
        if (m_used < kHeadSize && !collectUpTo(kHeadSize, bytes, at))
            return false;
        return !isPriority() || collectUpTo(kHeadSize + kDependencySize, bytes, at);
    }
    [[nodiscard]] Frame decode() const
    {
        constexpr std::uint32_t kReserved = 0x80000000;
        Frame frame;
        frame.size = payloadSize();
        frame.type = static_cast<Http2FrameType>(m_head[3]);
        frame.flags = static_cast<unsigned char>(m_head[4]);
        frame.stream = static_cast<Http2StreamId>(number(5, 4) & ~kReserved);
        if (isPriority())
            frame.dependsOn = static_cast<Http2StreamId>(number(kHeadSize, kDependencySize) & ~kReserved);
        return frame;
    }

    std::array<char, kHeadSize + kDependencySize> m_head{};
    std::size_t m_used = 0;            ///< of m_head
    std::size_t m_skip = kPrefaceSize; ///< payload to come
};

} // namespace postern

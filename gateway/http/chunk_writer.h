#pragma once

#include "gateway/http/headers.h"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace postern {

/// `SIZE CRLF` before a chunk's payload, in place, for a gathered write: payload and kChunkEnd follow.
class ChunkHead
{
public:
    /// \a size is never 0: that would end the body.
    explicit ChunkHead(std::uint64_t size);
    [[nodiscard]] std::string_view text() const { return {m_text.data() + m_start, kLongest - m_start}; }

private:
    static constexpr std::size_t kLongest = 18; // 16 digits, CRLF
    std::array<char, kLongest> m_text;
    std::size_t m_start;
};

inline constexpr std::string_view kChunkEnd = "\r\n";
/// The last chunk, without trailers.
inline constexpr std::string_view kBodyEnd = "0\r\n\r\n";

/// One chunk, copied.
void appendChunk(std::string& out, std::string_view payload);
/// The last chunk with its trailers.
void appendBodyEnd(std::string& out, const Headers& trailers);

} // namespace postern

#pragma once

#include <cstdint>
#include <string_view>

namespace postern {

/// CRC-32C (Castagnoli, RFC 9260 appendix A), over several pieces: begin with 0, hand each result on.
[[nodiscard]] std::uint32_t crc32c(std::string_view bytes, std::uint32_t before = 0);

} // namespace postern

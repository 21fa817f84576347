#pragma once

#include <array>
#include <chrono>
#include <string_view>

namespace postern {

/// The Date field's value (IMF-fixdate, RFC 9110 §5.6.7), formatted anew once a second. One per worker.
class HttpDate
{
public:
    /// Good until the next call.
    [[nodiscard]] std::string_view at(std::chrono::system_clock::time_point now);

private:
    std::array<char, 29> m_text{};
    std::chrono::sys_seconds m_second = std::chrono::sys_seconds::min();
};

} // namespace postern

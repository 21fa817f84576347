#include "gateway/http/keep_alive.h"

#include "gateway/http/headers.h"

#include <charconv>
#include <string_view>

namespace postern {

namespace {

constexpr std::string_view kTimeout = "timeout=";
constexpr int kLongest = 24 * 60 * 60;

std::string_view withoutSpaces(std::string_view text)
{
    text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
    return text.substr(0, text.find_last_not_of(" \t") + 1);
}

bool isTimeout(std::string_view parameter)
{
    if (parameter.size() <= kTimeout.size())
        return false;
    for (std::size_t i = 0; i < kTimeout.size(); ++i) {
        const char c = parameter[i];
        if ((c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c) != kTimeout[i])
            return false;
    }
    return true;
}

} // namespace

std::optional<std::chrono::seconds> keepAliveTimeout(const Headers& headers)
{
    for (const Header& header : headers) {
        if (header.id != HeaderId::KeepAlive)
            continue;
        std::string_view rest = header.value;
        while (!rest.empty()) {
            const std::size_t comma = rest.find(',');
            const std::string_view parameter = withoutSpaces(rest.substr(0, comma));
            rest = comma == std::string_view::npos ? std::string_view() : rest.substr(comma + 1);
            if (!isTimeout(parameter))
                continue;
            int seconds = 0;
            const char* const end = parameter.data() + parameter.size();
            const auto [stop, error] = std::from_chars(parameter.data() + kTimeout.size(), end, seconds);
            if (error == std::errc() && stop == end && seconds >= 0)
                return std::chrono::seconds(std::min(seconds, kLongest));
        }
    }
    return std::nullopt;
}

} // namespace postern

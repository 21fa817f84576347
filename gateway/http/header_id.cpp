#include "gateway/http/header_id.h"

#include "gateway/http/character_class.h"

#include <array>
#include <cstdint>
#include <cstring>

namespace postern {

namespace {

constexpr auto kCount = static_cast<std::size_t>(HeaderId::Count);

// In the order of the enum.
constexpr std::array<std::string_view, kCount> kNames = {"",
                                                         "Accept",
                                                         "Accept-Encoding",
                                                         "Age",
                                                         "Authorization",
                                                         "Cache-Control",
                                                         "Connection",
                                                         "Content-Encoding",
                                                         "Content-Length",
                                                         "Content-Range",
                                                         "Content-Type",
                                                         "Cookie",
                                                         "Date",
                                                         "ETag",
                                                         "Expect",
                                                         "Expires",
                                                         "Forwarded",
                                                         "Host",
                                                         "HTTP2-Settings",
                                                         "If-Match",
                                                         "If-Modified-Since",
                                                         "If-None-Match",
                                                         "If-Range",
                                                         "If-Unmodified-Since",
                                                         "Keep-Alive",
                                                         "Location",
                                                         "Max-Forwards",
                                                         "Origin",
                                                         "Pragma",
                                                         "Proxy-Authenticate",
                                                         "Proxy-Authorization",
                                                         "Proxy-Connection",
                                                         "Range",
                                                         "Retry-After",
                                                         "Server",
                                                         "Set-Cookie",
                                                         "TE",
                                                         "Trailer",
                                                         "Traceparent",
                                                         "Transfer-Encoding",
                                                         "Upgrade",
                                                         "User-Agent",
                                                         "Vary",
                                                         "Via",
                                                         "WWW-Authenticate",
                                                         "X-Forwarded-Client-Cert",
                                                         "X-Forwarded-For",
                                                         "X-Forwarded-Host",
                                                         "X-Forwarded-Proto",
                                                         "X-Real-IP",
                                                         "X-Request-Id"};

constexpr std::size_t kLongestName = 23;

constexpr auto makeLowerCase()
{
    std::array<std::array<char, kLongestName>, kCount> names{};
    for (std::size_t id = 0; id < kCount; ++id) {
        for (std::size_t i = 0; i < kNames[id].size(); ++i)
            names[id][i] = toLower(kNames[id][i]);
    }
    return names;
}

constexpr std::array<std::array<char, kLongestName>, kCount> kLowerCaseNames = makeLowerCase();

// Length and three letters tell all the names above apart with these factors (found by search; makeSlots()
// fails to compile when a new name collides: then search for others).
constexpr std::size_t kSlots = 128;
constexpr std::size_t slotOf(std::string_view name)
{
    const auto letter = [name](std::size_t at) { return static_cast<unsigned char>(name[at]) | 0x20U; };
    return (name.size() * 237 + letter(0) * 56 + letter(name.size() - 1) * 120 +
            letter(name.size() / 2) * 112) %
           kSlots;
}

constexpr std::array<HeaderId, kSlots> makeSlots()
{
    std::array<HeaderId, kSlots> slots{};
    for (std::size_t id = 1; id < kCount; ++id) {
        HeaderId& slot = slots[slotOf(kNames[id])];
        if (slot != HeaderId::Other)
            throw "two header names share a slot";
        slot = static_cast<HeaderId>(id);
    }
    return slots;
}

constexpr std::array<HeaderId, kSlots> kSlotTable = makeSlots();

/// toLower() of eight bytes at once: the topmost bit of each byte is free for "at least A" and "above Z".
constexpr std::uint64_t lowerCase(std::uint64_t word)
{
    constexpr std::uint64_t ones = 0x0101010101010101;
    const std::uint64_t low = word & (ones * 0x7f);
    const std::uint64_t fromA = low + ones * (0x80 - 'A');
    const std::uint64_t aboveZ = low + ones * (0x7f - 'Z');
    const std::uint64_t upper = fromA & ~aboveZ & ~word & (ones * 0x80);
    return word | (upper >> 2);
}

} // namespace

HeaderId headerId(std::string_view name)
{
    if (name.empty())
        return HeaderId::Other;
    const HeaderId id = kSlotTable[slotOf(name)];
    return id != HeaderId::Other && equalsIgnoringCase(name, headerName(id)) ? id : HeaderId::Other;
}

std::string_view headerName(HeaderId id) { return kNames[static_cast<std::size_t>(id)]; }

std::string_view lowerCaseName(HeaderId id)
{
    const auto index = static_cast<std::size_t>(id);
    return {kLowerCaseNames[index].data(), kNames[index].size()};
}

bool equalsIgnoringCase(std::string_view left, std::string_view right)
{
    if (left.size() != right.size())
        return false;
    std::size_t at = 0;
    for (; at + 8 <= left.size(); at += 8) {
        std::uint64_t a = 0;
        std::uint64_t b = 0;
        std::memcpy(&a, left.data() + at, sizeof a);
        std::memcpy(&b, right.data() + at, sizeof b);
        if (a != b && lowerCase(a) != lowerCase(b))
            return false;
    }
    for (; at < left.size(); ++at) {
        if (left[at] != right[at] && toLower(left[at]) != toLower(right[at]))
            return false;
    }
    return true;
}

} // namespace postern

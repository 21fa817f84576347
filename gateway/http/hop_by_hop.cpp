#include "gateway/http/hop_by_hop.h"

#include <array>

namespace postern {

namespace {

constexpr std::uint64_t maskOf(std::initializer_list<HeaderId> ids)
{
    std::uint64_t mask = 0;
    for (const HeaderId id : ids)
        mask |= std::uint64_t{1} << static_cast<unsigned>(id);
    return mask;
}

constexpr std::uint64_t kHopByHop =
    maskOf({HeaderId::Connection, HeaderId::Http2Settings, HeaderId::KeepAlive, HeaderId::ProxyAuthenticate,
            HeaderId::ProxyAuthorization, HeaderId::ProxyConnection, HeaderId::Te, HeaderId::Trailer,
            HeaderId::TransferEncoding, HeaderId::Upgrade});

// Fields that are for the last recipient whatever Connection says (RFC 9110 §7.6.1: "such as Cache-Control").
// A client that names them wants a check to be skipped behind us.
constexpr std::uint64_t kEndToEnd =
    maskOf({HeaderId::Authorization, HeaderId::CacheControl, HeaderId::ContentEncoding,
            HeaderId::ContentLength, HeaderId::ContentRange, HeaderId::ContentType, HeaderId::Cookie,
            HeaderId::Expect, HeaderId::Host, HeaderId::SetCookie});

constexpr std::uint64_t bitOf(HeaderId id) { return std::uint64_t{1} << static_cast<unsigned>(id); }

/// The two values that nearly every message has, if any.
bool namesNoField(const Headers& headers)
{
    const std::string_view value = headers.value(HeaderId::Connection);
    return !headers.isRepeated(HeaderId::Connection) &&
           (equalsIgnoringCase(value, "keep-alive") || equalsIgnoringCase(value, "close"));
}

} // namespace

void removeHopByHop(Headers& headers)
{
    if (headers.contains(HeaderId::Connection) && !namesNoField(headers)) {
        // Named fields of our own are a mask; the others are few, and beyond that many somebody is playing.
        constexpr std::size_t kMostNames = 128;
        std::array<std::string_view, kMostNames> names;
        std::size_t nameCount = 0;
        std::uint64_t mask = kHopByHop;
        for (const Header& field : headers) {
            if (field.id != HeaderId::Connection)
                continue;
            forEachListElement(field.value, [&](std::string_view name) {
                const HeaderId id = headerId(name);
                if (id != HeaderId::Other)
                    mask |= bitOf(id);
                else if (nameCount < kMostNames)
                    names[nameCount++] = name;
            });
        }
        mask &= ~kEndToEnd;
        headers.removeIf([&](const Header& field) {
            if (field.id != HeaderId::Other)
                return (mask & bitOf(field.id)) != 0;
            for (std::size_t i = 0; i < nameCount; ++i) {
                if (equalsIgnoringCase(field.name, names[i]))
                    return true;
            }
            return false;
        });
        return;
    }
    if (headers.containsAny(kHopByHop))
        headers.removeIf([](const Header& field) { return (kHopByHop & bitOf(field.id)) != 0; });
}

} // namespace postern

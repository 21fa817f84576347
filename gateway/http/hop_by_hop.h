#pragma once

#include "gateway/http/headers.h"

namespace postern {

/// Calls \a visit with each non-empty element of a comma-separated list value, trimmed.
template<typename Visit>
void forEachListElement(std::string_view list, Visit visit)
{
    while (!list.empty()) {
        const std::size_t comma = list.find(',');
        std::string_view element = list.substr(0, comma);
        list = comma == std::string_view::npos ? std::string_view() : list.substr(comma + 1);
        while (!element.empty() && (element.front() == ' ' || element.front() == '\t'))
            element.remove_prefix(1);
        while (!element.empty() && (element.back() == ' ' || element.back() == '\t'))
            element.remove_suffix(1);
        if (!element.empty())
            visit(element);
    }
}

/// Removes what belongs to one connection (RFC 9110 §7.6.1): Connection, the fields it names, Keep-Alive,
/// Proxy-*, TE, Trailer, Transfer-Encoding, Upgrade, HTTP2-Settings. Content-Length, Host and the like stay
/// even where Connection names them: a client must not be able to have them removed. To be done before
/// anything the gateway writes itself.
void removeHopByHop(Headers& headers);

} // namespace postern

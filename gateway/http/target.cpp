#include "gateway/http/target.h"

#include "gateway/http/character_class.h"
#include "gateway/http/header_id.h"
#include "gateway/http/path_normaliser.h"

#include <cstring>

namespace postern {

namespace {

bool atDotSegment(const char* at, const char* end)
{
    if (at == end || *at != '.')
        return false;
    ++at;
    if (at != end && *at == '.')
        ++at;
    return at == end || *at == '/' || *at == '?';
}

/// What a first look at a path gives: how far it goes, and whether it is normal already.
struct PathScan
{
    Refusal refusal = Refusal::None;
    bool normal = true;
    std::size_t size = 0; // up to the query or the end
};

PathScan scanPath(std::string_view text)
{
    PathScan scan;
    const char* const begin = text.data();
    const char* const end = begin + text.size();
    const char* at = begin;
    for (;;) {
        ++at; // the slash
        if (at != end && *at == '/') {
            scan.refusal = Refusal::PathEmptySegment;
            return scan;
        }
        scan.normal = scan.normal && !atDotSegment(at, end);
        while (at != end && (is(*at, kPathCharacter) || *at == '%')) {
            scan.normal = scan.normal && *at != '%';
            ++at;
        }
        if (at == end || *at == '?') {
            scan.size = static_cast<std::size_t>(at - begin);
            return scan;
        }
        if (*at != '/') {
            scan.refusal = pathCharacterFault(*at);
            return scan;
        }
    }
}

Refusal checkQuery(std::string_view query)
{
    for (std::size_t i = 0; i < query.size(); ++i) {
        if (is(query[i], kQueryCharacter))
            continue;
        if (query[i] == '#')
            return Refusal::TargetFragment;
        if (query[i] != '%')
            return Refusal::TargetMalformed;
        if (i + 2 >= query.size() || !is(query[i + 1], kHexDigit) || !is(query[i + 2], kHexDigit))
            return Refusal::TargetMalformed;
        i += 2;
    }
    return Refusal::None;
}

/// Path and query, \a raw beginning with a slash.
Refusal parseOrigin(std::string_view raw, Arena& arena, Target& out)
{
    const PathScan scan = scanPath(raw);
    if (scan.refusal != Refusal::None)
        return scan.refusal;
    const std::string_view rest = raw.substr(scan.size);
    out.hasQuery = !rest.empty();
    if (out.hasQuery) {
        if (const Refusal refusal = checkQuery(rest.substr(1)); refusal != Refusal::None)
            return refusal;
    }
    std::size_t pathSize = scan.size;
    out.pathAndQuery = raw;
    if (!scan.normal) {
        char* const room = arena.allocate(raw.size());
        PathNormaliser normaliser(room);
        if (const Refusal refusal = normaliser.run(raw.substr(0, scan.size)); refusal != Refusal::None) {
            arena.shrinkLast(room, 0);
            return refusal;
        }
        pathSize = normaliser.size();
        std::memcpy(room + pathSize, rest.data(), rest.size());
        arena.shrinkLast(room, pathSize + rest.size());
        out.pathAndQuery = {room, pathSize + rest.size()};
    }
    out.path = out.pathAndQuery.substr(0, pathSize);
    out.query = out.hasQuery ? out.pathAndQuery.substr(pathSize + 1) : std::string_view();
    return Refusal::None;
}

void setAsterisk(Target& out)
{
    out.path = "*";
    out.pathAndQuery = "*";
}

Refusal parseAbsolute(std::string_view raw, std::size_t schemeEnd, Method method, Arena& arena, Target& out)
{
    constexpr std::string_view kAfterScheme = "://";
    out.form = Target::Form::Absolute;
    out.scheme = raw.substr(0, schemeEnd);
    if (!equalsIgnoringCase(out.scheme, "http") && !equalsIgnoringCase(out.scheme, "https"))
        return Refusal::TargetScheme;
    raw.remove_prefix(schemeEnd + kAfterScheme.size());
    const std::size_t authorityEnd = raw.find_first_of("/?#");
    out.authority = raw.substr(0, authorityEnd);
    if (out.authority.find('@') != std::string_view::npos)
        return Refusal::TargetUserinfo;
    if (!isAuthority(out.authority))
        return Refusal::TargetMalformed;
    const std::string_view rest =
        authorityEnd == std::string_view::npos ? std::string_view() : raw.substr(authorityEnd);
    if (rest.starts_with('/'))
        return parseOrigin(rest, arena, out);
    if (rest.empty() && method == Method::Options) { // RFC 9112 §3.2.4
        setAsterisk(out);
        return Refusal::None;
    }
    return parseOrigin(arena.join("/", rest), arena, out);
}

} // namespace

Refusal parseTarget(std::string_view raw, Method method, Arena& arena, Target& out)
{
    out = Target();
    if (raw.starts_with('/'))
        return parseOrigin(raw, arena, out);
    if (raw == "*") {
        out.form = Target::Form::Asterisk;
        setAsterisk(out);
        return method == Method::Options ? Refusal::None : Refusal::TargetMalformed;
    }
    const std::size_t schemeEnd = raw.find("://");
    if (schemeEnd == std::string_view::npos)
        return Refusal::TargetMalformed;
    return parseAbsolute(raw, schemeEnd, method, arena, out);
}

Refusal normalisePath(std::string_view raw, Arena& arena, std::string_view& out)
{
    if (!raw.starts_with('/'))
        return Refusal::TargetMalformed;
    if (raw.find('?') != std::string_view::npos)
        return Refusal::PathCharacter;
    Target target;
    const Refusal refusal = parseOrigin(raw, arena, target);
    out = target.path;
    return refusal;
}

} // namespace postern

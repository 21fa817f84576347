#pragma once

#include "gateway/http/router.h"

#include <algorithm>

namespace postern::test {

/// The rules of routing as CONTRACT words them, in the plainest code: every route is tried, the best one
/// wins.
struct NaiveAnswer
{
    RouteLookup::Outcome outcome = RouteLookup::Outcome::NoRoute;
    std::size_t route = 0;
};

inline std::vector<std::string> segmentsOf(std::string_view path)
{
    std::vector<std::string> segments;
    for (std::size_t at = 1; at <= path.size();) {
        const std::size_t slash = std::min(path.find('/', at), path.size());
        segments.emplace_back(path.substr(at, slash - at));
        at = slash + 1;
    }
    if (path.ends_with('/'))
        segments.emplace_back();
    return segments;
}

/// How special a match is, segment by segment: `l`iteral, `p`arameter, `r`est; smaller is more special. A
/// template that ends where the path ends is more special than one whose `**` takes nothing. Empty: no match.
inline std::string rankOf(const std::vector<std::string>& pattern, const std::vector<std::string>& path)
{
    std::string rank;
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        if (pattern[i] == "**")
            return rank + "r";
        if (i >= path.size())
            return {};
        if (pattern[i].starts_with("{")) {
            if (path[i].empty())
                return {};
            rank += "p";
        } else if (pattern[i] == path[i]) {
            rank += "l";
        } else {
            return {};
        }
    }
    return pattern.size() == path.size() ? rank + "e" : std::string();
}

inline NaiveAnswer naiveMatch(const std::vector<RouteSpec>& specs, const std::string& method,
                              std::string_view path, const Headers& headers)
{
    NaiveAnswer best;
    std::string bestRank;
    bool pathExists = false;
    bool methodExists = false;
    for (std::size_t i = 0; i < specs.size(); ++i) {
        const RouteSpec& spec = specs[i];
        const std::string rank = rankOf(segmentsOf(spec.path), segmentsOf(path));
        if (rank.empty())
            continue;
        pathExists = true;
        if (!spec.methods.empty() && std::ranges::find(spec.methods, method) == spec.methods.end())
            continue;
        methodExists = true;
        if (!std::ranges::all_of(spec.headers,
                                 [&](const auto& c) { return headers.value(c.name) == c.value; }))
            continue;
        const bool first = best.outcome != RouteLookup::Outcome::Matched;
        if (first || rank < bestRank ||
            (rank == bestRank && spec.headers.size() > specs[best.route].headers.size())) {
            best = {RouteLookup::Outcome::Matched, i};
            bestRank = rank;
        }
    }
    if (best.outcome != RouteLookup::Outcome::Matched && pathExists && !methodExists)
        best.outcome = RouteLookup::Outcome::MethodNotAllowed;
    return best;
}

} // namespace postern::test

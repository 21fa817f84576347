#pragma once

#include "gateway/http/router.h"

#include <cstdint>
#include <deque>
#include <limits>

namespace postern {

/// A Content-Type without its parameters: `application/json; charset=utf-8` is `application/json` (RFC 9110
/// §8.3.1).
[[nodiscard]] std::string_view mediaType(std::string_view value);

/// The router's compiled form: nodes by index, one table for the literal children of all of them.
/// Built once by Router::create(), immutable afterwards.
class RouteTree
{
public:
    static constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();

    /// A route as it is matched once its path has matched.
    struct Candidate
    {
        struct Condition
        {
            std::string name;
            HeaderId id;
            std::string value;
        };
        std::uint32_t route = 0;
        bool anyMethod = false;
        std::uint16_t methods = 0;       // bits, 1 << Method
        std::vector<std::string> others; // methods without a name here
        std::vector<Condition> conditions;

        [[nodiscard]] bool acceptsMethod(Method method, std::string_view token) const;
        [[nodiscard]] bool acceptsHeaders(const Headers& headers) const;
    };
    struct Node
    {
        std::uint32_t parameterChild = kNone;
        bool hasLiterals = false;
        std::vector<Candidate> exact; // templates that end here
        std::vector<Candidate> rest;  // `**` from here on
    };

    RouteTree() { m_nodes.emplace_back(); }

    [[nodiscard]] std::uint32_t literalChild(std::uint32_t node, std::string_view segment) const;
    std::uint32_t addLiteralChild(std::uint32_t node, std::string_view segment);
    std::uint32_t addParameterChild(std::uint32_t node);
    [[nodiscard]] Node& node(std::uint32_t index) { return m_nodes[index]; }
    [[nodiscard]] const Node& node(std::uint32_t index) const { return m_nodes[index]; }
    [[nodiscard]] std::vector<Node>& nodes() { return m_nodes; }

    std::vector<std::vector<std::string>> parameterNames; // by route

    /// Visits the candidate lists of every template that \a path matches, the most special first:
    /// visit(candidates, parameters, parameterCount) returns whether to stop. Every node is met once at most,
    /// as only one way leads to it, so the work is bounded by the templates that match, not by the path.
    template<typename Visit>
    bool walk(std::string_view path, Visit& visit) const
    {
        RouteLookup lookup;
        return path.starts_with('/') && descend(0, path.substr(1), false, lookup, visit);
    }

private:
    struct Slot
    {
        std::uint32_t parent = kNone;
        std::uint32_t child = kNone;
        std::uint32_t hash = 0;
        std::string_view segment; // into m_segments
    };

    template<typename Visit>
    bool descend(std::uint32_t index, std::string_view rest, bool ended, RouteLookup& lookup,
                 Visit& visit) const
    {
        const Node& here = m_nodes[index];
        if (ended) {
            if (!here.exact.empty() && visit(here.exact, lookup))
                return true;
        } else if (descendInto(here, index, rest, lookup, visit)) {
            return true;
        }
        return !here.rest.empty() && visit(here.rest, lookup);
    }

    template<typename Visit>
    bool descendInto(const Node& here, std::uint32_t index, std::string_view rest, RouteLookup& lookup,
                     Visit& visit) const
    {
        const std::size_t slash = rest.find('/');
        const bool last = slash == std::string_view::npos;
        const std::string_view segment = rest.substr(0, slash);
        const std::string_view behind = last ? std::string_view() : rest.substr(slash + 1);
        if (here.hasLiterals) {
            const std::uint32_t child = literalChild(index, segment);
            if (child != kNone && descend(child, behind, last, lookup, visit))
                return true;
        }
        if (here.parameterChild == kNone || segment.empty())
            return false;
        lookup.parameters[lookup.parameterCount++] = segment;
        if (descend(here.parameterChild, behind, last, lookup, visit))
            return true;
        --lookup.parameterCount;
        return false;
    }

    void growTable();
    void place(const Slot& slot);

    std::vector<Node> m_nodes;
    std::deque<std::string> m_segments; // stable addresses
    std::vector<Slot> m_slots;          // open addressing, a power of two
    std::size_t m_used = 0;
};

} // namespace postern

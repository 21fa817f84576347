#include "gateway/http/route_tree.h"

#include "gateway/http/character_class.h"

#include <algorithm>
#include <cstring>

namespace postern {

namespace {

/// Mixes eight bytes at a time. Only a document puts keys into the table, so no request can make them
/// collide.
std::uint32_t hashOf(std::uint32_t parent, std::string_view segment)
{
    constexpr std::uint64_t kFactor = 0x9e3779b97f4a7c15;
    std::uint64_t hash = (parent + 1ULL) * kFactor ^ segment.size();
    const char* at = segment.data();
    std::size_t left = segment.size();
    for (; left >= 8; at += 8, left -= 8) {
        std::uint64_t word;
        std::memcpy(&word, at, 8);
        hash = (hash ^ word) * kFactor;
        hash ^= hash >> 32;
    }
    std::uint64_t word = 0;
    for (std::size_t i = 0; i < left; ++i)
        word = word << 8 | static_cast<unsigned char>(at[i]);
    hash = (hash ^ word) * kFactor;
    return static_cast<std::uint32_t>(hash >> 32);
}

bool satisfies(const Header& field, const RouteTree::Candidate::Condition& condition)
{
    if (condition.id == HeaderId::ContentType)
        return equalsIgnoringCase(mediaType(field.value), condition.value);
    return field.value == condition.value;
}

} // namespace

std::string_view mediaType(std::string_view value) { return trimmed(value.substr(0, value.find(';'))); }

bool RouteTree::Candidate::acceptsMethod(Method method, std::string_view token) const
{
    if (anyMethod)
        return true;
    if (method != Method::Other)
        return (methods >> static_cast<unsigned>(method) & 1) != 0;
    return std::ranges::find(others, token) != others.end();
}

/// A field that stands twice must satisfy its condition twice: the upstream may read either.
bool RouteTree::Candidate::acceptsHeaders(const Headers& headers) const
{
    return std::ranges::all_of(conditions, [&headers](const Condition& condition) {
        bool present = false;
        for (const Header& field : headers) {
            if (field.id != condition.id ||
                (field.id == HeaderId::Other && !equalsIgnoringCase(field.name, condition.name)))
                continue;
            if (!satisfies(field, condition))
                return false;
            present = true;
        }
        return present;
    });
}

std::uint32_t RouteTree::literalChild(std::uint32_t node, std::string_view segment) const
{
    const std::uint32_t hash = hashOf(node, segment);
    const std::size_t mask = m_slots.size() - 1;
    for (std::size_t at = hash & mask; m_slots[at].child != kNone; at = (at + 1) & mask) {
        const Slot& slot = m_slots[at];
        if (slot.hash == hash && slot.parent == node && slot.segment == segment)
            return slot.child;
    }
    return kNone;
}

std::uint32_t RouteTree::addLiteralChild(std::uint32_t node, std::string_view segment)
{
    if (m_nodes[node].hasLiterals) {
        if (const std::uint32_t child = literalChild(node, segment); child != kNone)
            return child;
    }
    if ((m_used + 1) * 2 > m_slots.size())
        growTable();
    const auto child = static_cast<std::uint32_t>(m_nodes.size());
    m_nodes.emplace_back();
    m_nodes[node].hasLiterals = true;
    place(Slot{node, child, hashOf(node, segment), m_segments.emplace_back(segment)});
    ++m_used;
    return child;
}

std::uint32_t RouteTree::addParameterChild(std::uint32_t node)
{
    if (m_nodes[node].parameterChild == kNone) {
        m_nodes[node].parameterChild = static_cast<std::uint32_t>(m_nodes.size());
        m_nodes.emplace_back();
    }
    return m_nodes[node].parameterChild;
}

void RouteTree::growTable()
{
    std::vector<Slot> old(std::max<std::size_t>(16, m_slots.size() * 2));
    old.swap(m_slots);
    for (const Slot& slot : old) {
        if (slot.child != kNone)
            place(slot);
    }
}

void RouteTree::place(const Slot& slot)
{
    const std::size_t mask = m_slots.size() - 1;
    std::size_t at = slot.hash & mask;
    while (m_slots[at].child != kNone)
        at = (at + 1) & mask;
    m_slots[at] = slot;
}

} // namespace postern

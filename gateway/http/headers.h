#pragma once

#include "gateway/http/header_id.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace postern {

/// One field line, as received but for the white space around its value.
struct Header
{
    std::string_view name;
    std::string_view value;
    HeaderId id = HeaderId::Other;
};

/// The field lines of one message, in order, names compared without case. Names and values are views: into
/// the receive buffer or the exchange's Arena, which outlive the message. Owned by a message head and reused,
/// so that a warm one allocates nothing. Fields with a HeaderId are found without a search.
class Headers
{
public:
    using Iterator = std::vector<Header>::const_iterator;
    /// More than that the index can not tell apart; parsers refuse earlier.
    static constexpr std::size_t kMostFields = 65535;

    [[nodiscard]] Iterator begin() const { return m_fields.begin(); }
    [[nodiscard]] Iterator end() const { return m_fields.end(); }
    [[nodiscard]] std::size_t size() const { return m_fields.size(); }
    [[nodiscard]] bool empty() const { return m_fields.empty(); }
    [[nodiscard]] const Header& operator[](std::size_t index) const { return m_fields[index]; }

    [[nodiscard]] bool contains(HeaderId id) const { return (m_present & bit(id)) != 0; }
    /// Any of the names whose bits (1 << HeaderId) are set.
    [[nodiscard]] bool containsAny(std::uint64_t mask) const { return (m_present & mask) != 0; }
    /// More than one field line of that name.
    [[nodiscard]] bool isRepeated(HeaderId id) const { return (m_repeated & bit(id)) != 0; }
    /// The first field line of that name, or null.
    [[nodiscard]] const Header* find(HeaderId id) const
    {
        return contains(id) ? &m_fields[m_first[static_cast<std::size_t>(id)]] : nullptr;
    }
    [[nodiscard]] const Header* find(std::string_view name) const;
    /// The value of the first field line of that name; empty where there is none.
    [[nodiscard]] std::string_view value(HeaderId id) const;
    [[nodiscard]] std::string_view value(std::string_view name) const;
    /// Field lines of that name.
    [[nodiscard]] std::size_t count(HeaderId id) const;
    [[nodiscard]] std::size_t count(std::string_view name) const;

    /// Appends one more field line. Names and values are not checked: see isFieldName() and isFieldValue().
    void add(std::string_view name, std::string_view value) { add(name, value, headerId(name)); }
    void add(HeaderId id, std::string_view value) { add(headerName(id), value, id); }
    void add(std::string_view name, std::string_view value, HeaderId id)
    {
        if ((m_present & bit(id)) == 0) {
            m_present |= bit(id);
            m_first[static_cast<std::size_t>(id)] = static_cast<std::uint16_t>(m_fields.size());
        } else {
            m_repeated |= bit(id);
        }
        m_fields.push_back(Header{name, value, id});
    }
    /// Exactly one field line of that name, in place of all there were.
    void set(std::string_view name, std::string_view value);
    void set(HeaderId id, std::string_view value);
    /// \returns how many field lines went.
    std::size_t remove(std::string_view name);
    std::size_t remove(HeaderId id);
    template<typename Predicate>
    std::size_t removeIf(Predicate predicate)
    {
        const auto first = std::find_if(m_fields.begin(), m_fields.end(), predicate);
        if (first == m_fields.end())
            return 0;
        const auto end = std::remove_if(first, m_fields.end(), predicate);
        const auto gone = static_cast<std::size_t>(m_fields.end() - end);
        m_fields.erase(end, m_fields.end());
        reindex();
        return gone;
    }
    void clear()
    {
        m_fields.clear();
        m_present = 0;
        m_repeated = 0;
    }
    /// The receive buffer moved: every view into [oldBase, oldBase + size) now points into newBase.
    void rebase(const char* oldBase, std::size_t size, const char* newBase);

private:
    /// Other has no bit: it is no name.
    static constexpr std::uint64_t bit(HeaderId id)
    {
        return (std::uint64_t{1} << static_cast<unsigned>(id)) & ~std::uint64_t{1};
    }
    void reindex();

    std::vector<Header> m_fields;
    std::uint64_t m_present = 0;
    std::uint64_t m_repeated = 0;
    std::array<std::uint16_t, static_cast<std::size_t>(HeaderId::Count)> m_first{};
};

/// A non-empty token (RFC 9110 §5.1).
[[nodiscard]] bool isFieldName(std::string_view name);
/// Visible characters, spaces, tabs and obs-text, none of the space at the ends (RFC 9110 §5.5).
[[nodiscard]] bool isFieldValue(std::string_view value);

} // namespace postern

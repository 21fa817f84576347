#include "gateway/http/headers.h"

#include "gateway/http/character_class.h"

#include <algorithm>

namespace postern {

const Header* Headers::find(std::string_view name) const
{
    if (const HeaderId id = headerId(name); id != HeaderId::Other)
        return find(id);
    for (const Header& field : m_fields) {
        if (field.id == HeaderId::Other && equalsIgnoringCase(field.name, name))
            return &field;
    }
    return nullptr;
}

std::string_view Headers::value(HeaderId id) const
{
    const Header* const field = find(id);
    return field != nullptr ? field->value : std::string_view();
}

std::string_view Headers::value(std::string_view name) const
{
    const Header* const field = find(name);
    return field != nullptr ? field->value : std::string_view();
}

std::size_t Headers::count(HeaderId id) const
{
    if (!isRepeated(id))
        return contains(id) ? 1 : 0;
    return static_cast<std::size_t>(
        std::ranges::count_if(m_fields, [id](const Header& field) { return field.id == id; }));
}

std::size_t Headers::count(std::string_view name) const
{
    if (const HeaderId id = headerId(name); id != HeaderId::Other)
        return count(id);
    return static_cast<std::size_t>(std::ranges::count_if(
        m_fields, [name](const Header& field) { return equalsIgnoringCase(field.name, name); }));
}

void Headers::set(std::string_view name, std::string_view value)
{
    const HeaderId id = headerId(name);
    auto* const first = const_cast<Header*>(find(name));
    if (first == nullptr) {
        add(name, value, id);
        return;
    }
    *first = Header{name, value, id};
    const bool repeated = id != HeaderId::Other ? isRepeated(id) : count(name) > 1;
    if (repeated)
        removeIf([first, name](const Header& field) {
            return &field != first && equalsIgnoringCase(field.name, name);
        });
}

void Headers::set(HeaderId id, std::string_view value) { set(headerName(id), value); }

std::size_t Headers::remove(std::string_view name)
{
    if (const HeaderId id = headerId(name); id != HeaderId::Other)
        return remove(id);
    return removeIf([name](const Header& field) {
        return field.id == HeaderId::Other && equalsIgnoringCase(field.name, name);
    });
}

std::size_t Headers::remove(HeaderId id)
{
    if (!contains(id))
        return 0;
    return removeIf([id](const Header& field) { return field.id == id; });
}

void Headers::rebase(const char* oldBase, std::size_t size, const char* newBase)
{
    const auto moved = [oldBase, size, newBase](std::string_view text) -> std::string_view {
        // By address alone: the old bytes may be gone.
        const auto offset =
            reinterpret_cast<std::uintptr_t>(text.data()) - reinterpret_cast<std::uintptr_t>(oldBase);
        return offset <= size ? std::string_view(newBase + offset, text.size()) : text;
    };
    for (Header& field : m_fields) {
        field.name = moved(field.name);
        field.value = moved(field.value);
    }
}

void Headers::reindex()
{
    m_present = 0;
    m_repeated = 0;
    for (std::size_t i = 0; i < m_fields.size(); ++i) {
        const HeaderId id = m_fields[i].id;
        m_repeated |= m_present & bit(id);
        if ((m_present & bit(id)) == 0)
            m_first[static_cast<std::size_t>(id)] = static_cast<std::uint16_t>(i);
        m_present |= bit(id);
    }
}

bool isFieldName(std::string_view name) { return !name.empty() && allAre(name, kTokenCharacter); }

bool isFieldValue(std::string_view value)
{
    return allAre(value, kValueCharacter) && trimmed(value).size() == value.size();
}

} // namespace postern

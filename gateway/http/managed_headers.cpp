#include "gateway/http/managed_headers.h"

#include "gateway/http/character_class.h"

#include <algorithm>

namespace postern {

namespace {

constexpr std::string_view kForwardedPrefix = "x-forwarded-"; // X-Forwarded-Client-Cert too
constexpr std::array<std::string_view, 2> kAlways = {"forwarded", "x-real-ip"};

constexpr std::array<char, 256> makeFolds()
{
    std::array<char, 256> folds{};
    for (std::size_t c = 0; c < folds.size(); ++c) {
        const char lower = toLower(static_cast<char>(c));
        folds[c] = lower == '_' || lower == '.' ? '-' : lower;
    }
    return folds;
}
constexpr std::array<char, 256> kFolds = makeFolds();

char fold(char c) { return kFolds[static_cast<unsigned char>(c)]; }

std::string folded(std::string_view name)
{
    std::string text(name);
    std::ranges::transform(text, text.begin(), fold);
    return text;
}

bool beginsWithFolded(std::string_view name, std::string_view start)
{
    if (name.size() < start.size())
        return false;
    for (std::size_t i = 0; i < start.size(); ++i) {
        if (fold(name[i]) != start[i])
            return false;
    }
    return true;
}

/// The names of a document are few and fixed, so a cheap hash does; who collides on purpose gains one
/// comparison.
std::size_t bucketOf(std::string_view name)
{
    const auto letter = [name](std::size_t at) { return static_cast<unsigned char>(fold(name[at])); };
    return (name.size() * 7 + letter(0) + letter(name.size() - 1) * 3U + letter(name.size() / 2) * 5U) % 64;
}

} // namespace

bool areLookAlikes(std::string_view left, std::string_view right)
{
    return std::ranges::equal(left, right, {}, fold, fold);
}

ManagedHeaders::ManagedHeaders(std::span<const std::string> policyNames)
{
    for (const std::string_view name : kAlways)
        insert(name);
    for (const std::string& name : policyNames)
        insert(name);
}

void ManagedHeaders::insert(std::string_view name)
{
    if (name.empty() || contains(name))
        return;
    m_names.push_back(folded(name));
    m_buckets[bucketOf(name)].push_back(static_cast<std::uint16_t>(m_names.size() - 1));
}

bool ManagedHeaders::contains(std::string_view name) const
{
    if (name.empty())
        return false;
    for (const std::uint16_t index : m_buckets[bucketOf(name)]) {
        const std::string& managed = m_names[index];
        if (managed.size() == name.size() && beginsWithFolded(name, managed))
            return true;
    }
    return fold(name.front()) == 'x' && beginsWithFolded(name, kForwardedPrefix);
}

std::size_t ManagedHeaders::removeFrom(Headers& headers) const
{
    return headers.removeIf([this](const Header& field) { return contains(field.name); });
}

} // namespace postern

#include "gateway/tls/server_names.h"

#include <algorithm>

namespace postern {

void ServerNames::add(const std::string& name, std::size_t certificate)
{
    if (name.starts_with("*."))
        m_wildcards.emplace(name.substr(1), certificate);
    else
        m_exact.emplace(name, certificate);
}

std::optional<std::size_t> ServerNames::find(std::string_view name) const
{
    std::string wanted(name);
    std::ranges::transform(wanted, wanted.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    if (wanted.ends_with('.'))
        wanted.pop_back();
    if (const auto exact = m_exact.find(wanted); exact != m_exact.end())
        return exact->second;
    const std::size_t dot = wanted.find('.');
    if (dot == std::string::npos || dot == 0)
        return std::nullopt;
    const auto wildcard = m_wildcards.find(std::string_view(wanted).substr(dot));
    return wildcard == m_wildcards.end() ? std::nullopt : std::optional(wildcard->second);
}

} // namespace postern

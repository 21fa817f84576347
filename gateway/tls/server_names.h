#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace postern {

/// Which certificate a server name (SNI) gets: an exact name, else a wildcard for its first label (RFC 6125
/// §6.4.3), else none. The first to claim a name has it. Names are compared without case. Immutable once
/// filled.
class ServerNames
{
public:
    /// \a name is in lower case; `*.` stands for one label.
    void add(const std::string& name, std::size_t certificate);
    [[nodiscard]] std::optional<std::size_t> find(std::string_view name) const;

private:
    std::map<std::string, std::size_t, std::less<>> m_exact;
    std::map<std::string, std::size_t, std::less<>> m_wildcards; ///< by what follows the `*`
};

} // namespace postern

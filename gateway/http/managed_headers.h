#pragma once

#include "gateway/http/headers.h"

#include <array>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace postern {

/// Whether an upstream that turns names into variables may take them for one: `-`, `_` and `.` are one, case
/// is none.
[[nodiscard]] bool areLookAlikes(std::string_view left, std::string_view right);

/// The fields a client can never set for the upstream: X-Forwarded-*, Forwarded, X-Real-IP,
/// X-Forwarded-Client-Cert, and every name a policy sets; `-`, `_` and `.` are one, case is none, so
/// look-alikes such as `X_User` fall too (upstreams that turn names into variables can not tell them apart).
/// Compiled with a configuration, immutable, shared by all workers; one bucket look-up a name.
class ManagedHeaders
{
public:
    /// \a policyNames: every field name that a policy of the document sets.
    explicit ManagedHeaders(std::span<const std::string> policyNames = {});

    [[nodiscard]] bool contains(std::string_view name) const;
    /// Drops them all. \returns how many field lines went.
    std::size_t removeFrom(Headers& headers) const;

private:
    void insert(std::string_view name);

    std::vector<std::string> m_names;                     // folded
    std::array<std::vector<std::uint16_t>, 64> m_buckets; // indexes into m_names
};

} // namespace postern

#pragma once

#include "gateway/policies/jwt/token_verifier.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace postern {

/// Tokens already found good, so that a caller's next request costs a look-up and no signature. Only good
/// tokens enter, so a flood of bad ones displaces nothing. One a worker; dropped with its configuration, and
/// with it every verdict by a key that is no longer in the set.
class TokenCache
{
public:
    /// \a entries: rounded up to a power of two; a token longer than \a largestToken bytes is not kept.
    TokenCache(std::size_t entries, std::size_t largestToken);

    /// Null when the token is not known. Time is not looked at. Valid until the next insert().
    [[nodiscard]] const VerifiedToken* find(std::string_view token);
    /// Takes the place of the least recently used of the token's four.
    const VerifiedToken& insert(std::string_view token, VerifiedToken verified);

private:
    struct Entry
    {
        std::uint64_t hash = 0;
        std::uint64_t used = 0; ///< stamp; 0: empty
        std::string token;
        VerifiedToken verified;
    };
    static constexpr std::size_t ways = 4;

    Entry* setOf(std::uint64_t hash);

    std::vector<Entry> m_entries;
    std::size_t m_sets;
    std::size_t m_largestToken;
    std::size_t m_seed;
    std::uint64_t m_stamp = 0;
    VerifiedToken m_unkept;
};

} // namespace postern

#include "gateway/policies/jwt/token_cache.h"

#include <QHashFunctions>
#include <QRandomGenerator>

#include <algorithm>
#include <bit>

namespace postern {

TokenCache::TokenCache(std::size_t entries, std::size_t largestToken)
    : m_entries(std::bit_ceil(std::max(entries, ways)))
    , m_sets(m_entries.size() / ways)
    , m_largestToken(largestToken)
    , m_seed(QRandomGenerator::system()->generate64())
{}

TokenCache::Entry* TokenCache::setOf(std::uint64_t hash) { return &m_entries[(hash & (m_sets - 1)) * ways]; }

const VerifiedToken* TokenCache::find(std::string_view token)
{
    const std::uint64_t hash = qHashBits(token.data(), token.size(), m_seed);
    Entry* set = setOf(hash);
    for (std::size_t i = 0; i < ways; ++i) {
        // The whole token is compared: a hash alone would let one caller be taken for another.
        if (set[i].used != 0 && set[i].hash == hash && set[i].token == token) {
            set[i].used = ++m_stamp;
            return &set[i].verified;
        }
    }
    return nullptr;
}

const VerifiedToken& TokenCache::insert(std::string_view token, VerifiedToken verified)
{
    if (token.size() > m_largestToken) {
        m_unkept = std::move(verified);
        return m_unkept;
    }
    const std::uint64_t hash = qHashBits(token.data(), token.size(), m_seed);
    Entry* set = setOf(hash);
    Entry* victim =
        std::min_element(set, set + ways, [](const Entry& a, const Entry& b) { return a.used < b.used; });
    *victim = {hash, ++m_stamp, std::string(token), std::move(verified)};
    return victim->verified;
}

} // namespace postern

#pragma once

#include "gateway/tls/secret_text.h"
#include "models/base/clock.h"
#include "models/base/result.h"

#include <array>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace postern {

/// The keys that session tickets are sealed with, for all listeners and workers of a process. Purpose: a
/// session begun with one worker is resumed with another, and a stolen key opens hours, not years. Owned by
/// the gateway, shared by its contexts; any thread.
///
/// A key seals for kPeriod, and opens for kAccepted. Turning is lazy: whoever seals with a key that is too
/// old makes the next one.
class TicketKeys
{
public:
    static constexpr std::chrono::hours kPeriod{1};
    /// How long a session may be resumed.
    static constexpr std::chrono::hours kLifetime{2};
    static constexpr std::chrono::hours kAccepted = kPeriod + kLifetime;

    struct Key
    {
        std::array<unsigned char, 16> name{};
        std::array<unsigned char, 32> cipher{}; ///< AES-256-CBC
        std::array<unsigned char, 32> mac{};    ///< HMAC-SHA-256
        Clock::Wall madeAt{};

        Key() = default;
        Key(const Key&) = default;
        Key& operator=(const Key&) = default;
        ~Key(); ///< leaves no trace in memory
    };
    using Ring = std::vector<Key>; ///< the newest first

    /// \a clock outlives this.
    explicit TicketKeys(const Clock& clock) : m_clock(clock) {}

    /// The key to seal with, by which no ticket was sealed before an older turn().
    [[nodiscard]] std::shared_ptr<const Key> sealing();
    /// The key of that name, while it is accepted; null otherwise.
    [[nodiscard]] std::shared_ptr<const Key> opening(std::string_view name) const;
    /// Forgets all keys: no session begun until now is resumed.
    void turn();

    /// For a successor process, over a private channel: secret. Empty before the first ticket.
    [[nodiscard]] SecretText serialised() const;
    /// Takes over what serialised() gave. Keys of its own stay, and are the older ones.
    [[nodiscard]] Result<void> adopt(std::string_view text);

private:
    [[nodiscard]] std::shared_ptr<const Ring> ring() const;

    const Clock& m_clock;
    mutable std::mutex m_mutex;
    std::shared_ptr<const Ring> m_ring = std::make_shared<Ring>(); ///< immutable; replaced under m_mutex
};

} // namespace postern

#include "gateway/tls/ticket_keys.h"

#include <openssl/crypto.h>
#include <openssl/rand.h>

#include <algorithm>
#include <cstring>
#include <span>

namespace postern {

namespace {

// Enough for those that are accepted, and for a successor's and its predecessor's at once.
constexpr std::size_t kMostKeys = 8;
constexpr std::string_view kFormat = "postern-tickets-1\n";
constexpr std::size_t kTimeSize = 8;
constexpr std::size_t kKeySize = 16 + 32 + 32 + kTimeSize;

void append(SecretText& out, std::span<const unsigned char> bytes)
{
    out.append({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

template<std::size_t Size>
std::string_view take(std::string_view text, std::array<unsigned char, Size>& out)
{
    std::memcpy(out.data(), text.data(), Size);
    return text.substr(Size);
}

TicketKeys::Key freshKey(Clock::Wall now)
{
    TicketKeys::Key key;
    key.madeAt = now;
    // Without randomness there is no TLS at all; OpenSSL's own use of it fails first.
    RAND_bytes(key.name.data(), static_cast<int>(key.name.size()));
    RAND_priv_bytes(key.cipher.data(), static_cast<int>(key.cipher.size()));
    RAND_priv_bytes(key.mac.data(), static_cast<int>(key.mac.size()));
    return key;
}

} // namespace

TicketKeys::Key::~Key()
{
    OPENSSL_cleanse(cipher.data(), cipher.size());
    OPENSSL_cleanse(mac.data(), mac.size());
}

std::shared_ptr<const TicketKeys::Ring> TicketKeys::ring() const
{
    const std::lock_guard lock(m_mutex);
    return m_ring;
}

std::shared_ptr<const TicketKeys::Key> TicketKeys::sealing()
{
    const Clock::Wall now = m_clock.wall();
    const std::lock_guard lock(m_mutex);
    if (m_ring->empty() || now - m_ring->front().madeAt >= kPeriod ||
        m_ring->front().madeAt > now + kPeriod) {
        auto next = std::make_shared<Ring>();
        next->push_back(freshKey(now));
        for (const Key& key : *m_ring) {
            if (now - key.madeAt < kAccepted && next->size() < kMostKeys)
                next->push_back(key);
        }
        m_ring = std::move(next);
    }
    return {m_ring, &m_ring->front()};
}

std::shared_ptr<const TicketKeys::Key> TicketKeys::opening(std::string_view name) const
{
    const auto keys = ring();
    const auto found = std::ranges::find_if(*keys, [name](const Key& key) {
        return name.size() == key.name.size() && std::memcmp(name.data(), key.name.data(), name.size()) == 0;
    });
    if (found == keys->end() || m_clock.wall() - found->madeAt >= kAccepted)
        return nullptr;
    return {keys, &*found};
}

void TicketKeys::turn()
{
    const std::lock_guard lock(m_mutex);
    m_ring = std::make_shared<Ring>();
}

SecretText TicketKeys::serialised() const
{
    const auto keys = ring();
    if (keys->empty())
        return {};
    SecretText out(kFormat);
    for (const Key& key : *keys) {
        append(out, key.name);
        append(out, key.cipher);
        append(out, key.mac);
        const auto seconds = std::chrono::floor<std::chrono::seconds>(key.madeAt.time_since_epoch()).count();
        std::array<unsigned char, kTimeSize> time{};
        for (std::size_t i = 0; i < kTimeSize; ++i)
            time[i] = static_cast<unsigned char>(seconds >> (8 * (kTimeSize - 1 - i)) & 0xFF);
        append(out, time);
    }
    return out;
}

Result<void> TicketKeys::adopt(std::string_view text)
{
    if (text.empty())
        return {};
    if (!text.starts_with(kFormat) || (text.size() - kFormat.size()) % kKeySize != 0 ||
        text.size() > kFormat.size() + kMostKeys * kKeySize)
        return failure(Error::invalid(QStringLiteral("these are no ticket keys of this version")));
    text.remove_prefix(kFormat.size());
    auto next = std::make_shared<Ring>();
    while (!text.empty()) {
        Key key;
        text = take(text, key.name);
        text = take(text, key.cipher);
        text = take(text, key.mac);
        std::int64_t seconds = 0;
        for (std::size_t i = 0; i < kTimeSize; ++i)
            seconds = seconds << 8 | static_cast<unsigned char>(text[i]);
        text.remove_prefix(kTimeSize);
        key.madeAt = Clock::Wall(std::chrono::seconds(seconds));
        next->push_back(key);
    }
    const std::lock_guard lock(m_mutex);
    for (const Key& key : *m_ring) {
        if (next->size() < kMostKeys)
            next->push_back(key);
    }
    m_ring = std::move(next);
    return {};
}

} // namespace postern

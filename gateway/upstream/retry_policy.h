#pragma once

#include <bitset>
#include <chrono>
#include <optional>

namespace postern {

struct Retries;

/// An upstream's `retries`, ready for use: what is worth another attempt. Whether a request may safely have
/// one is not said here. A value, immutable.
class RetryPolicy
{
public:
    explicit RetryPolicy(const Retries& retries);

    /// Attempts after the first.
    [[nodiscard]] int attempts() const { return m_attempts; }
    [[nodiscard]] bool onConnectFailure() const { return m_onConnectFailure; }
    [[nodiscard]] bool onReset() const { return m_onReset; }
    [[nodiscard]] bool onStatus(int status) const;
    /// The most retries, as a part of all requests: 0 to 1.
    [[nodiscard]] double budget() const { return m_budget; }
    [[nodiscard]] std::optional<std::chrono::milliseconds> perTryTimeout() const { return m_perTryTimeout; }

    /// How long to wait before the retry of that number, from 1: 25 ms, doubled each time, at most 250 ms; of
    /// which \a chance (0 to 1) decides the second half, so that many clients do not come back at once.
    [[nodiscard]] static std::chrono::nanoseconds backOff(int retry, double chance);

private:
    static constexpr int kFirstStatus = 400;
    static constexpr int kStatuses = 200;

    int m_attempts;
    bool m_onConnectFailure = false;
    bool m_onReset = false;
    std::bitset<kStatuses> m_statuses;
    double m_budget;
    std::optional<std::chrono::milliseconds> m_perTryTimeout;
};

} // namespace postern

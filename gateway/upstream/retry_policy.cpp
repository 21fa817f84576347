#include "gateway/upstream/retry_policy.h"

#include "models/document/upstream.h"

#include <algorithm>

namespace postern {

using namespace std::chrono_literals;

RetryPolicy::RetryPolicy(const Retries& retries)
    : m_attempts(retries.attempts), m_budget(retries.budget / 100), m_perTryTimeout(retries.perTryTimeout)
{
    for (const QString& condition : retries.on) {
        if (condition == QLatin1String("connectFailure"))
            m_onConnectFailure = true;
        else if (condition == QLatin1String("reset"))
            m_onReset = true;
        else
            m_statuses.set(
                static_cast<std::size_t>(condition.toInt() - kFirstStatus)); // as the document's check
    }
}

bool RetryPolicy::onStatus(int status) const
{
    const int place = status - kFirstStatus;
    return place >= 0 && place < kStatuses && m_statuses.test(static_cast<std::size_t>(place));
}

std::chrono::nanoseconds RetryPolicy::backOff(int retry, double chance)
{
    constexpr std::chrono::nanoseconds first = 25ms;
    constexpr std::chrono::nanoseconds longest = 250ms;
    constexpr int mostDoublings = 4;
    const auto whole = std::min(first * (1 << std::min(retry - 1, mostDoublings)), longest);
    return whole / 2 + std::chrono::duration_cast<std::chrono::nanoseconds>(whole / 2 * chance);
}

} // namespace postern

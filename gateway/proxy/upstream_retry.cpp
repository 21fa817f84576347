// UpstreamExchange's decisions: whether a request may, and should, have another attempt.
#include "gateway/proxy/upstream_exchange.h"
#include "gateway/proxy/worker_context.h"

#include <algorithm>
#include <charconv>

namespace postern {

using namespace std::chrono_literals;

namespace {

// An upstream that asks for a longer pause is better obeyed by the client than by a request that waits here.
constexpr std::chrono::seconds kLongestRetryAfter = 2s;

/// How long \a head asks to be left alone (RFC 9110 §10.2.3); nothing where that is too long. A date is: it
/// names whole seconds of another machine's clock.
std::optional<std::chrono::seconds> retryAfter(const ResponseHead& head)
{
    const Header* field = head.headers.find(HeaderId::RetryAfter);
    if (!field)
        return 0s;
    int seconds = 0;
    const char* const end = field->value.data() + field->value.size();
    const auto [at, error] = std::from_chars(field->value.data(), end, seconds);
    if (error != std::errc() || at != end || seconds < 0 || seconds > kLongestRetryAfter.count())
        return std::nullopt;
    return std::chrono::seconds(seconds);
}

} // namespace

/// Never a request that may take effect twice.
bool UpstreamExchange::isSafe(AttemptFailure::Delivery delivery) const
{
    return m_holdsAll && (delivery == AttemptFailure::Delivery::Nothing || isIdempotent(m_request->method));
}

bool UpstreamExchange::isWanted(const AttemptFailure& failure) const
{
    if (!m_upstream->retries)
        return false;
    const RetryPolicy& policy = *m_upstream->retries;
    switch (failure.kind) {
    case AttemptFailure::Kind::Connect:
        return policy.onConnectFailure();
    case AttemptFailure::Kind::Reset:
    case AttemptFailure::Kind::Timeout:
        return policy.onReset();
    case AttemptFailure::Kind::Overloaded: // more of the same
    case AttemptFailure::Kind::Malformed:
        return false;
    }
    return false;
}

bool UpstreamExchange::goesAgain(const AttemptFailure& failure)
{
    if (m_state != State::Attempting || !isSafe(failure.delivery))
        return false;
    using Excuse = AttemptFailure::Excuse;
    if (failure.excuse != Excuse::None && !std::exchange(m_wasExcused, true)) {
        attemptAgain(failure.excuse == Excuse::IdleRace ? Freshness::New : Freshness::Any);
        return true;
    }
    return isWanted(failure) && pause(0s);
}

bool UpstreamExchange::goesAgain(const ResponseHead& head)
{
    // An answer before the request's end is about the request, not about the upstream.
    if (!m_upstream->retries->onStatus(head.status) || !m_requestSent ||
        !isSafe(AttemptFailure::Delivery::Unknown))
        return false;
    const auto wait = retryAfter(head);
    return wait && pause(*wait);
}

/// False where the retries are used up, or would come too late.
bool UpstreamExchange::pause(std::chrono::nanoseconds atLeast)
{
    const RetryPolicy& policy = *m_upstream->retries;
    if (m_retries >= policy.attempts())
        return false;
    const Clock::Steady now = m_context.clock.steady();
    const double chance = std::uniform_real_distribution(0.0, 1.0)(m_context.random);
    const auto wait = std::max(RetryPolicy::backOff(m_retries + 1, chance), atLeast);
    if (m_due - now <= wait || !m_upstream->budget->take(policy.budget(), now))
        return false;
    ++m_retries;
    if (m_endpointId)
        m_tried.push_back(*m_endpointId);
    m_endpointId.reset();
    if (m_headSent)
        m_upstream->telemetry->upstreamTried(m_upstream->index, now - m_sentAt);
    m_state = State::Paused;
    m_wakeAt = now + wait;
    m_context.deadlines.set(*this, m_wakeAt);
    return true;
}

} // namespace postern

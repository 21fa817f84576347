#pragma once

#include "gateway/policy/policy_chain.h"

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace postern {

/// Hears each policy's final decision on an exchange, once a policy, when the exchange is over or refused.
class DecisionObserver
{
public:
    enum class Kind : unsigned char { Allow, Deny, Error };
    virtual ~DecisionObserver() = default;
    virtual void decided(const ChainLink& link, Kind kind) = 0;
};

/// One exchange's way through a chain. Owned by the proxy's exchange and reused; one thread.
class PolicyRun
{
public:
    enum class Outcome : unsigned char {
        Continue, ///< go on with the exchange
        Refused,  ///< answer with problem(), forward nothing (more)
        Paused    ///< wait: the callback given to start() says when and how it goes on
    };
    using Resumed = std::function<void(Outcome)>;

    PolicyRun() = default;
    PolicyRun(const PolicyRun&) = delete;
    PolicyRun& operator=(const PolicyRun&) = delete;
    ~PolicyRun();

    /// Runs the request head's phases. \a chain and \a context must live until finish(). \a resumed is called
    /// at most once for each Paused outcome, on the worker's thread, never from inside start().
    Outcome start(const PolicyChain& chain, PolicyContext& context, Resumed resumed);

    /// A piece of the request's body. Call only where the chain wants the body; context.requestBodyBytes is
    /// already raised by the piece.
    Outcome requestBody(std::span<const char> piece, bool last);

    /// Changes to the request's trailers, before they go on.
    void requestTrailers(Headers& trailers);

    /// Changes to the response's head (context.response is set), the gateway's own answers and 103s included.
    void responseHead();

    /// What the client is told after Outcome::Refused, and by which policy.
    [[nodiscard]] Problem& problem() { return *m_problem; }
    [[nodiscard]] const ChainLink* refusedBy() const { return m_refusedBy; }

    /// Ends the run, reports each policy that decided to \a observer, and makes the run ready for the next
    /// exchange.
    void finish(DecisionObserver* observer);

private:
    friend class Resumption;
    friend struct PolicyContext;
    enum class Recorded : unsigned char { None, Allow, Deny, Error };

    Outcome goOn();
    Outcome take(std::size_t position, Decision decision);
    void resume(Decision decision);

    const PolicyChain* m_chain = nullptr;
    PolicyContext* m_context = nullptr;
    Resumed m_resumed;
    std::size_t m_position = 0;
    bool m_paused = false;
    std::vector<Recorded> m_recorded; ///< by link
    std::optional<Problem> m_problem;
    const ChainLink* m_refusedBy = nullptr;
    std::shared_ptr<PolicyRun*> m_handle; ///< made at the first pause, dropped when the exchange ends
};

} // namespace postern

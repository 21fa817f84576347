#include "gateway/policy/policy_run.h"

#include "gateway/http/request_head.h"

namespace postern {

PolicyRun::~PolicyRun() = default;

PolicyRun::Outcome PolicyRun::start(const PolicyChain& chain, PolicyContext& context, Resumed resumed)
{
    m_chain = &chain;
    m_context = &context;
    m_resumed = std::move(resumed);
    m_position = 0;
    m_recorded.assign(chain.links().size(), Recorded::None);
    context.run = this;
    // Where some policy writes the field, the client's is withheld already.
    const bool isWithheld = context.withheld && context.withheld->contains(HeaderId::Authorization);
    const Headers& sent = isWithheld ? *context.withheld : context.request->headers;
    context.authorization = sent.value(HeaderId::Authorization);
    context.authorizations = sent.count(HeaderId::Authorization);
    return goOn();
}

PolicyRun::Outcome PolicyRun::goOn()
{
    const auto& links = m_chain->links();
    while (m_position < links.size()) {
        const std::size_t position = m_position++;
        Policy& policy = *links[position].policy;
        const Outcome outcome = policy.phases().testFlag(Policy::Phase::Decide)
                                    ? take(position, policy.decide(*m_context))
                                    : take(position, Decision::allow());
        if (outcome != Outcome::Continue)
            return outcome;
    }
    return Outcome::Continue;
}

PolicyRun::Outcome PolicyRun::take(std::size_t position, Decision decision)
{
    const ChainLink& link = m_chain->links()[position];
    switch (decision.verdict()) {
    case Decision::Verdict::Pause:
        m_paused = true;
        return Outcome::Paused;
    case Decision::Verdict::Allow:
        m_recorded[position] = decision.undecided() ? Recorded::Error : Recorded::Allow;
        if (link.enforced && link.policy->phases().testFlag(Policy::Phase::Apply))
            link.policy->apply(*m_context);
        return Outcome::Continue;
    case Decision::Verdict::Deny:
        m_recorded[position] = decision.undecided() ? Recorded::Error : Recorded::Deny;
        if (!link.enforced)
            return Outcome::Continue;
        m_problem = std::move(decision.problem());
        m_refusedBy = &link;
        return Outcome::Refused;
    }
    Q_UNREACHABLE();
}

PolicyRun::Outcome PolicyRun::requestBody(std::span<const char> piece, bool last)
{
    for (const std::size_t position : m_chain->bodyLinks()) {
        // In shadow mode a first refusal stands; later pieces could only repeat it.
        if (m_recorded[position] == Recorded::Deny)
            continue;
        Decision decision = m_chain->links()[position].policy->requestBody(*m_context, piece, last);
        Q_ASSERT(decision.verdict() != Decision::Verdict::Pause);
        if (decision.verdict() == Decision::Verdict::Deny &&
            take(position, std::move(decision)) == Outcome::Refused)
            return Outcome::Refused;
    }
    return Outcome::Continue;
}

void PolicyRun::requestTrailers(Headers& trailers)
{
    for (const ChainLink& link : m_chain->links())
        if (link.enforced && link.policy->phases().testFlag(Policy::Phase::RequestTrailers))
            link.policy->requestTrailers(trailers);
}

void PolicyRun::responseHead()
{
    if (!m_chain)
        return;
    // A policy that never ran, because one before it refused, has nothing to say of the answer either.
    for (const std::size_t position : m_chain->responseLinks())
        if (m_recorded[position] != Recorded::None)
            m_chain->links()[position].policy->responseHead(*m_context);
}

void PolicyRun::finish(DecisionObserver* observer)
{
    if (!m_chain)
        return;
    if (observer) {
        for (std::size_t i = 0; i < m_recorded.size(); ++i) {
            if (m_recorded[i] == Recorded::None)
                continue;
            observer->decided(m_chain->links()[i],
                              m_recorded[i] == Recorded::Allow  ? DecisionObserver::Kind::Allow
                              : m_recorded[i] == Recorded::Deny ? DecisionObserver::Kind::Deny
                                                                : DecisionObserver::Kind::Error);
        }
    }
    m_context->run = nullptr;
    m_chain = nullptr;
    m_context = nullptr;
    m_resumed = nullptr;
    m_paused = false;
    m_problem.reset();
    m_refusedBy = nullptr;
    m_handle.reset();
}

void PolicyRun::resume(Decision decision)
{
    if (!m_paused)
        return;
    Q_ASSERT(decision.verdict() != Decision::Verdict::Pause);
    m_paused = false;
    Outcome outcome = take(m_position - 1, std::move(decision));
    if (outcome == Outcome::Continue)
        outcome = goOn();
    if (outcome == Outcome::Paused)
        return;
    const Resumed resumed = m_resumed; // the call may end the exchange, and this run with it
    resumed(outcome);
}

Resumption PolicyContext::resumption()
{
    if (!run->m_handle)
        run->m_handle = std::make_shared<PolicyRun*>(run);
    return Resumption(run->m_handle);
}

void Resumption::resume(Decision decision)
{
    if (const auto handle = m_run.lock()) {
        m_run.reset();
        (*handle)->resume(std::move(decision));
    }
}

} // namespace postern

#pragma once

#include "gateway/http/problem.h"

#include <memory>
#include <utility>

namespace postern {

/// What one policy says of one exchange. Cheap when it allows: no allocation.
class [[nodiscard]] Decision
{
public:
    enum class Verdict : unsigned char {
        Allow,
        Deny,
        Pause ///< the answer comes later through the PolicyContext's Resumption
    };

    static Decision allow() { return Decision(Verdict::Allow, false, nullptr); }
    static Decision deny(Problem problem)
    {
        return Decision(Verdict::Deny, false, std::make_unique<Problem>(std::move(problem)));
    }
    /// The policy could not decide, and its failure mode lets the request pass.
    static Decision allowUndecided() { return Decision(Verdict::Allow, true, nullptr); }
    /// The policy could not decide, and its failure mode refuses.
    static Decision denyUndecided(Problem problem)
    {
        return Decision(Verdict::Deny, true, std::make_unique<Problem>(std::move(problem)));
    }
    static Decision pause() { return Decision(Verdict::Pause, false, nullptr); }

    [[nodiscard]] Verdict verdict() const { return m_verdict; }
    /// Counted as `error`, whichever way the failure mode went.
    [[nodiscard]] bool undecided() const { return m_undecided; }
    /// What the client is told; only with Verdict::Deny.
    [[nodiscard]] Problem& problem() { return *m_problem; }

private:
    Decision(Verdict verdict, bool undecided, std::unique_ptr<Problem> problem)
        : m_problem(std::move(problem)), m_verdict(verdict), m_undecided(undecided)
    {}

    std::unique_ptr<Problem> m_problem;
    Verdict m_verdict;
    bool m_undecided;
};

} // namespace postern

#pragma once

#include "gateway/http/headers.h"
#include "gateway/policy/decision.h"
#include "gateway/policy/policy_context.h"

#include <QFlags>

#include <span>

namespace postern {

/// One policy on one worker. Made by a CompiledPolicy, owned by the worker's PolicyChains, used on the
/// worker's thread alone; ends when the worker has no exchange left on that configuration.
///
/// The order for a request: `decide` then, where the mode is enforce and the answer is allow, `apply`, policy
/// by policy; then `requestBody` as pieces come, and `requestTrailers` with the last one; then
/// `responseHead`. A policy names in `phases()` which it takes part in; the others are never called.
class Policy
{
public:
    enum class Phase : unsigned char {
        Decide = 1,
        Apply = 2,
        RequestBody = 4,
        ResponseHead = 8,
        RequestTrailers = 16
    };
    Q_DECLARE_FLAGS(Phases, Phase)

    virtual ~Policy() = default;

    [[nodiscard]] virtual Phases phases() const = 0;

    /// Looks at the request's head and decides. Changes nothing of the message: it also runs in shadow mode.
    virtual Decision decide(PolicyContext&) { return Decision::allow(); }

    /// Changes the request's head. Called in enforce mode only, after `decide` allowed.
    virtual void apply(PolicyContext&) {}

    /// Looks at a piece of the request's body; \a last with the final one (which may be empty). May not
    /// pause.
    virtual Decision requestBody(PolicyContext&, std::span<const char> piece, bool last)
    {
        Q_UNUSED(piece);
        Q_UNUSED(last);
        return Decision::allow();
    }

    /// Changes the fields that come behind the request's body: they say no more than the head may. Enforce
    /// mode only.
    virtual void requestTrailers(Headers&) {}

    /// Changes the response's head, the gateway's own answers included, and a 103's before it (of which
    /// nothing but Link goes on). Enforce mode only.
    virtual void responseHead(PolicyContext&) {}
};

Q_DECLARE_OPERATORS_FOR_FLAGS(Policy::Phases)

} // namespace postern

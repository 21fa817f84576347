#pragma once

#include "gateway/policy/decision.h"
#include "gateway/policy/identity.h"
#include "models/base/clock.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace postern {

class Arena;
class Headers;
class PolicyRun;
struct RequestHead;
struct ResponseHead;

/// The way back into a paused exchange. Held by a policy while it waits; used on the worker's own thread.
/// Harmless once the exchange has ended.
class Resumption
{
public:
    Resumption() = default;
    explicit Resumption(std::weak_ptr<PolicyRun*> run) : m_run(std::move(run)) {}
    /// Continues the exchange with \a decision, which must not be Pause. A second call does nothing.
    void resume(Decision decision);
    /// Whether anybody still waits.
    [[nodiscard]] bool alive() const { return !m_run.expired(); }

private:
    std::weak_ptr<PolicyRun*> m_run;
};

struct ClientCertificate;

/// All that a policy may see and change of one exchange. Owned by the proxy's exchange, reused from one to
/// the next; lives on the worker's thread. Views are valid until the exchange ends.
struct PolicyContext
{
    // The proxy, and the run, fill these before the first policy decides.
    RequestHead* request = nullptr;   ///< hop-by-hop and managed fields already taken out
    ResponseHead* response = nullptr; ///< null until the response's head is there
    const Headers* withheld =
        nullptr;                    ///< the managed fields the client sent, for policies that may trust them
    Arena* arena = nullptr;         ///< where a policy puts bytes that must outlive its call
    std::string_view api;           ///< `namespace/name`
    std::string_view route;         ///< the route's name
    std::string_view clientAddress; ///< after trusted proxies
    bool peerTrusted = false;       ///< the connection comes from one of the listener's trusted proxies
    const ClientCertificate* clientCertificate = nullptr; ///< of the connection, verified; null without one
    Clock::Steady now;                                    ///< of this turn of the event loop
    Clock::Wall wall;                                     ///< likewise
    std::string_view
        authorization; ///< the client's `Authorization`; a policy may have taken it from the request
    std::size_t authorizations = 0;     ///< how many such fields the client sent
    std::uint64_t requestBodyBytes = 0; ///< payload received so far, the present piece included

    // Policies fill these.
    std::shared_ptr<const Identity> identity; ///< null while nobody has proved who calls
    std::string_view requestId;               ///< empty while no policy gave one

    /// Where `explain` collects the reasons; null on the data path, so that nothing is spent on words.
    std::string* explanation = nullptr;

    /// A handle to answer a Decision::pause().
    [[nodiscard]] Resumption resumption();

    PolicyRun* run = nullptr; ///< set by the chain
};

} // namespace postern

#pragma once

#include "gateway/http/host_address.h"
#include "models/base/clock.h"
#include "models/document/effective_document.h"

#include <QByteArray>
#include <QJsonObject>

#include <memory>
#include <vector>

namespace postern {

class PolicyRegistry;

/// What one policy says of one request, and why.
struct ExplainedPolicy
{
    enum class Verdict {
        Allow,
        Deny,
        Undecided,  ///< it could not tell; its failure mode decided
        Waits,      ///< it would ask somebody else, whom explaining does not ask
        NotReached, ///< a policy before it refused
        Off
    };

    EffectivePolicyPtr policy;
    Verdict verdict = Verdict::NotReached;
    int status = 0; ///< of a denial
    QString reason; ///< its token
    QString why;    ///< in words; may be empty for an allowance that needs none
};

/// What a gateway would do with one request: which route, what each policy says, and the end of it. A value.
struct Explanation
{
    QString api;
    QString hash;
    QString method;
    QString path;
    QString client; ///< the address policies see
    QString route;  ///< `-` where none matches
    std::vector<ExplainedPolicy> policies;

    QString upstream;  ///< where it goes; empty: it is refused, as follows
    QString forwarded; ///< the head the upstream would get, credentials redacted
    int status = 0;
    QString reason;
    QString detail;
    QString decidedBy; ///< a policy's name; empty: the gateway itself

    [[nodiscard]] QJsonObject json() const;
    [[nodiscard]] QString text() const;
};

/// Runs \a request, one raw HTTP/1.1 message, through \a document's policies as a worker would, with fresh
/// counters and no socket. Lines may end in LF alone if all do. An error: no request that has an end, or a
/// document that can not run.
[[nodiscard]] Result<Explanation> explainRequest(const std::shared_ptr<const EffectiveDocument>& document,
                                                 const PolicyRegistry& policies, const QByteArray& request,
                                                 const HostAddress& client, const Clock& clock);

} // namespace postern

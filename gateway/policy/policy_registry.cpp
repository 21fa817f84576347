#include "gateway/policy/policy_registry.h"

#include "models/document/effective_document.h"

namespace postern {

Result<std::shared_ptr<const CompiledPolicy>>
PolicyRegistry::compile(const EffectivePolicy& policy, const PolicyEnvironment& environment) const
{
    const auto compiler = m_compilers.constFind(policy.entry.type);
    if (compiler == m_compilers.constEnd())
        return failure({.kind = Error::Kind::Unsupported,
                        .fault = Error::Fault::Configuration,
                        .message = QStringLiteral("the policy type %1 is not built").arg(policy.entry.type),
                        .place = {},
                        .cause = {}});
    return (*compiler)(policy, environment);
}

} // namespace postern

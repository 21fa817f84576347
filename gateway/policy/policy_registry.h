#pragma once

#include "gateway/policy/compiled_policy.h"
#include "models/base/result.h"

#include <QHash>
#include <QString>

#include <functional>

namespace postern {

struct EffectivePolicy;

/// What a policy needs from around it when it is compiled.
struct PolicyEnvironment
{
    QString api;                           ///< `namespace/name`
    std::shared_ptr<SharedState> previous; ///< of the same policy in the configuration before; may be null
};

/// Policy type → how it is compiled. Filled once by registerPolicies(), then read from any thread.
class PolicyRegistry
{
public:
    using Compiler = std::function<Result<std::shared_ptr<const CompiledPolicy>>(const EffectivePolicy&,
                                                                                 const PolicyEnvironment&)>;

    void add(const QString& type, Compiler compiler) { m_compilers.insert(type, std::move(compiler)); }
    [[nodiscard]] QStringList types() const { return m_compilers.keys(); }

    /// Error: the type is not built, or its configuration or a file it names is unusable (with the place).
    [[nodiscard]] Result<std::shared_ptr<const CompiledPolicy>> compile(const EffectivePolicy&,
                                                                        const PolicyEnvironment&) const;

private:
    QHash<QString, Compiler> m_compilers;
};

} // namespace postern

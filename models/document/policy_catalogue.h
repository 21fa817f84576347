#pragma once

#include "models/schema/record_description.h"

namespace postern {

/// The order in which policies see a request, whatever the document's. CONTRACT, "Policy types".
enum class Stage {
    Identify,     ///< requestId: everything after it can be told apart by the id
    Bound,        ///< cheap refusals first
    AnswerEarly,  ///< cors, redirect, respond, fault
    Inspect,      ///< waf
    Authenticate, ///< who calls
    Authorise,    ///< may they
    Limit,        ///< may they now: needs the caller
    Validate,
    Idempotency,
    OwnLogic,
    Cache,
    Shape,   ///< what the upstream gets
    Forward, ///< where it goes
    Response ///< acts on the response alone
};
[[nodiscard]] QString nameOf(Stage stage);

struct PolicyTypeDescription
{
    QString type;
    Stage stage = Stage::Identify;
    bool built = false;                        ///< false: refused with the rule `not-yet-built`
    const RecordDescription* config = nullptr; ///< null while not built
    QString help;
};

/// The policy types that documents may name. An interface, so that documents need no policy: the gateway's
/// catalogue (gateway/policies/catalogue.h) fills it from the configs, tests have a small one of their own.
/// Immutable; read from any thread; outlives what was loaded with it.
class PolicyCatalogue
{
public:
    virtual ~PolicyCatalogue() = default;
    [[nodiscard]] virtual const std::vector<PolicyTypeDescription>& types() const = 0;
    [[nodiscard]] const PolicyTypeDescription* find(QStringView type) const;
    [[nodiscard]] QStringList names() const;
};

} // namespace postern

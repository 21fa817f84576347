#include "models/fleet/expectation.h"

#include "models/document/effective_document.h"

namespace postern {

slo::Objective objectiveOf(const Objective& stated)
{
    const bool latency = stated.type == ObjectiveType::Latency;
    return {.name = stated.name,
            .kind = latency ? slo::Objective::Kind::Latency : slo::Objective::Kind::Availability,
            .target = stated.target / 100.0,
            .threshold = stated.threshold.value_or(std::chrono::milliseconds(0)),
            .window = std::chrono::duration_cast<std::chrono::seconds>(stated.window)};
}

ApiExpectation expectationOf(const EffectiveDocument& document, const QString& commit)
{
    ApiExpectation expectation;
    expectation.api = document.id;
    expectation.hash = document.hash;
    expectation.revision = commit;
    for (const auto& [name, value] : document.api.metadata.labels)
        expectation.labels.insert(name, value);
    for (const Objective& stated : document.api.spec.objectives)
        expectation.objectives.push_back(objectiveOf(stated));
    return expectation;
}

} // namespace postern

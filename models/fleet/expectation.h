#pragma once

#include "models/slo/objective.h"

#include <QMap>
#include <QString>

#include <vector>

namespace postern {

/// What Git says about one API: handed to the poller by whoever reads the repository.
struct ApiExpectation
{
    QString api;
    QString hash;                  ///< of the effective document at the commit; empty: not known
    QString revision;              ///< the commit
    QMap<QString, QString> labels; ///< the document's (`team`, `tier`, …)
    std::vector<slo::Objective> objectives;

    friend bool operator==(const ApiExpectation&, const ApiExpectation&) = default;
};

struct EffectiveDocument;
struct Objective;

/// A document's objective with its percentages made ratios.
[[nodiscard]] slo::Objective objectiveOf(const Objective& stated);
/// What \a document, as it stands at \a commit, expects of its gateways.
[[nodiscard]] ApiExpectation expectationOf(const EffectiveDocument& document, const QString& commit);

} // namespace postern

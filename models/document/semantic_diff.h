#pragma once

#include "models/document/effective_document.h"

namespace postern {

/// One thing that changes in effect.
struct SemanticChange
{
    enum class Kind { Added, Removed, Changed, Reordered };
    enum class Area { Api, Listener, Upstream, Route, Policy, Objective, Setting };

    Kind kind = Kind::Changed;
    Area area = Area::Policy;
    QString subject; ///< `fair-use`, `read-account`, `limits`
    QString field;   ///< `limit`, `match.path`, `mode`; empty for a whole
    QString before;  ///< as a document would write it: `100/s`, `2s`
    QString after;
    QStringList routes; ///< that a policy's change reaches
    int routesInAll = 0;

    /// `fair-use: limit 100/s → 50/s, on 3 routes`
    [[nodiscard]] QString text() const;
    [[nodiscard]] QJsonObject json() const;
    friend bool operator==(const SemanticChange&, const SemanticChange&) = default;
};
[[nodiscard]] QString nameOf(SemanticChange::Kind kind);
[[nodiscard]] QString nameOf(SemanticChange::Area area);

/// What changes between two effective documents, in the documents' order. Empty exactly where the hashes
/// agree.
struct SemanticDiff
{
    QString api;
    QString oldHash;
    QString newHash;
    std::vector<SemanticChange> changes;

    [[nodiscard]] bool isEmpty() const { return changes.empty(); }
};

[[nodiscard]] SemanticDiff diffEffective(const EffectiveDocument& before, const EffectiveDocument& after,
                                         const PolicyCatalogue& catalogue);

} // namespace postern

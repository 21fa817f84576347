#pragma once

#include "models/document/load_documents.h"

#include <QDate>
#include <QJsonObject>

#include <memory>

namespace postern {

/// Where an effective policy comes from.
struct Origin
{
    enum class Layer { Baseline, Api, Route };
    Layer layer = Layer::Api;
    QString document; ///< the baseline's name, or the API's id
    Place place;      ///< of the entry: file, line, column, path
    QString revision; ///< of that document; empty where unknown
};
[[nodiscard]] QString nameOf(Origin::Layer layer);

/// One policy as it acts. Immutable and shared: routes that inherit it hold the same object, so one object is
/// one state (one rate limiter, for instance).
struct EffectivePolicy
{
    PolicyEntry entry;
    Stage stage = Stage::Identify;
    Origin origin;
    QJsonObject config;           ///< normalised, defaults left out
    std::vector<NamedFile> files; ///< that the config names

    /// The contents of a file that the config names; null where there is none.
    [[nodiscard]] const QByteArray* contentsOf(const FileReference& file) const;
};
using EffectivePolicyPtr = std::shared_ptr<const EffectivePolicy>;

struct EffectiveRoute
{
    Route route;
    std::vector<EffectivePolicyPtr>
        policies; ///< in the order they see a request; those that are off included
};

/// A requirement that is not met, or is excused.
struct GovernanceFinding
{
    enum class State { Missing, Exempt };
    QString baseline;
    QString requirement;
    State state = State::Missing;
    QString detail;    ///< what lacks it: `routes read-account, transfer have none of jwt`
    QDate exemptUntil; ///< of an exemption, running or ended
    Finding finding;   ///< as `check` tells it; of an exemption that runs on for long, an empty rule
};
[[nodiscard]] QString nameOf(GovernanceFinding::State state);

/// Baselines and the API's own, merged: what a gateway runs. A value; immutable by convention once made.
struct EffectiveDocument
{
    QString id; ///< `namespace/name`
    ApiGateway api;
    QStringList baselines;                    ///< that apply, in order
    std::vector<EffectivePolicyPtr> policies; ///< the API's level: for requests that match no route
    std::vector<EffectiveRoute> routes;       ///< in the document's order
    QJsonObject spec;                         ///< what is hashed: models/document/README.md
    QString hash;                             ///< SHA-256 of spec's RFC 8785 form, lower-case hex
    QString revision;                         ///< of the API's document
    std::vector<GovernanceFinding> governance;
};

/// The outcome of merging: a document unless there were errors, and what was found on the way (merge
/// conflicts; governance is in the document, and never an error here).
struct EffectiveResult
{
    std::optional<EffectiveDocument> document;
    std::vector<Finding> findings;
};

/// Merges the API \a id with the baselines that apply to it. \a today decides exemptions alone.
[[nodiscard]] EffectiveResult makeEffective(const LoadedDocuments& documents, QStringView id,
                                            const PolicyCatalogue& catalogue, const QDate& today);

/// What `check` says: findings of the documents, of every merge, and of governance, in order.
[[nodiscard]] std::vector<Finding> checkDocuments(const LoadedDocuments& documents,
                                                  const PolicyCatalogue& catalogue, const QDate& today);

} // namespace postern

#pragma once

#include "models/base/error.h"
#include "models/fleet/source_state.h"

#include <QString>

namespace postern {

/// What a person reads about a failure: what happened, what to try, and the rest to copy.
struct FailureWords
{
    QString what;
    QString advice;
    QString details;
};

[[nodiscard]] FailureWords failureWords(const Error& error);
/// The same, for a source that is away: the advice knows which source it is.
[[nodiscard]] FailureWords sourceFailureWords(const SourceState& state);
/// `Prometheus`, `Fleet file`, `Repository`.
[[nodiscard]] QString sourceName(const QString& source);

} // namespace postern

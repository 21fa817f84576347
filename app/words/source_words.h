#pragma once

#include "app/workspace/view_time.h"
#include "models/fleet/fleet_snapshot.h"
#include "widgets/theme/tokens.h"

#include <QString>

namespace postern {

/// What the top bar says about the data, all sources taken together.
struct DataStateWords
{
    QString text; ///< `live`, `as of 14:03:20`, `Prometheus away since 14:01`
    State state = State::Unknown;
    QString hint; ///< one line a source
};

/// \a sources as they are now; the gravest decides. `live` means: the newest answer of each is no older than
/// \a freshFor.
[[nodiscard]] DataStateWords dataStateWords(const std::vector<SourceState>& sources, Clock::Wall now,
                                            std::chrono::seconds freshFor, ZoneChoice zone);
/// One source in a short clause: `live`, `waiting for the first answer`, `away since 14:01`.
[[nodiscard]] QString sourceStateText(const SourceState& state, Clock::Wall now, ZoneChoice zone);
[[nodiscard]] State stateOf(const SourceState& state);

/// The foot of the navigation, a line a source that is there.
[[nodiscard]] QString railFooter(const std::vector<SourceState>& sources);

/// The environment that the fleet's labels name.
struct EnvironmentWords
{
    QString name; ///< `production · eu-1, sa-1`
    bool isProduction = false;
    QString hint;
};

/// From the labels `environment` and `cluster` of the instances; \a otherwise where none has any.
[[nodiscard]] EnvironmentWords environmentWords(const FleetSnapshot& fleet, const QString& otherwise);

} // namespace postern

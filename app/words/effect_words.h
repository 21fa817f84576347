#pragma once

#include "app/workspace/edit_judgement.h"
#include "models/fleet/fleet_snapshot.h"
#include "widgets/editor/semantic_diff_view.h"

#include <QList>
#include <QString>

namespace postern {

/// What changes in effect, the same change of several APIs said once: `fair-use limit 100/s → 50/s, on 3
/// routes of payments/accounts, 2 gateways`.
[[nodiscard]] QList<EffectChange> effectChanges(const std::vector<ApiEffect>& effects,
                                                const FleetSnapshot& fleet);
/// Under the list: how much of the text changed, and what that means where nothing changes in effect.
[[nodiscard]] QString effectRemark(const EditJudgement& judgement);
/// A sensible subject line for the commit: `accounts: fair-use limit 100/s → 50/s`.
[[nodiscard]] QString proposedMessage(const EditJudgement& judgement, const QString& file);
/// How many gateways take a change up.
[[nodiscard]] int gatewaysOf(const std::vector<ApiEffect>& effects, const FleetSnapshot& fleet);
/// Exactly what pushing will do, before it is done.
[[nodiscard]] QString pushSentence(const EditJudgement& judgement, const QString& file,
                                   const QString& upstream, const FleetSnapshot& fleet);

} // namespace postern

#pragma once

#include "app/workspace/view_time.h"
#include "models/fleet/rollout.h"
#include "widgets/frame/stage_strip.h"
#include "widgets/theme/tokens.h"

#include <QList>

namespace postern {

[[nodiscard]] State stateOf(const Rollout& rollout);
/// `on 1 of 2 gateways, waiting for 127.0.0.1:9912`
[[nodiscard]] QString rolloutText(const Rollout& rollout, Clock::Wall now, ZoneChoice zone);
/// committed → pushed → seen by n of m → holds, each with its time.
[[nodiscard]] QList<StageStrip::Stage> rolloutStages(const Rollout& rollout, ZoneChoice zone);

/// How far an edit is, before it is a commit.
struct EditProgress
{
    bool edited = false;
    bool judged = false;
    bool sound = false;
    bool committing = false;
    bool pushing = false;
};
/// edited → checked, then those of \a rollout; without one, of a commit that is not made yet.
[[nodiscard]] QList<StageStrip::Stage> editStages(const EditProgress& progress, const Rollout* rollout,
                                                  int gateways, ZoneChoice zone);

} // namespace postern

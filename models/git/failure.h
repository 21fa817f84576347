#pragma once

#include "models/git/command.h"

namespace postern {

/// The Error that a run of git with an exit code other than 0 means: its kind, whether trying again may help,
/// one sentence on \a what failed and why, and git's own words (credentials cut out of addresses) as the
/// cause.
[[nodiscard]] Error gitFailure(const QString& what, const GitOutput& output);

/// git's words for people: without progress lines, without credentials, bounded.
[[nodiscard]] QString gitWords(const QByteArray& err);

} // namespace postern

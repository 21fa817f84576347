#pragma once

#include "models/git/clone.h"

namespace postern {

/// Puts the one commit \a commit on top of \a tip, in the private work tree that \a within works in.
/// The hash it has then; \a tip itself when nothing of it is left to say. Kind::Conflict names the files and
/// the commits of both sides; the commit itself stays as it was.
Task<Result<QString>> rebaseOnTip(GitRun& run, Clone within, QString commit, QString tip, Recheck recheck);

} // namespace postern

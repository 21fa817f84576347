#pragma once

#include "app/shell/location.h"

namespace postern {

class EditSession;
class Workspace;

/// Makes a small edit at the policy that \a location names, so that pictures show the editor at work: a limit
/// is halved, else the policy is put into shadow. Nothing is made, and null returned, where an edit of the
/// user's is in progress. The caller discards the session's edit.
EditSession* beginTrialEdit(Workspace& workspace, const Location& location);

} // namespace postern

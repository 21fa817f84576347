#pragma once

#include "gateway/server/command.h"

namespace postern {

/// Runs postern-gateway with \a words, the program's own name left out. Errors go to the error stream and
/// name the argument.
[[nodiscard]] ExitStatus runProgram(const QStringList& words, const std::vector<Command>& commands,
                                    const CommandStreams& streams);

} // namespace postern

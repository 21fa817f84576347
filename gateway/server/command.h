#pragma once

#include "gateway/server/arguments.h"

#include <QIODevice>

#include <functional>
#include <vector>

namespace postern {

/// What programs and pipelines read from the exit status.
enum class ExitStatus {
    Success = 0,
    Findings = 1, ///< the command did its work, and there is something to see
    Unusable = 2  ///< it could not: arguments, files
};

/// Where a command writes. Tests give buffers.
struct CommandStreams
{
    QIODevice& out;
    QIODevice& err;

    void print(const QString& text) const { out.write(text.toUtf8()); }
    /// One line on the error stream, behind the program's name.
    void complain(const QString& message) const { err.write("postern-gateway: " + message.toUtf8() + '\n'); }
};

/// One subcommand of postern-gateway: `--help` is made from the same description its arguments are checked
/// by. Each stands in its own file under commands/, and in the list in commands/commands.cpp.
struct Command
{
    QString name;
    QString summary; ///< one line
    PositionalDescription positional;
    std::vector<OptionDescription> options; ///< `--help` and `--version` are everywhere
    std::function<ExitStatus(const Arguments&, const CommandStreams&)> run;
};

} // namespace postern

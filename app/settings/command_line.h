#pragma once

#include "widgets/theme/theme.h"

#include <QString>
#include <QStringList>
#include <QUrl>

#include <optional>

namespace postern {

/// What the console was started with (CONTRACT, "Command line").
struct LaunchOptions
{
    QUrl prometheus = QUrl(QStringLiteral("http://127.0.0.1:9090"));
    QString fleetFile;                ///< empty: no gateways are known
    QString repository;               ///< empty: policies can not be read or edited
    std::optional<ThemeChoice> theme; ///< none: as chosen last
    QString screenshots;              ///< a folder: render every page into it and quit
};

/// Either options to run with, or words to print and the code to exit with (0 for --help, 2 for bad
/// arguments).
struct CommandLineAnswer
{
    std::optional<LaunchOptions> options;
    QString words;
    int exitCode = 0;
};

/// \a arguments with the program's name first. Checks what can be checked without waiting: a repository that
/// is no folder or a fleet file that does not exist is a bad argument, a silent Prometheus is not.
[[nodiscard]] CommandLineAnswer parseCommandLine(const QStringList& arguments);

} // namespace postern

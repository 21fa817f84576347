#include "gateway/server/program.h"

#include <algorithm>

namespace postern {

namespace {

QString versionLine() { return QStringLiteral("postern-gateway " POSTERN_VERSION "\n"); }

QString programHelp(const std::vector<Command>& commands)
{
    QString text = QStringLiteral("Usage: postern-gateway COMMAND [ARGUMENT…]\n\n"
                                  "A gateway for one API: policies in, metrics out.\n\nCommands:\n");
    for (const Command& command : commands)
        text += QStringLiteral("  %1 %2\n").arg(command.name, -12).arg(command.summary);
    text += QStringLiteral(
        "\n`postern-gateway COMMAND --help` tells more of one; `--version` tells the version.\n");
    return text;
}

QString spelling(const OptionDescription& option)
{
    return option.value.isEmpty() ? QStringLiteral("--") + option.name
                                  : QStringLiteral("--%1 %2").arg(option.name, option.value);
}

QString usage(const Command& command)
{
    QString text = QStringLiteral("Usage: postern-gateway ") + command.name;
    if (!command.positional.usage.isEmpty())
        text += u' ' + command.positional.usage;
    for (const OptionDescription& option : command.options) {
        text += option.required ? u' ' + spelling(option) : QStringLiteral(" [%1]").arg(spelling(option));
        if (option.repeatable)
            text += u'…';
    }
    return text + u'\n';
}

QString commandHelp(const Command& command)
{
    QString text = usage(command) + u'\n' + command.summary + QStringLiteral("\n\nOptions:\n");
    std::vector<OptionDescription> options = command.options;
    options.push_back(
        {.name = QStringLiteral("help"), .value = {}, .help = QStringLiteral("this text"), .choices = {}});
    options.push_back({.name = QStringLiteral("version"),
                       .value = {},
                       .help = QStringLiteral("the program's version"),
                       .choices = {}});
    qsizetype width = 0;
    for (const OptionDescription& option : options)
        width = std::max(width, spelling(option).size());
    for (const OptionDescription& option : options)
        text += QStringLiteral("  %1  %2\n").arg(spelling(option), -static_cast<int>(width)).arg(option.help);
    return text;
}

ExitStatus runCommand(const Command& command, const QStringList& words, const CommandStreams& streams)
{
    // Before `--`, which ends the options.
    const QStringList options = words.mid(0, words.indexOf(QStringLiteral("--")));
    if (options.contains(QStringLiteral("--help"))) {
        streams.print(commandHelp(command));
        return ExitStatus::Success;
    }
    if (options.contains(QStringLiteral("--version"))) {
        streams.print(versionLine());
        return ExitStatus::Success;
    }
    const auto arguments = Arguments::parse(words, command.options, command.positional);
    if (!arguments) {
        streams.complain(QStringLiteral("%1: %2").arg(command.name, arguments.error().message));
        streams.err.write(usage(command).toUtf8());
        return ExitStatus::Unusable;
    }
    return command.run(*arguments, streams);
}

} // namespace

ExitStatus runProgram(const QStringList& words, const std::vector<Command>& commands,
                      const CommandStreams& streams)
{
    const QString name = words.value(0);
    if (name == u"--help" || name == u"help") {
        streams.print(programHelp(commands));
        return ExitStatus::Success;
    }
    if (name == u"--version") {
        streams.print(versionLine());
        return ExitStatus::Success;
    }
    const auto command =
        std::ranges::find_if(commands, [&name](const Command& candidate) { return candidate.name == name; });
    if (command != commands.end())
        return runCommand(*command, words.mid(1), streams);
    streams.complain(name.isEmpty() ? QStringLiteral("a command is missing")
                                    : QStringLiteral("unknown command %1").arg(name));
    streams.err.write("See `postern-gateway --help`.\n");
    return ExitStatus::Unusable;
}

} // namespace postern

#include "app/settings/command_line.h"

#include <QCommandLineParser>
#include <QCoreApplication>
#include <QFileInfo>

namespace postern {
namespace {

class CommandLine
{
    Q_DECLARE_TR_FUNCTIONS(CommandLine)

public:
    CommandLine();
    CommandLineAnswer parse(const QStringList& arguments);

private:
    [[nodiscard]] QString problem() const;
    [[nodiscard]] QString notYetBuilt() const;
    [[nodiscard]] LaunchOptions options() const;

    QCommandLineParser m_parser;
    QCommandLineOption m_help{{QStringLiteral("h"), QStringLiteral("help")}, tr("Shows this help.")};
    QCommandLineOption m_version{{QStringLiteral("v"), QStringLiteral("version")}, tr("Shows the version.")};
    QCommandLineOption m_prometheus{QStringLiteral("prometheus"),
                                    tr("Prometheus' address, default http://127.0.0.1:9090."),
                                    QStringLiteral("url"), QStringLiteral("http://127.0.0.1:9090")};
    QCommandLineOption m_fleet{QStringLiteral("fleet"), tr("The file that lists the gateways."),
                               QStringLiteral("file")};
    QCommandLineOption m_repository{QStringLiteral("repository"),
                                    tr("A clone of the Git repository that holds the documents."),
                                    QStringLiteral("dir")};
    QCommandLineOption m_theme{QStringLiteral("theme"), tr("light, dark or system."),
                               QStringLiteral("theme")};
    QCommandLineOption m_screenshots{QStringLiteral("screenshots"),
                                     tr("Renders every page into this folder, then quits."),
                                     QStringLiteral("dir")};
    QCommandLineOption m_kubeconfig{QStringLiteral("kubeconfig"), tr("Not built yet."),
                                    QStringLiteral("file")};
    QCommandLineOption m_context{QStringLiteral("context"), tr("Not built yet."), QStringLiteral("context")};
};

std::optional<ThemeChoice> themeNamed(const QString& name)
{
    if (name == QLatin1String("light"))
        return ThemeChoice::Light;
    if (name == QLatin1String("dark"))
        return ThemeChoice::Dark;
    if (name == QLatin1String("system"))
        return ThemeChoice::System;
    return {};
}

bool isWebAddress(const QUrl& url)
{
    return url.isValid() && !url.host().isEmpty() &&
           (url.scheme() == QLatin1String("http") || url.scheme() == QLatin1String("https"));
}

CommandLine::CommandLine()
{
    m_parser.setApplicationDescription(
        tr("Postern's desk: watch a fleet of API gateways and steer its policies."));
    m_parser.addOptions({m_help, m_version, m_prometheus, m_fleet, m_repository, m_theme, m_screenshots,
                         m_kubeconfig, m_context});
}

CommandLineAnswer CommandLine::parse(const QStringList& arguments)
{
    const auto refused = [this](const QString& words) {
        return CommandLineAnswer{.options = {},
                                 .words = tr("postern-console: %1\nTry postern-console --help.").arg(words),
                                 .exitCode = 2};
    };
    if (!m_parser.parse(arguments))
        return refused(m_parser.errorText());
    if (m_parser.isSet(m_help))
        return {.options = {}, .words = m_parser.helpText(), .exitCode = 0};
    if (m_parser.isSet(m_version))
        return {.options = {}, .words = QStringLiteral("postern-console " POSTERN_VERSION), .exitCode = 0};
    if (const QString words = notYetBuilt(); !words.isEmpty())
        return refused(words);
    if (const QString words = problem(); !words.isEmpty())
        return refused(words);
    return {.options = options(), .words = {}, .exitCode = 0};
}

QString CommandLine::notYetBuilt() const
{
    for (const QCommandLineOption* option : {&m_kubeconfig, &m_context})
        if (m_parser.isSet(*option))
            return tr("--%1: reading a fleet from Kubernetes is not built yet; name a fleet file with "
                      "--fleet.")
                .arg(option->names().constFirst());
    return {};
}

QString CommandLine::problem() const
{
    if (const QStringList rest = m_parser.positionalArguments(); !rest.isEmpty())
        return tr("“%1” is no option.").arg(rest.constFirst());
    if (!isWebAddress(QUrl(m_parser.value(m_prometheus), QUrl::StrictMode)))
        return tr("--prometheus “%1” is no address such as http://127.0.0.1:9090.")
            .arg(m_parser.value(m_prometheus));
    if (m_parser.isSet(m_theme) && !themeNamed(m_parser.value(m_theme)))
        return tr("--theme “%1” is none of light, dark, system.").arg(m_parser.value(m_theme));
    if (m_parser.isSet(m_fleet) && !QFileInfo(m_parser.value(m_fleet)).isFile())
        return tr("--fleet “%1” is no file.").arg(m_parser.value(m_fleet));
    if (m_parser.isSet(m_repository) && !QFileInfo(m_parser.value(m_repository)).isDir())
        return tr("--repository “%1” is no folder.").arg(m_parser.value(m_repository));
    if (m_parser.isSet(m_screenshots) && m_parser.value(m_screenshots).isEmpty())
        return tr("--screenshots needs a folder.");
    return {};
}

LaunchOptions CommandLine::options() const
{
    return {.prometheus = QUrl(m_parser.value(m_prometheus), QUrl::StrictMode),
            .fleetFile = m_parser.value(m_fleet),
            .repository = m_parser.value(m_repository),
            .theme = themeNamed(m_parser.value(m_theme)),
            .screenshots = m_parser.value(m_screenshots)};
}

} // namespace

CommandLineAnswer parseCommandLine(const QStringList& arguments) { return CommandLine().parse(arguments); }

} // namespace postern

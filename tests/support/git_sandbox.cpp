#include "tests/support/git_sandbox.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QProcess>

namespace postern::test {

namespace {

const QString kHook = QStringLiteral("hooks/");

} // namespace

GitSandbox::GitSandbox()
{
    const QString home = path(QStringLiteral("home"));
    QDir().mkpath(home);
    qputenv("HOME", home.toUtf8());
    qputenv("XDG_CONFIG_HOME", home.toUtf8());
    qputenv("GIT_CONFIG_GLOBAL", (home + QStringLiteral("/gitconfig")).toUtf8());
    qputenv("GIT_CONFIG_NOSYSTEM", "1");
    for (const char* name :
         {"GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL", "GIT_COMMITTER_NAME", "GIT_COMMITTER_EMAIL", "EMAIL",
          "SSH_ASKPASS", "SSH_AUTH_SOCK", "GIT_DIR", "GIT_WORK_TREE", "DISPLAY"})
        qunsetenv(name);
    // Without it git may guess an identity from the machine's names.
    write(home + QStringLiteral("/gitconfig"),
          "[user]\n\tuseConfigOnly = true\n[init]\n\tdefaultBranch = main\n");
    git(m_directory.path(),
        {QStringLiteral("init"), QStringLiteral("--quiet"), QStringLiteral("--bare"), remote()});
}

QString GitSandbox::seed(const QList<std::pair<QString, QByteArray>>& files)
{
    const QString directory = clone(QStringLiteral("seed"));
    for (const auto& [name, text] : files)
        write(directory + u'/' + name, text);
    git(directory, {QStringLiteral("add"), QStringLiteral(".")});
    git(directory,
        {QStringLiteral("commit"), QStringLiteral("--quiet"), QStringLiteral("-m"), QStringLiteral("Seed")});
    git(directory, {QStringLiteral("push"), QStringLiteral("--quiet"), QStringLiteral("origin"),
                    QStringLiteral("main")});
    return git(directory, {QStringLiteral("rev-parse"), QStringLiteral("HEAD")});
}

QString GitSandbox::clone(const QString& name)
{
    const QString directory = path(name);
    git(m_directory.path(), {QStringLiteral("clone"), QStringLiteral("--quiet"), remote(), directory});
    git(directory, {QStringLiteral("config"), QStringLiteral("user.name"), name});
    git(directory,
        {QStringLiteral("config"), QStringLiteral("user.email"), name + QStringLiteral("@bank.example")});
    return directory;
}

QString GitSandbox::commitAndPush(const QString& clone, const QString& file, const QByteArray& text,
                                  const QString& message)
{
    git(clone, {QStringLiteral("pull"), QStringLiteral("--quiet"), QStringLiteral("--ff-only")});
    write(clone + u'/' + file, text);
    git(clone, {
                   QStringLiteral("add"),
                   QStringLiteral("."),
               });
    git(clone, {QStringLiteral("commit"), QStringLiteral("--quiet"), QStringLiteral("-m"), message});
    git(clone, {QStringLiteral("push"), QStringLiteral("--quiet"), QStringLiteral("origin"),
                QStringLiteral("HEAD:main")});
    return git(clone, {QStringLiteral("rev-parse"), QStringLiteral("HEAD")});
}

void GitSandbox::installHook(const QString& repository, const QString& hook, const QByteArray& script)
{
    const bool bare = QFileInfo::exists(repository + QStringLiteral("/HEAD"));
    const QString file = repository + (bare ? QStringLiteral("/") : QStringLiteral("/.git/")) + kHook + hook;
    write(file, "#!/bin/sh\n" + script);
    QFile(file).setPermissions(QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
}

QString GitSandbox::git(const QString& directory, const QStringList& arguments, Failing failing)
{
    QProcess process;
    process.setWorkingDirectory(directory);
    process.start(QStringLiteral("git"), arguments);
    process.closeWriteChannel();
    const bool ended = process.waitForFinished(60000);
    if (failing == Failing::Fatal && (!ended || process.exitCode() != 0))
        qFatal("git %s in %s: %s", qPrintable(arguments.join(u' ')), qPrintable(directory),
               process.readAllStandardError().constData());
    return QString::fromUtf8(process.readAllStandardOutput()).trimmed();
}

void GitSandbox::write(const QString& file, const QByteArray& text)
{
    QDir().mkpath(QFileInfo(file).path());
    QFile target(file);
    if (!target.open(QIODevice::WriteOnly) || target.write(text) != text.size())
        qFatal("cannot write %s", qPrintable(file));
}

QByteArray GitSandbox::read(const QString& file)
{
    QFile source(file);
    return source.open(QIODevice::ReadOnly) ? source.readAll() : QByteArray();
}

} // namespace postern::test

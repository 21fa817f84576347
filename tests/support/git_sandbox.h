#pragma once

#include <QByteArray>
#include <QString>
#include <QStringList>
#include <QTemporaryDir>

namespace postern::test {

/// Real git in a folder of its own: a bare remote with a branch `main`, clones of it, and an environment
/// (HOME, configuration) in which nothing of the machine plays a part. Changes the process's environment:
/// one at a time. Blocks; for tests alone.
class GitSandbox
{
public:
    GitSandbox();

    [[nodiscard]] QString path(const QString& name) const { return m_directory.filePath(name); }
    [[nodiscard]] QString remote() const { return path(QStringLiteral("remote.git")); }

    /// A first commit on the remote: \a files by path. The hash.
    QString seed(const QList<std::pair<QString, QByteArray>>& files);
    /// Clones the remote, with an identity named after the clone.
    QString clone(const QString& name);
    /// Commits one file in a clone and pushes it; the hash.
    QString commitAndPush(const QString& clone, const QString& file, const QByteArray& text,
                          const QString& message);
    /// An executable script below `hooks/` of a clone or of the bare remote.
    void installHook(const QString& repository, const QString& hook, const QByteArray& script);

    /// Standard output of git, trimmed. Fails the process when git fails and \a mayFail is not said.
    enum class Failing { Fatal, Allowed };
    static QString git(const QString& directory, const QStringList& arguments,
                       Failing failing = Failing::Fatal);
    static void write(const QString& file, const QByteArray& text);
    static QByteArray read(const QString& file);

private:
    QTemporaryDir m_directory;
};

} // namespace postern::test

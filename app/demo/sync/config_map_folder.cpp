#include "app/demo/sync/config_map_folder.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>

#include <cerrno>
#include <cstdio>
#include <unistd.h>

namespace postern::demo {

namespace {

const QString kData = QStringLiteral("..data");
const QString kStamp = QStringLiteral("..20*");

Failure failed(const QString& what) { return failure(Error::fromErrno(what, errno)); }

QString stampOf(const QDateTime& now, const QDir& directory)
{
    // Nanoseconds in the name, as the kubelet writes; only milliseconds of them known, so a counter follows.
    QString name;
    for (int i = 0; name.isEmpty() || directory.exists(name); ++i)
        name = now.toUTC().toString(QStringLiteral("'..'yyyy_MM_dd_HH_mm_ss.zzz")) +
               QStringLiteral("%1").arg(i, 6, 10, QLatin1Char('0'));
    return name;
}

Result<void> copyFiles(const QString& source, const QString& target)
{
    if (!QDir().mkpath(target))
        return failed(QStringLiteral("making %1").arg(target));
    for (const QFileInfo& file : QDir(source).entryInfoList(QDir::Files)) {
        if (!QFile::copy(file.filePath(), target + u'/' + file.fileName()))
            return failed(QStringLiteral("copying %1").arg(file.filePath()));
    }
    return {};
}

Result<void> link(const QString& target, const QString& name)
{
    const QByteArray path = QFile::encodeName(name);
    ::unlink(path.constData());
    if (::symlink(QFile::encodeName(target).constData(), path.constData()) != 0)
        return failed(QStringLiteral("linking %1").arg(name));
    return {};
}

// Files that came get a link, files that went lose theirs.
Result<void> showFiles(const QString& directory)
{
    const QString data = directory + u'/' + kData;
    const QStringList files = QDir(data).entryList(QDir::Files);
    for (const QString& file : files) {
        const QString shown = directory + u'/' + file;
        if (QFileInfo(shown).isSymLink())
            continue;
        if (Result<void> done = link(kData + u'/' + file, shown); !done)
            return done;
    }
    for (const QFileInfo& shown : QDir(directory).entryInfoList(QDir::Files | QDir::System)) {
        if (shown.isSymLink() && !files.contains(shown.fileName()))
            QFile::remove(shown.filePath());
    }
    return {};
}

} // namespace

Result<void> ConfigMapFolder::swap(const QString& source, const QDateTime& now) const
{
    if (!QDir().mkpath(m_directory))
        return failed(QStringLiteral("making %1").arg(m_directory));
    const QString before = current();
    const QString stamp = stampOf(now, QDir(m_directory));
    if (Result<void> copied = copyFiles(source, m_directory + u'/' + stamp); !copied)
        return copied;
    const QString staged = m_directory + QStringLiteral("/..data_tmp");
    if (Result<void> linked = link(stamp, staged); !linked)
        return linked;
    const QString data = m_directory + u'/' + kData;
    // The one moment at which the contents change.
    if (std::rename(QFile::encodeName(staged).constData(), QFile::encodeName(data).constData()) != 0)
        return failed(QStringLiteral("renaming %1").arg(staged));
    if (Result<void> shown = showFiles(m_directory); !shown)
        return shown;
    for (const QString& old : QDir(m_directory).entryList({kStamp}, QDir::Dirs | QDir::Hidden)) {
        if (old != stamp && old != before)
            QDir(m_directory + u'/' + old).removeRecursively();
    }
    return {};
}

QString ConfigMapFolder::current() const
{
    char target[1024];
    const QByteArray data = QFile::encodeName(m_directory + u'/' + kData);
    const ssize_t size = ::readlink(data.constData(), target, sizeof target);
    return size > 0 ? QString::fromLocal8Bit(target, size) : QString();
}

} // namespace postern::demo

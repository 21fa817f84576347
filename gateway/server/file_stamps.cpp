#include "gateway/server/file_stamps.h"

#include "models/document/document_source.h"

#include <QFile>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace postern {

namespace {

void addStamp(QByteArray& out, const QString& file)
{
    const QByteArray name = QFile::encodeName(file);
    out += name;
    struct stat status
    {};
    if (::stat(name.constData(), &status) != 0) {
        out += " absent\n";
        return;
    }
    // The change time too: it moves with every write and rename, and nobody can set it back.
    for (const auto number :
         {static_cast<qint64>(status.st_dev), static_cast<qint64>(status.st_ino),
          static_cast<qint64>(status.st_size), static_cast<qint64>(status.st_mtim.tv_sec),
          static_cast<qint64>(status.st_mtim.tv_nsec), static_cast<qint64>(status.st_ctim.tv_sec),
          static_cast<qint64>(status.st_ctim.tv_nsec)})
        out += ' ' + QByteArray::number(number);
    out += '\n';
}

QStringList filesOf(const QString& path, const QStringList& named)
{
    const auto documents = findDocumentFiles({path}, Search::Flat);
    QStringList files = documents ? *documents : QStringList{path};
    files += named;
    files.removeDuplicates();
    return files;
}

/// A read lease is granted only while nobody has the file open for writing (fcntl(2), "Leases"): that
/// question is all it is taken for.
Writers writersOfOne(const QString& file)
{
    const int fd = ::open(QFile::encodeName(file).constData(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return errno == ENOENT ? Writers::None : Writers::Unknown;
    // Who opens it between the two calls waits for the second one, and the kernel signals us that he waits:
    // by a signal that does nothing, in place of SIGIO, which ends the process.
    const bool free = ::fcntl(fd, F_SETSIG, SIGURG) == 0 && ::fcntl(fd, F_SETLEASE, F_RDLCK) == 0;
    const Writers writers = free ? Writers::None : errno == EAGAIN ? Writers::Some : Writers::Unknown;
    if (free)
        ::fcntl(fd, F_SETLEASE, F_UNLCK);
    ::close(fd);
    return writers;
}

} // namespace

QByteArray stampOf(const QStringList& files)
{
    QByteArray out;
    for (const QString& file : files)
        addStamp(out, file);
    return out;
}

QByteArray stampOf(const QString& path, const QStringList& named) { return stampOf(filesOf(path, named)); }

Writers writersOf(const QString& path, const QStringList& named)
{
    Writers all = Writers::None;
    for (const QString& file : filesOf(path, named)) {
        const Writers writers = writersOfOne(file);
        if (writers == Writers::Some)
            return writers;
        all = std::max(all, writers);
    }
    return all;
}

} // namespace postern

#include "models/document/document_source.h"

#include <QDir>
#include <QDirIterator>
#include <QFile>
#include <QFileInfo>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace postern {

using namespace Qt::StringLiterals;

namespace {

/// Closes its descriptor.
class Descriptor
{
public:
    explicit Descriptor(int fd) : m_fd(fd) {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor()
    {
        if (m_fd >= 0)
            ::close(m_fd);
    }
    [[nodiscard]] int get() const { return m_fd; }

private:
    int m_fd;
};

Error tooLarge(const QString& file, qint64 limit)
{
    return Error::environment(Error::Kind::Exhausted, u"%1 is larger than %2 bytes"_s.arg(file).arg(limit));
}

Result<QByteArray> readAll(const Descriptor& descriptor, const QString& file, qint64 limit)
{
    QByteArray contents;
    char buffer[64 * 1024];
    for (;;) {
        const ssize_t count = ::read(descriptor.get(), buffer, sizeof buffer);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return failure(Error::fromErrno(u"reading %1"_s.arg(file), errno));
        if (count == 0)
            return contents;
        if (contents.size() + count > limit)
            return failure(tooLarge(file, limit));
        contents.append(buffer, count);
    }
}

/// Where an open file really lies, links followed: asked of the descriptor, so that no link can change
/// between.
QString realPath(const Descriptor& descriptor)
{
    return QFileInfo(u"/proc/self/fd/%1"_s.arg(descriptor.get())).symLinkTarget();
}

Result<QByteArray> readFile(const QString& file, qint64 limit, const QString& within)
{
    // Without O_NONBLOCK a named pipe would hold the reader for good.
    const Descriptor descriptor(
        ::open(QFile::encodeName(file).constData(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
    if (descriptor.get() < 0)
        return failure(Error::fromErrno(u"opening %1"_s.arg(file), errno));
    struct stat status
    {};
    if (::fstat(descriptor.get(), &status) != 0)
        return failure(Error::fromErrno(u"looking at %1"_s.arg(file), errno));
    if (!S_ISREG(status.st_mode))
        return failure(Error::environment(Error::Kind::Invalid, u"%1 is no plain file"_s.arg(file)));
    if (!within.isEmpty()) {
        const QString folder = QFileInfo(within).canonicalFilePath();
        if (folder != u'/' && !realPath(descriptor).startsWith(folder + u'/'))
            return failure(Error::environment(Error::Kind::Denied,
                                              u"%1 leads out of its document's folder"_s.arg(file)));
    }
    if (status.st_size > limit)
        return failure(tooLarge(file, limit));
    return readAll(descriptor, file, limit);
}

bool isDocumentName(const QString& name)
{
    return !name.startsWith(u'.') && (name.endsWith(u".yaml"_s) || name.endsWith(u".yml"_s));
}

void collect(const QString& folder, Search search, QStringList& files)
{
    const QDir directory(folder);
    for (const QString& name : directory.entryList(QDir::Files | QDir::Readable | QDir::System))
        if (isDocumentName(name))
            files << joinPath(folder, name);
    if (search == Search::Flat)
        return;
    // Linked folders are not followed: they could lead anywhere, and round in circles.
    for (const QString& name : directory.entryList(QDir::Dirs | QDir::NoDotAndDotDot | QDir::NoSymLinks))
        if (!name.startsWith(u'.'))
            collect(joinPath(folder, name), search, files);
}

} // namespace

Result<QByteArray> DocumentSource::readWithin(const QString& folder, const QString& path, qint64 limit) const
{
    return read(joinPath(folder, path), limit);
}

Result<QByteArray> DiskSource::read(const QString& file, qint64 limit) const
{
    return readFile(file, limit, {});
}

Result<QByteArray> DiskSource::readWithin(const QString& folder, const QString& path, qint64 limit) const
{
    return readFile(joinPath(folder, path), limit, folder.isEmpty() ? u"."_s : folder);
}

Result<QByteArray> MemorySource::read(const QString& file, qint64 limit) const
{
    const auto at = m_files.constFind(file);
    if (at == m_files.constEnd())
        return failure(Error::environment(Error::Kind::NotFound, u"%1 does not exist"_s.arg(file)));
    if (at->size() > limit)
        return failure(tooLarge(file, limit));
    return *at;
}

QString joinPath(const QString& folder, const QString& path)
{
    if (folder.isEmpty())
        return path;
    return folder.endsWith(u'/') ? folder + path : folder + u'/' + path;
}

QString folderOfFile(const QString& file)
{
    const qsizetype slash = file.lastIndexOf(u'/');
    return slash < 0 ? QString() : slash == 0 ? u"/"_s : file.left(slash);
}

Result<QStringList> findDocumentFiles(const QStringList& paths, Search search)
{
    QStringList files;
    for (const QString& path : paths) {
        const QFileInfo info(path);
        if (!info.exists())
            return failure(Error::environment(Error::Kind::NotFound, u"%1 does not exist"_s.arg(path)));
        if (!info.isDir())
            files << path;
        else if (!info.isReadable())
            return failure(Error::environment(Error::Kind::Denied, u"%1 can not be read"_s.arg(path)));
        else
            collect(path, search, files);
    }
    files.removeDuplicates();
    files.sort();
    return files;
}

} // namespace postern

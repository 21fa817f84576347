#include "gateway/server/file_stamps.h"

#include "models/document/document_source.h"

#include <QFile>

#include <sys/stat.h>

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

} // namespace

QByteArray stampOf(const QString& path, const QStringList& named)
{
    QByteArray out;
    const auto documents = findDocumentFiles({path}, Search::Flat);
    QStringList files = documents ? *documents : QStringList{path};
    files += named;
    files.removeDuplicates();
    for (const QString& file : files)
        addStamp(out, file);
    return out;
}

} // namespace postern

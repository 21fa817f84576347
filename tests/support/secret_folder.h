#pragma once

#include <QDir>
#include <QFile>
#include <QMap>
#include <QTemporaryDir>

namespace postern::test {

/// A folder as `--secrets` wants it, each secret in it mounted and swapped as Kubernetes does it: the files
/// are links into `..data`, which is a link to the version in force.
class SecretFolder
{
public:
    [[nodiscard]] QString path() const { return m_folder.path(); }

    /// All files of \a secret from now on, at once.
    void mount(const QString& secret, const QMap<QString, std::string>& files)
    {
        const QDir folder(m_folder.filePath(secret));
        const QString version = QStringLiteral("..version%1").arg(++m_version);
        if (!QDir().mkpath(folder.filePath(version)))
            qFatal("secret folder");
        for (auto file = files.begin(); file != files.end(); ++file) {
            QFile output(folder.filePath(version + u'/' + file.key()));
            if (!output.open(QIODevice::WriteOnly) ||
                output.write(file->data(), static_cast<qint64>(file->size())) < 0)
                qFatal("secret file");
            QFile::link(QStringLiteral("..data/") + file.key(), folder.filePath(file.key()));
        }
        const QByteArray next = QFile::encodeName(folder.filePath(QStringLiteral("..data_tmp")));
        QFile::link(version, QFile::decodeName(next));
        if (::rename(next.constData(),
                     QFile::encodeName(folder.filePath(QStringLiteral("..data"))).constData()) != 0)
            qFatal("secret swap");
    }

private:
    QTemporaryDir m_folder;
    int m_version = 0;
};

} // namespace postern::test

#include "gateway/server/secret_files.h"

#include <QFile>
#include <QFileInfo>

namespace postern {

namespace {
constexpr qint64 kMostBytes = 1 << 20; // etcd's, and so Kubernetes's, limit on a secret
} // namespace

QString SecretFiles::pathOf(const SecretReference& secret, const QString& file) const
{
    return m_folder.isEmpty() ? QString() : QStringLiteral("%1/%2/%3").arg(m_folder, secret.name, file);
}

Result<PemFile> SecretFiles::read(const SecretReference& secret, const QString& file) const
{
    const QString path = pathOf(secret, file);
    if (path.isEmpty())
        return failure(Error::environment(
            Error::Kind::NotFound,
            QStringLiteral("the document names the secret %1, and there is no --secrets folder")
                .arg(secret.name)));
    const auto refuse = [&path](Error::Kind kind, const QString& found) {
        Error error = Error::environment(
            kind, QStringLiteral("%1: found %2, expected a readable file of at most 1 MiB").arg(path, found));
        error.place.file = path;
        return failure(error);
    };
    QFile input(path);
    if (!input.exists())
        return refuse(Error::Kind::NotFound, QStringLiteral("nothing"));
    if (!input.open(QIODevice::ReadOnly | QIODevice::Unbuffered)) // a buffer would keep what it held
        return refuse(Error::Kind::Denied, input.errorString());
    QByteArray bytes = input.read(kMostBytes + 1);
    if (bytes.size() > kMostBytes)
        return refuse(Error::Kind::Exhausted, QStringLiteral("more than 1 MiB"));
    PemFile result{path, std::string_view(bytes.constData(), static_cast<std::size_t>(bytes.size()))};
    cleanse(bytes.data(), static_cast<std::size_t>(bytes.size()));
    return result;
}

Result<PemFile> SecretFiles::readIfThere(const SecretReference& secret, const QString& file) const
{
    const QString path = pathOf(secret, file);
    // A link to nothing is a mount that is just being changed, not a file that was never wanted.
    if (path.isEmpty() || (!QFileInfo::exists(path) && !QFileInfo(path).isSymLink()))
        return PemFile{path, {}};
    auto found = read(secret, file);
    if (found && found->text.empty()) {
        Error error = Error::environment(
            Error::Kind::Invalid,
            QStringLiteral("%1: found an empty file, expected its contents, or no such file").arg(path));
        error.place.file = path;
        return failure(error);
    }
    return found;
}

} // namespace postern

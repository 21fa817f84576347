#include "gateway/net/unix_socket_file.h"

#include "gateway/event/file_descriptor.h"
#include "gateway/net/native_address.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <optional>

namespace postern {

namespace {

/// Nothing where no socket is.
std::optional<struct stat> socketAt(const QByteArray& path)
{
    struct stat status
    {};
    if (::lstat(path.constData(), &status) != 0 || !S_ISSOCK(status.st_mode))
        return std::nullopt;
    return status;
}

} // namespace

UnixSocketFile UnixSocketFile::at(const QString& path)
{
    UnixSocketFile file;
    const QByteArray native = path.toUtf8();
    if (const auto status = socketAt(native)) {
        file.m_path = native;
        file.m_device = status->st_dev;
        file.m_inode = status->st_ino;
    }
    return file;
}

void UnixSocketFile::remove()
{
    const QByteArray path = std::exchange(m_path, {});
    if (path.isEmpty())
        return;
    const auto status = socketAt(path);
    if (status && status->st_dev == m_device && status->st_ino == m_inode)
        ::unlink(path.constData());
}

Result<void> removeStaleSocket(const QString& path)
{
    const SocketAddress address{{}, 0, path};
    const QByteArray native = path.toUtf8();
    struct stat status
    {};
    if (::lstat(native.constData(), &status) != 0)
        return {}; // free, or bind() says what is wrong
    if (!S_ISSOCK(status.st_mode))
        return failure(Error::environment(Error::Kind::Invalid,
                                          QStringLiteral("%1 exists, and is no socket").arg(path)));
    const FileDescriptor probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!probe.isOpen())
        return failure(Error::fromErrno(QStringLiteral("socket"), errno));
    const NativeAddress there(address);
    const bool isAnswered = ::connect(probe.fd(), there.data(), there.size) == 0;
    if (isAnswered || errno != ECONNREFUSED) // a full queue, no right to look: somebody is there
        return failure(Error::fromErrno(QStringLiteral("bind %1").arg(address.text()), EADDRINUSE));
    ::unlink(native.constData());
    return {};
}

} // namespace postern

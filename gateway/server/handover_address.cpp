#include "gateway/server/handover_address.h"

#include <QFile>

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>

namespace postern {

namespace {

// One newcomer is served at a time; a few more may wait.
constexpr int backlog = 8;

Result<sockaddr_un> unixAddress(const QByteArray& path)
{
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.isEmpty() || static_cast<std::size_t>(path.size()) >= sizeof address.sun_path)
        return failure(Error::environment(Error::Kind::NotFound,
                                          QStringLiteral("--handover %1: a path of 1 to %2 bytes is expected")
                                              .arg(QFile::decodeName(path))
                                              .arg(sizeof address.sun_path - 1)));
    std::memcpy(address.sun_path, path.constData(), static_cast<std::size_t>(path.size()));
    return address;
}

Failure failed(const char* call, const QString& path)
{
    const int error = errno;
    return failure(
        Error::fromErrno(QStringLiteral("--handover: %1 %2").arg(QLatin1String(call), path), error));
}

FileDescriptor newSocket() { return FileDescriptor(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0)); }

/// Removes the file with the path it was bound to, unless it was renamed.
struct TemporaryPath
{
    QByteArray path;
    bool kept = false;
    ~TemporaryPath()
    {
        if (!kept)
            ::unlink(path.constData());
    }
};

} // namespace

Result<std::optional<FileDescriptor>> connectForHandover(const QString& path,
                                                         std::chrono::milliseconds patience)
{
    const auto address = unixAddress(QFile::encodeName(path));
    if (!address)
        return failure(address.error());
    FileDescriptor socket = newSocket();
    if (!socket.isOpen())
        return failed("socket", path);
    // Without a bound it would wait for ever where somebody listens and never accepts.
    const auto seconds = std::chrono::floor<std::chrono::seconds>(patience);
    const timeval most{seconds.count(), std::chrono::microseconds(patience - seconds).count()};
    if (::setsockopt(socket.fd(), SOL_SOCKET, SO_SNDTIMEO, &most, sizeof most) != 0)
        return failed("setsockopt", path);
    if (::connect(socket.fd(), reinterpret_cast<const sockaddr*>(&*address), sizeof *address) == 0)
        return std::optional(std::move(socket));
    if (errno == ENOENT || errno == ECONNREFUSED)
        return std::optional<FileDescriptor>();
    if (errno == EAGAIN)
        return failure(Error::environment(
            Error::Kind::TimedOut,
            QStringLiteral("--handover %1: somebody listens there and does not answer").arg(path)));
    return failed("connect", path);
}

Result<FileDescriptor> listenForHandover(const QString& path)
{
    const QByteArray wanted = QFile::encodeName(path);
    struct stat status
    {};
    if (::lstat(wanted.constData(), &status) == 0 && !S_ISSOCK(status.st_mode))
        return failure(Error::environment(
            Error::Kind::NotFound, QStringLiteral("--handover %1: exists, and is no socket").arg(path)));
    TemporaryPath temporary{wanted + '.' + QByteArray::number(::getpid())};
    const auto address = unixAddress(temporary.path);
    if (!address) {
        temporary.kept = true; // never made
        return failure(address.error());
    }
    FileDescriptor socket = newSocket();
    if (!socket.isOpen())
        return failed("socket", path);
    ::unlink(temporary.path.constData()); // of an earlier process with this number
    if (::bind(socket.fd(), reinterpret_cast<const sockaddr*>(&*address), sizeof *address) != 0)
        return failed("bind", path);
    // Nobody connects before listen(), so nobody does before the mode is set.
    if (::chmod(temporary.path.constData(), S_IRUSR | S_IWUSR) != 0)
        return failed("chmod", path);
    if (::listen(socket.fd(), backlog) != 0)
        return failed("listen", path);
    if (std::rename(temporary.path.constData(), wanted.constData()) != 0)
        return failed("rename", path);
    temporary.kept = true;
    return socket;
}

} // namespace postern

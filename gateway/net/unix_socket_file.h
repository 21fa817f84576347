#pragma once

#include "models/base/result.h"

#include <QByteArray>
#include <QString>

#include <sys/types.h>

#include <utility>

namespace postern {

/// The file by which a `unix:` listening socket is found. Purpose: it goes with its socket, but never takes
/// another's file along that was put in its place. A value, owned by whoever owns the socket.
class UnixSocketFile
{
public:
    UnixSocketFile() = default; ///< of no socket
    UnixSocketFile(UnixSocketFile&& other) noexcept
        : m_path(std::exchange(other.m_path, {})), m_device(other.m_device), m_inode(other.m_inode)
    {}
    UnixSocketFile& operator=(UnixSocketFile&& other) noexcept
    {
        std::swap(m_path, other.m_path);
        std::swap(m_device, other.m_device);
        std::swap(m_inode, other.m_inode);
        return *this;
    }
    ~UnixSocketFile() { remove(); }

    /// The file that is at \a path now; of no socket where none is.
    [[nodiscard]] static UnixSocketFile at(const QString& path);

    /// Nobody finds the socket any more; who is connected, or waits, stays.
    void remove();
    /// It is another process's from now on.
    void leave() { m_path.clear(); }

private:
    QByteArray m_path;
    dev_t m_device = 0;
    ino_t m_inode = 0;
};

/// Makes room for a socket at \a path: a socket that nobody accepts on, left by a process that has died, is
/// removed. Errors: somebody accepts there; what is there is no socket.
[[nodiscard]] Result<void> removeStaleSocket(const QString& path);

} // namespace postern

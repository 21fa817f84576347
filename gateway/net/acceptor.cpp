#include "gateway/net/acceptor.h"

#include <sys/socket.h>

#include <cerrno>

namespace postern {

using namespace std::chrono_literals;

Result<std::unique_ptr<Acceptor>> Acceptor::create(FileDescriptor listening, Accepted accepted,
                                                   std::function<bool()> hasRoom)
{
    std::unique_ptr<Acceptor> acceptor(new Acceptor(std::move(accepted), std::move(hasRoom)));
    const int fd = listening.fd();
    if (!acceptor->setSocketDescriptor(fd))
        return failure(Error::environment(Error::Kind::Unavailable,
                                          QStringLiteral("can not listen: %1").arg(acceptor->errorString())));
    [[maybe_unused]] const int owned = listening.release(); // QTcpServer closes it from here on
    return acceptor;
}

Acceptor::Acceptor(Accepted accepted, std::function<bool()> hasRoom)
    : m_accepted(std::move(accepted)), m_hasRoom(std::move(hasRoom))
{
    m_retry.setSingleShot(true);
    m_retry.setInterval(100ms);
    connect(&m_retry, &QTimer::timeout, this, &Acceptor::resume);
    // By now QTcpServer has paused itself: EMFILE, ENFILE, ENOBUFS or ENOMEM.
    connect(this, &QTcpServer::acceptError, this, &Acceptor::pause);
}

void Acceptor::incomingConnection(qintptr descriptor)
{
    FileDescriptor connection(static_cast<int>(descriptor));
    m_accepted(std::move(connection));
    if (!m_hasRoom())
        pause();
}

void Acceptor::pause()
{
    if (!isListening())
        return;
    m_paused = true;
    pauseAccepting();
    setMaxPendingConnections(0); // else QTcpServer goes on until the backlog is empty
    // Room may come from elsewhere in the process: another worker's connection, a log file.
    m_retry.start();
}

void Acceptor::resume()
{
    if (!m_paused || !isListening())
        return;
    if (!m_hasRoom()) {
        m_retry.start();
        return;
    }
    m_paused = false;
    m_retry.stop();
    setMaxPendingConnections(1); // any number above zero: none is ever pending, they go on at once
    resumeAccepting();
}

void Acceptor::acceptLastAndClose()
{
    const int fd = static_cast<int>(socketDescriptor());
    while (fd >= 0) {
        FileDescriptor connection(::accept4(fd, nullptr, nullptr, SOCK_CLOEXEC));
        if (connection.isOpen())
            m_accepted(std::move(connection));
        else if (errno != EINTR && errno != ECONNABORTED)
            break;
    }
    m_retry.stop();
    close();
}

} // namespace postern

#include "gateway/net/acceptor.h"

#include <sys/socket.h>

#include <cerrno>

namespace postern {

using namespace std::chrono_literals;

namespace {
// Connections taken in one turn of the loop; who is served already has its turn in between.
constexpr int kPerTurn = 64;
} // namespace

Result<std::unique_ptr<Acceptor>> Acceptor::create(FileDescriptor listening, Accepted accepted,
                                                   std::function<bool()> hasRoom)
{
    int listens = 0;
    socklen_t size = sizeof listens;
    if (::getsockopt(listening.fd(), SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) != 0)
        return failure(Error::fromErrno(QStringLiteral("SO_ACCEPTCONN"), errno));
    if (listens == 0)
        return failure(
            Error::environment(Error::Kind::Invalid, QStringLiteral("the socket does not listen")));
    return std::unique_ptr<Acceptor>(
        new Acceptor(std::move(listening), std::move(accepted), std::move(hasRoom)));
}

Acceptor::Acceptor(FileDescriptor listening, Accepted accepted, std::function<bool()> hasRoom)
    : m_listening(std::move(listening))
    , m_accepted(std::move(accepted))
    , m_hasRoom(std::move(hasRoom))
    , m_notifier(m_listening.fd(), QSocketNotifier::Read)
{
    m_retry.setSingleShot(true);
    m_retry.setInterval(100ms);
    connect(&m_retry, &QTimer::timeout, this, &Acceptor::resume);
    connect(&m_notifier, &QSocketNotifier::activated, this, &Acceptor::acceptSome);
}

void Acceptor::acceptSome()
{
    for (int i = 0; i < kPerTurn; ++i) {
        if (!m_hasRoom()) {
            pause();
            return;
        }
        switch (acceptOne()) {
        case Outcome::Taken:
            break;
        case Outcome::Nobody:
            return;
        case Outcome::NoRoom:
            pause();
            return;
        }
    }
}

Acceptor::Outcome Acceptor::acceptOne()
{
    for (;;) {
        FileDescriptor connection(
            ::accept4(m_listening.fd(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
        if (connection.isOpen()) {
            m_accepted(std::move(connection));
            return Outcome::Taken;
        }
        switch (errno) {
        case EAGAIN:
            return Outcome::Nobody;
        case EINTR:
        case ECONNABORTED: // that client is gone; the next may wait
            continue;
        default:
            // EMFILE, ENFILE, ENOBUFS, ENOMEM, and whatever else a retry at once would only meet again.
            return Outcome::NoRoom;
        }
    }
}

void Acceptor::pause()
{
    m_paused = true;
    m_notifier.setEnabled(false);
    // Room may come from elsewhere in the process: another worker's connection, a log file.
    m_retry.start();
}

void Acceptor::resume()
{
    if (!m_paused || !m_listening.isOpen())
        return;
    if (!m_hasRoom()) {
        m_retry.start();
        return;
    }
    m_paused = false;
    m_retry.stop();
    m_notifier.setEnabled(true);
}

void Acceptor::acceptLastAndClose()
{
    while (m_listening.isOpen() && acceptOne() == Outcome::Taken) {
    }
    m_retry.stop();
    m_notifier.setEnabled(false);
    m_listening.reset();
}

} // namespace postern

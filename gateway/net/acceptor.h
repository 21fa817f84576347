#pragma once

#include "gateway/event/file_descriptor.h"
#include "models/base/result.h"

#include <QTcpServer>
#include <QTimer>

#include <functional>

namespace postern {

/// One listening socket of one worker: QTcpServer waits and accepts, the descriptor goes on without becoming
/// a QTcpSocket.
///
/// Purpose: clients come in, as many as there is room for. When the process has no descriptor left,
/// QTcpServer stops accepting for good; here it starts again after a pause or on resume(), so that those who
/// are served go on, those who wait go on waiting, and nothing spins. Owned by a worker, on its thread.
class Acceptor final : public QTcpServer
{
    Q_OBJECT
public:
    using Accepted = std::function<void(FileDescriptor)>;

    /// \a listening is a socket that listens already. \a hasRoom is asked before each connection is taken.
    static Result<std::unique_ptr<Acceptor>> create(FileDescriptor listening, Accepted accepted,
                                                    std::function<bool()> hasRoom);

    /// There may be room again: a connection was closed.
    void resume();
    /// Takes in whoever waits already, then closes.
    void acceptLastAndClose();
    [[nodiscard]] bool isPaused() const { return m_paused; }

protected:
    void incomingConnection(qintptr descriptor) override;

private:
    Acceptor(Accepted accepted, std::function<bool()> hasRoom);
    void pause();

    Accepted m_accepted;
    std::function<bool()> m_hasRoom;
    QTimer m_retry;
    bool m_paused = false;
};

} // namespace postern

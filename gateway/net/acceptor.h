#pragma once

#include "gateway/event/file_descriptor.h"
#include "models/base/result.h"

#include <QObject>
#include <QSocketNotifier>
#include <QTimer>

#include <functional>
#include <memory>

namespace postern {

/// One listening socket of one worker: clients come in, as many as there is room for. When the process has no
/// descriptor left, those who are served go on, those who wait go on waiting, and nothing spins.
///
/// Not QTcpServer, though it would do the listening: it meets EMFILE by pausing for good or, in Qt 6.4.2,
/// where an earlier accept had found nobody, by taking it for that passing error and trying again without end
/// (7,600 tries in half a second in tst_acceptor; nothing of it can be seen from outside). So the accepting
/// is ours, in Qt's loop, on a QSocketNotifier.
///
/// Owned by a worker, used on its thread.
class Acceptor final : public QObject
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

private:
    enum class Outcome : unsigned char { Taken, Nobody, NoRoom };

    Acceptor(FileDescriptor listening, Accepted accepted, std::function<bool()> hasRoom);
    void acceptSome();
    [[nodiscard]] Outcome acceptOne();
    void pause();

    FileDescriptor m_listening;
    Accepted m_accepted;
    std::function<bool()> m_hasRoom;
    QSocketNotifier m_notifier;
    QTimer m_retry;
    bool m_paused = false;
};

} // namespace postern

#pragma once

#include "gateway/http/request_parser.h"

#include <QObject>
#include <QTimer>

#include <string>

class QTcpSocket;

namespace postern {

class AdminSource;

/// How long and how much one client of the admin listener may take.
struct AdminLimits
{
    HeadLimits head{.headerBytes = 8 * 1024, .headers = 64, .uriBytes = 1024};
    std::chrono::milliseconds headTime{5'000};   ///< from the first byte of a request to its last
    std::chrono::milliseconds idleTime{120'000}; ///< longer than scrapes are apart
    std::chrono::milliseconds writeTime{30'000};
    std::chrono::milliseconds lastTime{1'000}; ///< for a last request, once nobody else is let in
    std::size_t connections = 64;              ///< one more, and who was silent longest is closed
};

/// One client of the admin listener. One request at a time: the next is looked at when the answer before is
/// written. Owned by the AdminServer, on its thread; ends itself through closed().
class AdminConnection final : public QObject
{
    Q_OBJECT
public:
    AdminConnection(int descriptor, const AdminSource& source, const AdminLimits& limits, QObject* parent);

    /// When the client was last heard of; steady.
    [[nodiscard]] std::chrono::steady_clock::time_point lastActive() const { return m_lastActive; }
    /// Closes after the next answer, or when no request comes within lastTime.
    void endSoon();
    /// Closes without a word.
    void abort();

Q_SIGNALS:
    void closed(postern::AdminConnection* connection);

private:
    void read();
    void written();
    void serve();
    void answer();
    void send(const std::string& message, bool keepAlive);

    const AdminSource& m_source;
    const AdminLimits& m_limits;
    QTcpSocket* m_socket;
    QTimer m_deadline;
    std::string m_received;
    RequestParser m_parser;
    Arena m_arena;
    RequestHead m_head;
    bool m_closing = false;
    bool m_last = false; ///< the next answer is the last
    std::chrono::steady_clock::time_point m_lastActive = std::chrono::steady_clock::now();
};

} // namespace postern

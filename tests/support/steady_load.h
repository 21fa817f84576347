#pragma once

#include <QtGlobal>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

namespace postern::test {

/// Clients that ask one request after the other and count what comes of it, each on a thread of its own.
/// Every request that was sent wants its whole answer: a connection that ends while its last answer did not
/// say `close` has lost a request. Runs from its making until stop().
class SteadyLoad
{
public:
    struct Clients
    {
        std::string request = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
        int kept = 0;         ///< these stay on their connection until they are told to leave it
        int fresh = 0;        ///< these open a connection for each request
        bool secured = false; ///< over TLS; a handshake that fails is a request lost
    };

    SteadyLoad(quint16 port, const Clients& clients);
    ~SteadyLoad();
    void stop();
    /// Until no client can connect any more.
    void waitForEnd();

    std::atomic<int> answered = 0; ///< with 200, whole
    std::atomic<int> lost = 0;     ///< answered otherwise, or not at all
    /// Connections that were refused: a failure where somebody should listen, the end where nobody does. That
    /// client goes away.
    std::atomic<int> refused = 0;

private:
    enum class Connection { Kept, Fresh };
    void run(quint16 port, const Clients& clients, Connection connection);

    std::atomic<bool> m_stop = false;
    std::vector<std::thread> m_threads;
};

} // namespace postern::test

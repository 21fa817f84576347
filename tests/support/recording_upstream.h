#pragma once

#include "tests/support/held_port.h"

#include <QtGlobal>

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace postern::test {

/// Opened once by a test, waited for by servers: what sleeps would be for.
class Gate
{
public:
    void open();
    /// False when a minute went by.
    bool wait();
    [[nodiscard]] bool isOpen() const;

private:
    mutable std::mutex m_mutex;
    std::condition_variable m_opened;
    bool m_isOpen = false;
};

/// A request as it reached the upstream.
struct RecordedRequest
{
    std::string head; ///< every byte, the empty line included
    std::string method;
    std::string target;
    std::vector<std::pair<std::string, std::string>> headers; ///< names in lower case
    std::string body;                                         ///< without its framing
    bool complete = false;                                    ///< the body came to its end
    int connection = 0;                                       ///< counted from 1

    [[nodiscard]] std::string header(std::string_view lowerCaseName) const;
    [[nodiscard]] std::size_t count(std::string_view lowerCaseName) const;
};

class RecordingUpstream;

/// One accepted connection, for a script to act on. Used on the connection's own thread.
class UpstreamPeer
{
public:
    UpstreamPeer(RecordingUpstream& upstream, int fd, int number);
    /// The next request with its whole body, recorded; nothing when the connection has ended.
    std::optional<RecordedRequest> next();
    /// Its head alone; the body stays to be read by receive().
    std::optional<RecordedRequest> nextHead();
    bool send(std::string_view bytes);
    /// Some bytes; empty at the end.
    std::string receive();
    void finishSending();
    void close();
    void reset();
    [[nodiscard]] int number() const { return m_number; }
    [[nodiscard]] int fd() const { return m_fd; }

private:
    bool fill();
    bool readBody(RecordedRequest& request);
    bool readChunks(std::string& body);

    RecordingUpstream& m_upstream;
    int m_fd;
    int m_number;
    std::string m_input;
};

/// A server on 127.0.0.1 and a free port, that does on each connection what its script says, and keeps every
/// byte that reached it. Its destructor ends all connections.
class RecordingUpstream
{
public:
    using Script = std::function<void(UpstreamPeer&)>;

    /// Without a script: answers every request with 200 and a small body.
    explicit RecordingUpstream(Script script = answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"));
    ~RecordingUpstream();

    /// Answers every request with \a response, on one connection after the other.
    static Script answering(std::string response);

    [[nodiscard]] quint16 port() const { return m_port.number(); }
    [[nodiscard]] std::vector<RecordedRequest> requests() const;
    [[nodiscard]] std::string bytes() const; ///< all that was received, over all connections
    /// What was recorded so far; for long tests.
    void forget();
    [[nodiscard]] int connections() const { return m_connections; }
    /// Further connections are refused.
    void stopListening();

private:
    friend class UpstreamPeer;
    void acceptAll();
    void record(RecordedRequest request);
    void recordBytes(std::string_view bytes);

    Script m_script;
    int m_listening = -1;
    const HeldPort m_port; ///< nobody else's after stopListening(), too
    std::atomic<int> m_connections = 0;
    std::atomic<bool> m_stopping = false;
    mutable std::mutex m_mutex;
    std::vector<RecordedRequest> m_requests;
    std::string m_bytes;
    std::vector<int> m_open;
    std::vector<std::thread> m_threads;
    std::thread m_acceptor;
};

} // namespace postern::test

#pragma once

#include <QtGlobal>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace postern::test {

/// One response as it came over the wire.
struct RawResponse
{
    int status = 0; ///< 0: none came
    std::string head;
    std::vector<std::pair<std::string, std::string>> headers; ///< names in lower case
    std::string body;
    bool complete = false; ///< the body ended as its head announced
    bool reset = false;    ///< the connection was reset while it was read

    [[nodiscard]] std::string header(std::string_view lowerCaseName) const; ///< empty where it is missing
};

/// A client that says exactly the bytes a test wants, and reads exactly what comes. Blocking, with a limit of
/// a minute on everything, so that a broken server fails a test instead of hanging it. One thread.
class RawClient
{
public:
    explicit RawClient(quint16 port);
    /// To a `unix:` socket, by its path.
    explicit RawClient(const std::string& path);
    /// A client whose server side, the other end of a socket pair, is \a other from now on.
    [[nodiscard]] static RawClient pair(int& other);
    RawClient(RawClient&& other) noexcept
        : m_fd(std::exchange(other.m_fd, -1)), m_input(std::move(other.m_input))
    {}
    ~RawClient();

    [[nodiscard]] bool isConnected() const { return m_fd >= 0; }
    /// False when the peer has closed or reset.
    bool send(std::string_view bytes);
    /// Sends what the kernel takes without waiting. \returns how much.
    std::size_t sendSome(std::string_view bytes);
    /// The next final response; interim ones are collected in interims(). \a method decides whether there is
    /// a body.
    [[nodiscard]] RawResponse receive(std::string_view method = "GET");
    /// send() and receive().
    [[nodiscard]] RawResponse ask(std::string_view request, std::string_view method = "GET");
    /// Everything up to the end of the connection.
    [[nodiscard]] std::string receiveAll();
    /// At least \a count bytes, unless the connection ends.
    [[nodiscard]] std::string receiveBytes(std::size_t count);
    /// Whether the server has closed: no byte, but the end.
    [[nodiscard]] bool isClosedByPeer();
    [[nodiscard]] const std::vector<RawResponse>& interims() const { return m_interims; }

    void finishSending();
    void close();
    /// Closes with a reset.
    void reset();
    /// Small, so that back-pressure is felt early.
    void setReceiveBuffer(int bytes);
    [[nodiscard]] int fd() const { return m_fd; }

private:
    struct Given
    {
        int fd;
    };
    explicit RawClient(Given given);
    void limitTime();
    bool fill();
    std::optional<std::string> takeUntil(std::string_view end);
    [[nodiscard]] RawResponse receiveOne(std::string_view method);
    void receiveBody(RawResponse& response, std::string_view method);
    void receiveChunks(RawResponse& response);

    int m_fd = -1;
    std::string m_input;
    std::vector<RawResponse> m_interims;
    bool m_reset = false;
    bool m_timedOut = false; ///< the last read
};

} // namespace postern::test

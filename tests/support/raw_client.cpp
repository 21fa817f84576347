#include "tests/support/raw_client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>

namespace postern::test {

namespace {

std::string lowered(std::string text)
{
    std::transform(text.begin(), text.end(), text.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return text;
}

} // namespace

std::string RawResponse::header(std::string_view lowerCaseName) const
{
    for (const auto& [name, value] : headers) {
        if (name == lowerCaseName)
            return value;
    }
    return {};
}

RawClient::RawClient(Given given) : m_fd(given.fd) { limitTime(); }

void RawClient::limitTime()
{
    const timeval limit{.tv_sec = 60, .tv_usec = 0};
    ::setsockopt(m_fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    ::setsockopt(m_fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
}

RawClient RawClient::pair(int& other)
{
    std::array<int, 2> ends{-1, -1};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0)
        std::abort();
    other = ends[1];
    return RawClient(Given{ends[0]});
}

RawClient::RawClient(const std::string& path)
{
    m_fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    limitTime();
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    if (::connect(m_fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
        close();
}

RawClient::RawClient(quint16 port)
{
    m_fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    limitTime();
    const int on = 1;
    ::setsockopt(m_fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(m_fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
        close();
}

RawClient::~RawClient() { close(); }

void RawClient::close()
{
    if (m_fd >= 0)
        ::close(std::exchange(m_fd, -1));
}

void RawClient::reset()
{
    const linger now{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(m_fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    close();
}

void RawClient::setReceiveBuffer(int bytes)
{
    ::setsockopt(m_fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
}

void RawClient::finishSending() { ::shutdown(m_fd, SHUT_WR); }

bool RawClient::send(std::string_view bytes)
{
    while (!bytes.empty()) {
        const ssize_t count = ::send(m_fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0)
            return false;
        bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
}

std::size_t RawClient::sendSome(std::string_view bytes)
{
    const ssize_t count = ::send(m_fd, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    return count < 0 ? 0 : static_cast<std::size_t>(count);
}

bool RawClient::fill()
{
    std::array<char, 65536> room;
    for (;;) {
        const ssize_t count = ::recv(m_fd, room.data(), room.size(), 0);
        if (count < 0 && errno == EINTR)
            continue;
        m_reset = m_reset || (count < 0 && errno == ECONNRESET);
        m_timedOut = count < 0 && errno == EAGAIN;
        if (count <= 0)
            return false;
        m_input.append(room.data(), static_cast<std::size_t>(count));
        return true;
    }
}

std::optional<std::string> RawClient::takeUntil(std::string_view end)
{
    std::size_t found = m_input.find(end);
    while (found == std::string::npos) {
        if (!fill())
            return std::nullopt;
        found = m_input.find(end);
    }
    std::string taken = m_input.substr(0, found + end.size());
    m_input.erase(0, taken.size());
    return taken;
}

RawResponse RawClient::receive(std::string_view method)
{
    for (;;) {
        RawResponse response = receiveOne(method);
        if (response.status < 100 || response.status >= 200)
            return response;
        m_interims.push_back(std::move(response));
    }
}

RawResponse RawClient::ask(std::string_view request, std::string_view method)
{
    send(request);
    return receive(method);
}

RawResponse RawClient::receiveOne(std::string_view method)
{
    RawResponse response;
    const auto head = takeUntil("\r\n\r\n");
    response.reset = m_reset;
    if (!head)
        return response;
    response.head = *head;
    response.status = std::atoi(head->substr(9, 3).c_str());
    std::size_t line = head->find("\r\n") + 2;
    while (line + 2 < head->size()) {
        const std::size_t end = head->find("\r\n", line);
        const std::size_t colon = head->find(':', line);
        if (colon < end)
            response.headers.emplace_back(lowered(head->substr(line, colon - line)),
                                          head->substr(colon + 2, end - colon - 2));
        line = end + 2;
    }
    receiveBody(response, method);
    response.reset = m_reset;
    return response;
}

void RawClient::receiveBody(RawResponse& response, std::string_view method)
{
    if (method == "HEAD" || response.status < 200 || response.status == 204 || response.status == 304) {
        response.complete = true;
        return;
    }
    if (response.header("transfer-encoding") == "chunked") {
        receiveChunks(response);
        return;
    }
    const std::string length = response.header("content-length");
    if (length.empty()) {
        response.body = receiveAll();
        response.complete = !m_reset;
        return;
    }
    const std::size_t wanted = std::stoull(length);
    while (m_input.size() < wanted && fill()) {
    }
    response.complete = m_input.size() >= wanted;
    response.body = m_input.substr(0, wanted);
    m_input.erase(0, response.body.size());
}

void RawClient::receiveChunks(RawResponse& response)
{
    for (;;) {
        const auto line = takeUntil("\r\n");
        if (!line)
            return;
        const std::size_t size = std::stoull(*line, nullptr, 16);
        if (size == 0) {
            // Trailers, if any, up to the empty line.
            for (auto trailer = takeUntil("\r\n"); trailer; trailer = takeUntil("\r\n")) {
                if (*trailer == "\r\n") {
                    response.complete = true;
                    return;
                }
                const std::size_t colon = trailer->find(':');
                response.headers.emplace_back("trailer:" + lowered(trailer->substr(0, colon)),
                                              trailer->substr(colon + 2, trailer->size() - colon - 4));
            }
            return;
        }
        while (m_input.size() < size + 2) {
            if (!fill())
                return;
        }
        response.body.append(m_input, 0, size);
        m_input.erase(0, size + 2);
    }
}

std::string RawClient::receiveAll()
{
    while (fill()) {
    }
    return std::exchange(m_input, {});
}

std::string RawClient::receiveBytes(std::size_t count)
{
    while (m_input.size() < count && fill()) {
    }
    return std::exchange(m_input, {});
}

bool RawClient::isClosedByPeer() { return m_input.empty() && !fill() && !m_timedOut; }

} // namespace postern::test

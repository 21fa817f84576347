#include "tests/support/recording_upstream.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace postern::test {

using namespace std::chrono_literals;

void Gate::open()
{
    const std::lock_guard lock(m_mutex);
    m_isOpen = true;
    m_opened.notify_all();
}

bool Gate::wait()
{
    std::unique_lock lock(m_mutex);
    return m_opened.wait_for(lock, 60s, [this] { return m_isOpen; });
}

bool Gate::isOpen() const
{
    const std::lock_guard lock(m_mutex);
    return m_isOpen;
}

std::string RecordedRequest::header(std::string_view lowerCaseName) const
{
    for (const auto& [name, value] : headers) {
        if (name == lowerCaseName)
            return value;
    }
    return {};
}

std::size_t RecordedRequest::count(std::string_view lowerCaseName) const
{
    return static_cast<std::size_t>(std::count_if(
        headers.begin(), headers.end(), [&](const auto& header) { return header.first == lowerCaseName; }));
}

UpstreamPeer::UpstreamPeer(RecordingUpstream& upstream, int fd, int number)
    : m_upstream(upstream), m_fd(fd), m_number(number)
{}

bool UpstreamPeer::fill()
{
    std::array<char, 65536> room;
    ssize_t count = 0;
    do {
        count = ::recv(m_fd, room.data(), room.size(), 0);
    } while (count < 0 && errno == EINTR);
    if (count <= 0)
        return false;
    const std::string_view bytes(room.data(), static_cast<std::size_t>(count));
    m_upstream.recordBytes(bytes);
    m_input.append(bytes);
    return true;
}

std::string UpstreamPeer::receive()
{
    if (m_input.empty())
        fill();
    return std::exchange(m_input, {});
}

std::optional<RecordedRequest> UpstreamPeer::nextHead()
{
    std::size_t end = m_input.find("\r\n\r\n");
    while (end == std::string::npos) {
        if (!fill())
            return std::nullopt;
        end = m_input.find("\r\n\r\n");
    }
    RecordedRequest request;
    request.connection = m_number;
    request.head = m_input.substr(0, end + 4);
    m_input.erase(0, request.head.size());
    const std::size_t firstLine = request.head.find("\r\n");
    const std::size_t methodEnd = request.head.find(' ');
    const std::size_t targetEnd = request.head.find(' ', methodEnd + 1);
    request.method = request.head.substr(0, methodEnd);
    request.target = request.head.substr(methodEnd + 1, targetEnd - methodEnd - 1);
    for (std::size_t line = firstLine + 2; line + 2 < request.head.size();) {
        const std::size_t lineEnd = request.head.find("\r\n", line);
        const std::size_t colon = request.head.find(':', line);
        std::string name = request.head.substr(line, colon - line);
        std::transform(name.begin(), name.end(), name.begin(),
                       [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
        request.headers.emplace_back(name, request.head.substr(colon + 2, lineEnd - colon - 2));
        line = lineEnd + 2;
    }
    return request;
}

std::optional<RecordedRequest> UpstreamPeer::next()
{
    auto request = nextHead();
    if (!request)
        return std::nullopt;
    request->complete = readBody(*request);
    m_upstream.record(*request);
    if (!request->complete)
        return std::nullopt;
    return request;
}

bool UpstreamPeer::readBody(RecordedRequest& request)
{
    if (request.header("transfer-encoding") == "chunked")
        return readChunks(request.body);
    const std::string length = request.header("content-length");
    const std::size_t wanted = length.empty() ? 0 : std::stoull(length);
    while (m_input.size() < wanted) {
        if (!fill()) {
            request.body = std::exchange(m_input, {});
            return false;
        }
    }
    request.body = m_input.substr(0, wanted);
    m_input.erase(0, wanted);
    return true;
}

bool UpstreamPeer::readChunks(std::string& body)
{
    const auto line = [this]() -> std::optional<std::string> {
        std::size_t end = m_input.find("\r\n");
        while (end == std::string::npos) {
            if (!fill())
                return std::nullopt;
            end = m_input.find("\r\n");
        }
        std::string taken = m_input.substr(0, end);
        m_input.erase(0, end + 2);
        return taken;
    };
    for (;;) {
        const auto sizeLine = line();
        if (!sizeLine)
            return false;
        const std::size_t size = std::stoull(*sizeLine, nullptr, 16);
        if (size == 0) {
            for (auto trailer = line(); trailer; trailer = line()) {
                if (trailer->empty())
                    return true;
                body.append("\n" + *trailer); // visible to tests, behind the payload
            }
            return false;
        }
        while (m_input.size() < size + 2) {
            if (!fill())
                return false;
        }
        body.append(m_input, 0, size);
        m_input.erase(0, size + 2);
    }
}

bool UpstreamPeer::send(std::string_view bytes)
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

void UpstreamPeer::finishSending() { ::shutdown(m_fd, SHUT_WR); }

void UpstreamPeer::close()
{
    ::shutdown(m_fd, SHUT_RDWR); // the descriptor itself is closed when the script ends
}

void UpstreamPeer::reset()
{
    // Connecting to AF_UNSPEC drops the connection with a reset, and keeps the descriptor ours.
    const linger now{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(m_fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    sockaddr nowhere{};
    nowhere.sa_family = AF_UNSPEC;
    ::connect(m_fd, &nowhere, sizeof nowhere);
}

RecordingUpstream::Script RecordingUpstream::answering(std::string response)
{
    return [response = std::move(response)](UpstreamPeer& peer) {
        while (peer.next()) {
            if (!peer.send(response))
                return;
        }
    };
}

RecordingUpstream::RecordingUpstream(Script script) : m_script(std::move(script))
{
    m_listening = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int on = 1;
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(m_port.number());
    if (::setsockopt(m_listening, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
        ::bind(m_listening, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
        ::listen(m_listening, 512) != 0)
        qFatal("RecordingUpstream can not listen");
    m_acceptor = std::thread([this] { acceptAll(); });
}

RecordingUpstream::~RecordingUpstream()
{
    m_stopping = true;
    stopListening();
    m_acceptor.join();
    {
        const std::lock_guard lock(m_mutex);
        for (const int fd : m_open)
            ::shutdown(fd, SHUT_RDWR);
    }
    for (std::thread& thread : m_threads)
        thread.join();
    ::close(m_listening);
}

void RecordingUpstream::stopListening() { ::shutdown(m_listening, SHUT_RDWR); }

void RecordingUpstream::acceptAll()
{
    for (;;) {
        const int fd = ::accept4(m_listening, nullptr, nullptr, SOCK_CLOEXEC);
        if (fd < 0 && (errno == EINTR || errno == ECONNABORTED))
            continue;
        if (fd < 0)
            return;
        const int on = 1;
        ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        const std::lock_guard lock(m_mutex);
        m_open.push_back(fd);
        m_threads.emplace_back([this, fd, number = ++m_connections] {
            UpstreamPeer peer(*this, fd, number);
            m_script(peer);
            const std::lock_guard ending(m_mutex);
            std::erase(m_open, fd);
            ::close(fd);
        });
        if (m_stopping)
            ::shutdown(fd, SHUT_RDWR);
    }
}

void RecordingUpstream::record(RecordedRequest request)
{
    const std::lock_guard lock(m_mutex);
    m_requests.push_back(std::move(request));
}

void RecordingUpstream::forget()
{
    const std::lock_guard lock(m_mutex);
    m_requests.clear();
    m_bytes.clear();
}

void RecordingUpstream::recordBytes(std::string_view bytes)
{
    // Streams of gigabytes are not kept: their tests count for themselves.
    constexpr std::size_t kMost = 4 * 1024 * 1024;
    const std::lock_guard lock(m_mutex);
    if (m_bytes.size() < kMost)
        m_bytes.append(bytes);
}

std::vector<RecordedRequest> RecordingUpstream::requests() const
{
    const std::lock_guard lock(m_mutex);
    return m_requests;
}

std::string RecordingUpstream::bytes() const
{
    const std::lock_guard lock(m_mutex);
    return m_bytes;
}

} // namespace postern::test

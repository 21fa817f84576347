#include "tests/support/dns_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>

namespace postern::test {

namespace {

constexpr std::size_t kHeader = 12;
constexpr unsigned kTtl = 0;

std::string number(unsigned value) { return {static_cast<char>(value >> 8), static_cast<char>(value)}; }

/// Labels, uncompressed.
std::string wireName(const std::string& name)
{
    std::string wire;
    std::size_t start = 0;
    while (start < name.size()) {
        const std::size_t end = std::min(name.find('.', start), name.size());
        wire += static_cast<char>(end - start);
        wire += name.substr(start, end - start);
        start = end + 1;
    }
    return wire + '\0';
}

/// The name at the question's start, and where it ends.
std::pair<std::string, std::size_t> readName(const std::string& message)
{
    std::string name;
    std::size_t at = kHeader;
    while (at < message.size() && message[at] != 0) {
        const auto length = static_cast<unsigned char>(message[at]);
        if (!name.empty())
            name += '.';
        name += message.substr(at + 1, length);
        at += length + 1U;
    }
    std::ranges::transform(name, name.begin(), [](unsigned char c) { return std::tolower(c); });
    return {name, at + 1};
}

std::string wireRecord(const DnsServer::Record& record)
{
    return wireName(record.name) + number(static_cast<unsigned>(record.type)) + number(1) + number(0) +
           number(kTtl) + number(static_cast<unsigned>(record.data.size())) + record.data;
}

bool receiveAll(int fd, char* to, std::size_t size)
{
    while (size > 0) {
        const ssize_t got = ::recv(fd, to, size, 0);
        if (got <= 0)
            return false;
        to += got;
        size -= static_cast<std::size_t>(got);
    }
    return true;
}

} // namespace

DnsServer::DnsServer()
{
    for (int i = 0; i < 50 && !bindBoth(); ++i) { // another program may have the other port of the pair
    }
    if (m_port == 0 || ::pipe(m_stop) != 0)
        qFatal("no DNS server");
    m_thread = std::thread([this] { serve(); });
}

DnsServer::~DnsServer()
{
    ::close(m_stop[1]);
    m_thread.join();
    for (const int fd : {m_udp, m_tcp, m_stop[0]})
        ::close(fd);
}

bool DnsServer::bindBoth()
{
    m_tcp = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    m_udp = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const native = reinterpret_cast<sockaddr*>(&address);
    if (::bind(m_tcp, native, size) == 0 && ::listen(m_tcp, 16) == 0 &&
        ::getsockname(m_tcp, native, &size) == 0 && ::bind(m_udp, native, size) == 0) {
        m_port = ntohs(address.sin_port);
        return true;
    }
    ::close(m_tcp);
    ::close(m_udp);
    return false;
}

void DnsServer::answer(const std::string& name, Type type, Reply reply)
{
    const std::lock_guard lock(m_mutex);
    m_replies[{name, type}] = std::move(reply);
}

void DnsServer::answerAddresses(const std::string& name, const std::vector<std::string>& addresses)
{
    Reply v4;
    Reply v6;
    for (const std::string& text : addresses)
        (text.find(':') == std::string::npos ? v4 : v6).records.push_back(address(name, text));
    const std::lock_guard lock(m_mutex);
    m_replies[{name, Type::A}] = std::move(v4);
    m_replies[{name, Type::Aaaa}] = std::move(v6);
}

int DnsServer::questions() const
{
    const std::lock_guard lock(m_mutex);
    return m_questions;
}

int DnsServer::questionsByTcp() const
{
    const std::lock_guard lock(m_mutex);
    return m_byTcp;
}

DnsServer::Record DnsServer::address(const std::string& name, const std::string& address)
{
    const bool v4 = address.find(':') == std::string::npos;
    std::string data(v4 ? 4 : 16, '\0');
    ::inet_pton(v4 ? AF_INET : AF_INET6, address.c_str(), data.data());
    return {name, v4 ? Type::A : Type::Aaaa, data};
}

DnsServer::Record DnsServer::alias(const std::string& name, const std::string& target)
{
    return {name, Type::Cname, wireName(target)};
}

DnsServer::Record DnsServer::service(const std::string& name, int priority, int weight, quint16 port,
                                     const std::string& target)
{
    return {name, Type::Srv,
            number(static_cast<unsigned>(priority)) + number(static_cast<unsigned>(weight)) + number(port) +
                wireName(target)};
}

std::string DnsServer::replyTo(const std::string& question, Transport transport)
{
    if (question.size() < kHeader)
        return {};
    const auto [name, end] = readName(question);
    if (end + 4 > question.size())
        return {};
    const auto type = static_cast<Type>((static_cast<unsigned char>(question[end]) << 8) |
                                        static_cast<unsigned char>(question[end + 1]));
    const std::lock_guard lock(m_mutex);
    ++m_questions;
    m_byTcp += transport == Transport::Tcp;
    const auto known = m_replies.find({name, type});
    const Reply reply = known == m_replies.end() ? Reply{{}, 3} : known->second;
    if (reply.behaviour == Behaviour::Silent)
        return {};
    const bool truncated = reply.behaviour == Behaviour::Truncates && transport == Transport::Udp;
    const std::vector<Record> records = truncated ? std::vector<Record>{} : reply.records;
    // A response, recursion available.
    std::string message = question.substr(0, 2) +
                          number(0x8180U | (truncated ? 0x0200U : 0U) | static_cast<unsigned>(reply.code)) +
                          number(1) + number(static_cast<unsigned>(records.size())) + number(0) + number(0) +
                          question.substr(kHeader, end + 4 - kHeader);
    for (const Record& record : records)
        message += wireRecord(record);
    if (reply.behaviour == Behaviour::Garbage)
        message.resize(message.size() - 3); // a record that is longer than its message
    return message;
}

void DnsServer::serveTcp(int connection)
{
    const timeval limit{2, 0};
    ::setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    std::array<char, 2> head{};
    while (receiveAll(connection, head.data(), head.size())) {
        std::string question(
            (static_cast<unsigned char>(head[0]) << 8U) | static_cast<unsigned char>(head[1]), '\0');
        if (!receiveAll(connection, question.data(), question.size()))
            break;
        const std::string reply = replyTo(question, Transport::Tcp);
        const std::string framed = number(static_cast<unsigned>(reply.size())) + reply;
        if (::send(connection, framed.data(), framed.size(), MSG_NOSIGNAL) < 0)
            break;
    }
    ::close(connection);
}

void DnsServer::serve()
{
    std::array<pollfd, 3> watched{{{m_stop[0], POLLIN, 0}, {m_udp, POLLIN, 0}, {m_tcp, POLLIN, 0}}};
    while (::poll(watched.data(), watched.size(), -1) >= 0) {
        if (watched[0].revents)
            return;
        if (watched[1].revents) {
            std::string question(4096, '\0');
            sockaddr_in from{};
            socklen_t size = sizeof from;
            auto* const native = reinterpret_cast<sockaddr*>(&from);
            const ssize_t got = ::recvfrom(m_udp, question.data(), question.size(), 0, native, &size);
            question.resize(static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
            const std::string reply = replyTo(question, Transport::Udp);
            if (!reply.empty())
                ::sendto(m_udp, reply.data(), reply.size(), 0, native, size);
        }
        if (watched[2].revents)
            serveTcp(::accept4(m_tcp, nullptr, nullptr, SOCK_CLOEXEC));
    }
}

} // namespace postern::test

#include "tests/support/steady_load.h"

#include "tests/support/raw_client.h"
#include "tests/support/tls_peer.h"

#include <unistd.h>

#include <cstdlib>
#include <optional>

namespace postern::test {

namespace {

/// A client's connection, secured or not.
class LoadClient
{
public:
    LoadClient(quint16 port, bool secured) : m_plain(port)
    {
        if (secured && m_plain.isConnected())
            m_secured.emplace(::dup(m_plain.fd()), TlsPeer::Role::Client, TlsPeerSettings());
    }

    [[nodiscard]] bool isConnected() const { return m_plain.isConnected(); }
    [[nodiscard]] bool begin() { return !m_secured || m_secured->connect(); }
    [[nodiscard]] RawResponse ask(const std::string& request)
    {
        return m_secured ? askSecured(request) : m_plain.ask(request);
    }

private:
    /// Answers have a length.
    RawResponse askSecured(const std::string& request)
    {
        constexpr std::string_view kHeadEnd = "\r\n\r\n";
        constexpr std::string_view kLength = "Content-Length: ";
        RawResponse response;
        std::string& received = m_secured->received();
        if (!m_secured->send(request))
            return response;
        while (received.find(kHeadEnd) == std::string::npos) {
            if (!m_secured->readUntil(received.size() + 1))
                return response;
        }
        const std::size_t end = received.find(kHeadEnd) + kHeadEnd.size();
        response.head = received.substr(0, end);
        const std::size_t length = response.head.find(kLength);
        if (length == std::string::npos)
            return response;
        const std::size_t whole =
            end + std::strtoul(response.head.c_str() + length + kLength.size(), nullptr, 10);
        response.status = std::atoi(response.head.c_str() + response.head.find(' '));
        response.complete = m_secured->readUntil(whole);
        if (response.head.find("\r\nConnection: close\r\n") != std::string::npos)
            response.headers.emplace_back("connection", "close");
        received.erase(0, whole);
        return response;
    }

    RawClient m_plain;
    std::optional<TlsPeer> m_secured;
};

} // namespace

SteadyLoad::SteadyLoad(quint16 port, const Clients& clients)
{
    for (int i = 0; i < clients.kept + clients.fresh; ++i) {
        const auto connection = i < clients.kept ? Connection::Kept : Connection::Fresh;
        m_threads.emplace_back([this, port, clients, connection] { run(port, clients, connection); });
    }
}

SteadyLoad::~SteadyLoad() { stop(); }

void SteadyLoad::stop()
{
    m_stop = true;
    waitForEnd();
}

void SteadyLoad::waitForEnd()
{
    for (std::thread& thread : m_threads)
        if (thread.joinable())
            thread.join();
}

void SteadyLoad::run(quint16 port, const Clients& clients, Connection connection)
{
    while (!m_stop) {
        LoadClient client(port, clients.secured);
        if (!client.isConnected()) {
            ++refused;
            return;
        }
        if (!client.begin()) {
            ++lost;
            continue;
        }
        for (bool again = true; again && !m_stop; again = again && connection == Connection::Kept) {
            const RawResponse response = client.ask(clients.request);
            ++(response.status == 200 && response.complete ? answered : lost);
            again = response.complete && response.header("connection") != "close";
        }
    }
}

} // namespace postern::test

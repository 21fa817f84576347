#include "tests/support/steady_load.h"

#include "tests/support/raw_client.h"

namespace postern::test {

SteadyLoad::SteadyLoad(quint16 port, const Clients& clients)
{
    for (int i = 0; i < clients.kept + clients.fresh; ++i) {
        const auto connection = i < clients.kept ? Connection::Kept : Connection::Fresh;
        m_threads.emplace_back(
            [this, port, request = clients.request, connection] { run(port, request, connection); });
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

void SteadyLoad::run(quint16 port, const std::string& request, Connection connection)
{
    while (!m_stop) {
        RawClient client(port);
        if (!client.isConnected()) {
            ++refused;
            return;
        }
        for (bool again = true; again && !m_stop; again = again && connection == Connection::Kept) {
            const RawResponse response = client.ask(request);
            ++(response.status == 200 && response.complete ? answered : lost);
            again = response.complete && response.header("connection") != "close";
        }
    }
}

} // namespace postern::test

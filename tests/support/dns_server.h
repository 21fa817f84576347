#pragma once

#include <QtGlobal>

#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace postern::test {

/// A name server on 127.0.0.1, UDP and TCP on one free port, that answers as the test says, in DNS's own
/// format (RFC 1035). What it is to answer may change at any time. Runs on a thread of its own.
class DnsServer
{
public:
    enum class Type : quint16 { A = 1, Cname = 5, Aaaa = 28, Srv = 33 };
    enum class Behaviour { Answers, Silent, Truncates /* UDP, so that the client comes by TCP */, Garbage };

    struct Record
    {
        std::string name;
        Type type;
        std::string data; ///< as it goes on the wire
    };
    struct Reply
    {
        std::vector<Record> records;
        int code = 0; ///< 2 SERVFAIL, 3 NXDOMAIN
        Behaviour behaviour = Behaviour::Answers;
    };

    DnsServer();
    ~DnsServer();
    DnsServer(const DnsServer&) = delete;
    DnsServer& operator=(const DnsServer&) = delete;

    [[nodiscard]] quint16 port() const { return m_port; }
    /// For questions that nothing was said of: NXDOMAIN.
    void answer(const std::string& name, Type type, Reply reply);
    /// The addresses of \a name, all at once.
    void answerAddresses(const std::string& name, const std::vector<std::string>& addresses);
    /// Questions so far; of these, by TCP.
    [[nodiscard]] int questions() const;
    [[nodiscard]] int questionsByTcp() const;

    static Record address(const std::string& name, const std::string& address);
    static Record alias(const std::string& name, const std::string& target);
    static Record service(const std::string& name, int priority, int weight, quint16 port,
                          const std::string& target);

private:
    enum class Transport { Udp, Tcp };
    bool bindBoth();
    void serve();
    void serveTcp(int connection);
    [[nodiscard]] std::string replyTo(const std::string& question, Transport transport);

    mutable std::mutex m_mutex;
    std::map<std::pair<std::string, Type>, Reply> m_replies; ///< under m_mutex
    int m_questions = 0;                                     ///< likewise
    int m_byTcp = 0;                                         ///< likewise
    int m_udp = -1;
    int m_tcp = -1;
    int m_stop[2] = {-1, -1};
    quint16 m_port = 0;
    std::thread m_thread;
};

} // namespace postern::test

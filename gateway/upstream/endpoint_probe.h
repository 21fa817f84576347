#pragma once

#include "gateway/event/deadline_sweep.h"
#include "gateway/http/response_parser.h"
#include "gateway/upstream/upstream_pool.h"
#include "models/document/upstream.h"

#include <functional>
#include <memory>
#include <random>
#include <span>
#include <string>

namespace postern {

class Http2Question;

/// Asks one endpoint, again and again, whether it is well: opens a connection of its own each time (through
/// TLS where the upstream has it), and, for `http`, sends a GET that carries nothing of any client. Any 2xx
/// is well; another status, an answer that is none, no answer in time, or no connection is not. Upstreams
/// that speak HTTP/2 are asked in HTTP/2, of which Http2Question knows, as it does of `grpc`. Owned by a
/// HealthChecker, on the supervisor's thread.
class EndpointProbe final : private UpstreamConnectionUser, private Deadline
{
public:
    struct Environment
    {
        UpstreamPool::Environment pool;
        const HealthCheck& check; ///< all of it outlives the probe
        UpstreamSettings settings;
    };
    /// Why it is not well; empty: it is.
    using Told = std::function<void(const QString& fault)>;

    /// The first question is asked almost at once. What is found goes to \a health; \a told hears of changes.
    EndpointProbe(const Environment& environment, const EndpointSettings& endpoint,
                  std::shared_ptr<EndpointHealth> health, Told told);
    ~EndpointProbe() override;

    /// A question is open.
    [[nodiscard]] bool isAsking() const { return m_asking; }

private:
    void connectionReady(UpstreamConnection& connection) override;
    void connectionFailed(ConnectFailure failure) override;
    void connectionEvent() override;
    void reached() override;

    void ask();
    /// In HTTP/2, and nothing else will do.
    void askHttp2();
    /// Says what there is to say; true: there is a verdict, and it was concluded.
    bool writeHttp2();
    void read();
    /// \a bytes have come; true: there is nothing more to read.
    bool take(std::span<char> bytes);
    /// False when more is needed.
    bool judge();
    void conclude(const QString& fault);
    void waitFor(std::chrono::milliseconds time);

    DeadlineSweep& m_deadlines;
    const Clock& m_clock;
    const HealthCheck& m_check;
    const std::shared_ptr<EndpointHealth> m_health;
    const Told m_told;
    UpstreamPool m_pool;           ///< of this endpoint alone
    const std::string m_authority; ///< whom a question is for, unless the check says
    const bool m_http2;
    std::string m_request;                     ///< of HTTP/1.1
    std::unique_ptr<Http2Question> m_question; ///< while it is asked in HTTP/2
    ResponseParser m_parser;
    ResponseHead m_head;
    std::string m_answer;
    std::minstd_rand m_random;
    UpstreamConnection* m_connection = nullptr;
    int m_interims = 0; ///< of this answer
    int m_inARow = 0;   ///< verdicts against the present one
    bool m_asking = false;
};

} // namespace postern

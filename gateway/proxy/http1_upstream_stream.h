#pragma once

#include "gateway/http/response_parser.h"
#include "gateway/proxy/body_reader.h"
#include "gateway/proxy/input_buffer.h"
#include "gateway/proxy/upstream_stream.h"

namespace postern {

/// One attempt in HTTP/1.1: gets a connection, sends the request, takes the response apart. Owned by an
/// UpstreamExchange and reused; on the worker's thread.
///
/// A connection goes back to its pool only when both messages are complete, the upstream agrees, and no byte
/// is left over.
class Http1UpstreamStream final : public UpstreamStream, private UpstreamConnectionUser
{
public:
    Http1UpstreamStream(WorkerContext& context, UpstreamStreamObserver& observer);
    ~Http1UpstreamStream() override;

    [[nodiscard]] Begun begin(const WorkerUpstream& upstream, const RequestHead& request,
                              const ConnectionWish& wish) override;
    [[nodiscard]] AttemptFailure failure() const override { return m_failure; }
    Sent send(const Payload& payload) override;
    [[nodiscard]] bool isCongested() const override;
    void resume() override;
    void abandon() override;
    [[nodiscard]] UpstreamEndpoint* endpoint() override
    {
        return m_connection ? &m_connection->endpoint() : nullptr;
    }

private:
    enum class State : unsigned char { Idle, Waiting, Open, Body };

    void connectionReady(UpstreamConnection& connection) override;
    void connectionFailed(ConnectFailure failure) override;
    void connectionEvent() override;

    [[nodiscard]] Begun acquire(const ConnectionWish& wish);
    void take(UpstreamConnection& connection);
    void read();
    void parse();
    bool parseHead();
    void deliverHead(std::size_t headSize);
    void parseBody();
    void ended();
    void complete();
    void fail(const AttemptFailure& failure);
    void failMalformed(Refusal refusal);
    void release(UpstreamPool::Reuse reuse);

    WorkerContext& m_context;
    UpstreamStreamObserver& m_observer;
    UpstreamPool* m_pool = nullptr;
    UpstreamConnection* m_connection = nullptr;
    const RequestHead* m_request = nullptr;
    ResponseParser m_parser;
    ResponseHead m_response;
    BodyReader m_body;
    InputBuffer m_input;
    std::uint64_t m_sentBefore = 0; ///< by others on this connection
    int m_interims = 0;
    AttemptFailure m_failure;
    State m_state = State::Idle;
    bool m_headSent = false;
    bool m_requestSent = false; ///< to its last byte
    bool m_isTunnel = false;    ///< the response was a 101; who passes it on may give it another status
    bool m_sendBroken = false;
    bool m_answeredEarly = false; ///< before the request was sent to its end
    bool m_heard = false;         ///< a byte of response has come
};

} // namespace postern

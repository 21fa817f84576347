#pragma once

#include "gateway/http/response_parser.h"
#include "gateway/proxy/body_reader.h"
#include "gateway/proxy/input_buffer.h"
#include "gateway/upstream/upstream_pool.h"

namespace postern {

struct WorkerContext;

/// Hears what the upstream does. upstreamSettled() is the last call of each event that came from the upstream
/// or its pool; the exchange may be over after it, so nobody touches it then.
class UpstreamObserver
{
public:
    virtual void upstreamReady() = 0; ///< a connection is there: send()
    [[nodiscard]] virtual bool takesResponse() const = 0;
    /// Interim heads come without payload, and another head follows.
    virtual void responseHead(ResponseHead& head, const Payload& payload) = 0;
    virtual void responseBody(const Payload& payload) = 0;
    virtual void upstreamFailed(Refusal refusal) = 0; ///< it is over; nothing more comes
    virtual void upstreamSettled() = 0;

protected:
    ~UpstreamObserver() = default;
};

/// The upstream's side of one exchange, in HTTP/1.1: gets a connection, sends the request, takes the response
/// apart. Owned by an exchange and reused; on the worker's thread.
///
/// A connection goes back to its pool only when both messages are complete, the upstream agrees, and no byte
/// is left over. A request goes out a second time only once, on a connection of its own, when the first
/// connection had been used before and ended without a byte of response, and when nothing of the request had
/// been sent or it is idempotent and has no body (RFC 9110 §9.2.2, RFC 9112 §9.3.1).
class UpstreamExchange final : private UpstreamConnectionUser
{
public:
    enum class Begun : unsigned char { Ready, Waiting, Failed };

    UpstreamExchange(WorkerContext& context, UpstreamObserver& observer);
    ~UpstreamExchange();

    /// \a request must stay as it is until the exchange is over. With Failed, failure() says why.
    [[nodiscard]] Begun begin(UpstreamPool& pool, const RequestHead& request);
    [[nodiscard]] Refusal failure() const { return m_failure; }
    /// The request's body; the first call brings the head along.
    void send(const Payload& payload);
    [[nodiscard]] bool isHeadSent() const { return m_headSent; }
    [[nodiscard]] bool isCongested() const;
    /// takesResponse() is true again.
    void resume();
    /// Ends it, whatever its state. A connection that carried nothing of it goes back to its pool.
    void abandon();
    [[nodiscard]] bool isOver() const { return m_state == State::Idle; }

    /// For the record: where it went; empty before a connection was there. Stays after the end.
    [[nodiscard]] std::string_view endpoint() const { return m_endpoint; }
    void forgetRecord()
    {
        m_endpoint.clear();
        m_duration.reset();
    }
    /// From the head's sending to the response's last byte; nothing when there was no whole response.
    [[nodiscard]] std::optional<std::chrono::nanoseconds> duration() const { return m_duration; }

private:
    enum class State : unsigned char { Idle, Waiting, Open, Body };

    void connectionReady(UpstreamConnection& connection) override;
    void connectionFailed(ConnectFailure failure) override;
    void connectionEvent() override;

    void take(UpstreamConnection& connection);
    [[nodiscard]] Begun acquire(UpstreamPool::Freshness freshness);
    void sendHeld();
    void sendFailed();
    bool retry(bool nothingSent);
    void read();
    void parse();
    bool parseHead();
    void deliverHead(std::size_t headSize);
    void parseBody();
    void ended();
    void complete();
    void fail(Refusal refusal);
    void release(UpstreamPool::Reuse reuse);

    WorkerContext& m_context;
    UpstreamObserver& m_observer;
    UpstreamPool* m_pool = nullptr;
    UpstreamConnection* m_connection = nullptr;
    const RequestHead* m_request = nullptr;
    ResponseParser m_parser;
    ResponseHead m_response;
    BodyReader m_body;
    InputBuffer m_input;
    std::string m_held;     ///< the request's beginning, to go out on another connection
    std::string m_endpoint; ///< a copy: endpoints come and go
    Clock::Steady m_sentAt{};
    std::optional<std::chrono::nanoseconds> m_duration;
    std::uint64_t m_sentBefore = 0; ///< by others on this connection
    int m_interims = 0;
    Refusal m_failure = Refusal::None;
    State m_state = State::Idle;
    bool m_headSent = false;
    bool m_requestSent = false; ///< to its last byte
    bool m_sendBroken = false;
    bool m_retried = false;
    bool m_answeredEarly = false; ///< before the request was sent to its end
    bool m_heard = false;         ///< a byte of response has come
};

} // namespace postern

#pragma once

#include "gateway/event/deadline_sweep.h"
#include "gateway/proxy/http1_upstream_stream.h"

namespace postern {

/// Hears what the upstream does. upstreamSettled() is the last call of each event that came from the upstream
/// or its pool; the exchange may be over after it, so nobody touches it then.
class UpstreamObserver
{
public:
    virtual void upstreamReady() = 0; ///< a connection is there: send()
    [[nodiscard]] virtual bool takesResponse() const = 0;
    /// As ClientStream::reserve().
    [[nodiscard]] virtual bool reserve(std::size_t bytes) = 0;
    /// Interim heads come without payload, and another head follows.
    virtual void responseHead(ResponseHead& head, const Payload& payload) = 0;
    virtual void responseBody(const Payload& payload) = 0;
    virtual void upstreamFailed(Refusal refusal) = 0; ///< it is over; nothing more comes
    virtual void upstreamSettled() = 0;

protected:
    ~UpstreamObserver() = default;
};

/// The upstream's side of one exchange: the attempts to have its request answered. Owned by an exchange and
/// reused; on the worker's thread.
///
/// A request goes out again only where that is safe: nothing of it reached the upstream, or it is idempotent
/// (RFC 9110 §9.2.2); all that was sent of its body is still held; nothing of a response was passed on. Of
/// these, once and at once, without configuration: where a connection had been idle and ended without a byte
/// of response (RFC 9112 §9.3.1). All others as the upstream's `retries` say, after a pause, rather at
/// another endpoint, within the budget and the route's timeout.
///
/// All attempts, and the pauses between them, are one request under the upstream's ceiling (`maxRequests`).
class UpstreamExchange final : private UpstreamStreamObserver, private Deadline
{
public:
    using Begun = UpstreamStream::Begun;

    UpstreamExchange(WorkerContext& context, UpstreamObserver& observer);
    ~UpstreamExchange() override;

    /// What consistentHash goes by, for the begin() that follows.
    void setHash(std::optional<std::uint64_t> hash) { m_hash = hash; }
    /// \a upstream and \a request must stay as they are until the exchange is over, which the caller sees to
    /// by \a due. With Failed, failure() says why.
    [[nodiscard]] Begun begin(const WorkerUpstream& upstream, const RequestHead& request, Clock::Steady due);
    [[nodiscard]] Refusal failure() const { return m_failure; }
    /// The request's body; the first call brings the head along.
    void send(const Payload& payload);
    [[nodiscard]] bool isHeadSent() const { return m_headSent; }
    [[nodiscard]] bool isCongested() const;
    /// takesResponse() is true again.
    void resume() { m_stream->resume(); }
    /// Ends it, whatever its state. A connection that carried nothing of it goes back to its pool.
    void abandon();
    /// abandon(), because the upstream did not answer in time.
    void timedOut();

    /// For the record: where it went last; empty before a connection was there. Stays after the end.
    [[nodiscard]] std::string_view endpoint() const { return m_endpoint; }
    [[nodiscard]] int attempts() const { return m_attempts; }
    /// Why the last attempt had no TLS; None where that was not what it failed by.
    [[nodiscard]] HandshakeFailure handshakeFailure() const { return m_handshakeFailure; }
    void forgetRecord();
    /// From the head's sending to the response's last byte; nothing when there was no whole response.
    [[nodiscard]] std::optional<std::chrono::nanoseconds> duration() const { return m_duration; }

private:
    enum class State : unsigned char {
        Idle,
        Attempting,
        Paused, ///< before the next attempt
        Passing ///< the response; no other attempt will follow
    };

    void streamReady() override;
    [[nodiscard]] bool takesResponse() const override { return m_observer.takesResponse(); }
    [[nodiscard]] bool reserve(std::size_t bytes) override { return m_observer.reserve(bytes); }
    void streamHead(ResponseHead& head, const Payload& payload) override;
    void streamBody(const Payload& payload) override;
    void streamFailed(const AttemptFailure& failure) override;
    void streamSettled() override { m_observer.upstreamSettled(); }
    void reached() override;

    [[nodiscard]] Begun attempt(Freshness freshness);
    void attemptAgain(Freshness freshness);
    void noteReady();
    void hold(const Payload& payload, std::size_t most);
    void letGo();
    void noteEnd();
    void replay();
    void tryTimedOut(Clock::Steady now);

    // Whether there is another attempt: upstream_retry.cpp.
    [[nodiscard]] bool isSafe(AttemptFailure::Delivery delivery) const;
    [[nodiscard]] bool isWanted(const AttemptFailure& failure) const;
    [[nodiscard]] bool goesAgain(const AttemptFailure& failure);
    [[nodiscard]] bool goesAgain(const ResponseHead& head);
    [[nodiscard]] bool pause(std::chrono::nanoseconds atLeast);

    WorkerContext& m_context;
    UpstreamObserver& m_observer;
    Http1UpstreamStream m_http1;
    std::unique_ptr<UpstreamStream> m_http2; ///< made when an upstream speaks it
    UpstreamStream* m_stream = &m_http1;
    const WorkerUpstream* m_upstream = nullptr;
    const RequestHead* m_request = nullptr;
    RequestPlace m_place; ///< under the upstream's ceiling, from begin() to the end
    std::optional<std::uint64_t> m_hash;
    std::string m_held;              ///< of the body, to go out again
    std::vector<EndpointId> m_tried; ///< in vain
    std::optional<EndpointId> m_endpointId;
    std::string m_endpoint;   ///< a copy: endpoints come and go
    Clock::Steady m_due{};    ///< the route's
    Clock::Steady m_wakeAt{}; ///< the pause's end, or the attempt's
    Clock::Steady m_sentAt{};
    std::optional<std::chrono::nanoseconds> m_duration;
    std::size_t m_mostHeld = 0; ///< of a body
    int m_attempts = 0;
    int m_retries = 0; ///< of the upstream's `retries`
    Refusal m_failure = Refusal::None;
    HandshakeFailure m_handshakeFailure = HandshakeFailure::None;
    State m_state = State::Idle;
    bool m_headSent = false;
    bool m_requestSent = false; ///< to its last byte
    bool m_holdsAll = true;     ///< what was sent of the body is in m_held
    bool m_wasExcused = false;  ///< once, and made good
};

} // namespace postern

#pragma once

#include "gateway/proxy/http1_upstream_stream.h"

namespace postern {

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

/// The upstream's side of one exchange: the attempts to have its request answered. Owned by an exchange and
/// reused; on the worker's thread.
///
/// A request goes out a second time, once and at once, on a new connection, when the first one had been idle
/// and ended without a byte of response, and when nothing of the request had been sent or it is idempotent
/// and has no body (RFC 9110 §9.2.2, RFC 9112 §9.3.1).
class UpstreamExchange final : private UpstreamStreamObserver
{
public:
    using Begun = UpstreamStream::Begun;

    UpstreamExchange(WorkerContext& context, UpstreamObserver& observer);
    ~UpstreamExchange();

    /// \a request must stay as it is until the exchange is over. With Failed, failure() says why.
    [[nodiscard]] Begun begin(UpstreamPool& pool, const RequestHead& request);
    [[nodiscard]] Refusal failure() const { return m_stream->failure().refusal; }
    /// The request's body; the first call brings the head along.
    void send(const Payload& payload);
    [[nodiscard]] bool isHeadSent() const { return m_headSent; }
    [[nodiscard]] bool isCongested() const { return m_stream->isCongested(); }
    /// takesResponse() is true again.
    void resume() { m_stream->resume(); }
    /// Ends it, whatever its state. A connection that carried nothing of it goes back to its pool.
    void abandon() { m_stream->abandon(); }
    /// abandon(), because the upstream did not answer in time.
    void timedOut();

    /// For the record: where it went; empty before a connection was there. Stays after the end.
    [[nodiscard]] std::string_view endpoint() const { return m_endpoint; }
    void forgetRecord();
    /// From the head's sending to the response's last byte; nothing when there was no whole response.
    [[nodiscard]] std::optional<std::chrono::nanoseconds> duration() const { return m_duration; }

private:
    void streamReady() override;
    [[nodiscard]] bool takesResponse() const override { return m_observer.takesResponse(); }
    void streamHead(ResponseHead& head, const Payload& payload) override;
    void streamBody(const Payload& payload) override;
    void streamFailed(const AttemptFailure& failure) override;
    void streamSettled() override { m_observer.upstreamSettled(); }

    [[nodiscard]] bool mayGoAgain(const AttemptFailure& failure) const;
    /// A connection is there.
    void noteEndpoint();
    void attemptAgain();
    void replay();

    WorkerContext& m_context;
    UpstreamObserver& m_observer;
    Http1UpstreamStream m_http1;
    UpstreamStream* m_stream = &m_http1;
    UpstreamPool* m_pool = nullptr;
    const RequestHead* m_request = nullptr;
    std::string m_held;     ///< the body's beginning, to go out on another connection
    std::string m_endpoint; ///< a copy: endpoints come and go
    Clock::Steady m_sentAt{};
    std::optional<std::chrono::nanoseconds> m_duration;
    bool m_headSent = false;
    bool m_requestSent = false; ///< to its last byte
    bool m_bodySent = false;    ///< some of it, and it is not held
    bool m_retried = false;
};

} // namespace postern

#pragma once

#include "gateway/http/http2_events.h"
#include "gateway/proxy/upstream_stream.h"

namespace postern {

class Http2UpstreamPool;
class Http2UpstreamSession;

/// One attempt in HTTP/2: a stream of a session that it shares with others. Owned by an UpstreamExchange and
/// reused; on the worker's thread.
///
/// Bounded both ways: the request's body waits here until the upstream's windows let it go, and no more is
/// taken meanwhile; of the response, the upstream is given window for as much as the client has taken, so
/// that a slow client holds up nobody else.
class Http2UpstreamStream final : public UpstreamStream
{
public:
    Http2UpstreamStream(WorkerContext& context, UpstreamStreamObserver& observer);
    ~Http2UpstreamStream() override;

    [[nodiscard]] Begun begin(const WorkerUpstream& upstream, const RequestHead& request,
                              const ConnectionWish& wish) override;
    [[nodiscard]] AttemptFailure failure() const override { return m_failure; }
    Sent send(const Payload& payload) override;
    [[nodiscard]] bool isCongested() const override;
    void resume() override;
    void abandon() override;
    [[nodiscard]] UpstreamEndpoint* endpoint() override;

    // For its pool and its session.
    enum class Phase : unsigned char {
        Idle,
        Waiting,   ///< for a connection, or room on one
        Attached,  ///< to a session
        Answering, ///< its response's head has come
        Done       ///< the response is whole
    };
    [[nodiscard]] const ConnectionWish& wish() const { return m_wish; }
    [[nodiscard]] const RequestHead& request() const { return *m_request; }
    void becameReady() { m_observer.streamReady(); }
    void failed(const AttemptFailure& failure) { m_observer.streamFailed(failure); }
    void settled() { m_observer.streamSettled(); }

private:
    friend class Http2UpstreamSession;
    // The session's side of it: http2_upstream_events.cpp.
    /// Bytes of the body that are there to be written.
    [[nodiscard]] std::size_t unsent() const { return m_out.size() - m_outStart; }
    void appendUnsent(std::string& text, std::size_t size);
    /// False: more than was announced, or a body where there can be none.
    [[nodiscard]] bool countBody(std::size_t size);
    [[nodiscard]] bool isBodyWhole() const;
    void deliverBody(const Payload& payload);
    void giveWindow();
    [[nodiscard]] bool isWorthWidening() const;

    WorkerContext& m_context;
    UpstreamStreamObserver& m_observer;
    Http2UpstreamPool* m_pool = nullptr;
    Http2UpstreamSession* m_session = nullptr;
    Http2UpstreamSession* m_settling = nullptr; ///< will call settled()
    const RequestHead* m_request = nullptr;
    ConnectionWish m_wish;
    AttemptFailure m_failure;
    Http2StreamId m_id = 0;
    std::size_t m_place = 0; ///< among the session's streams
    std::string m_out;       ///< of the request's body
    std::size_t m_outStart = 0;
    std::vector<std::pair<std::string, std::string>> m_trailers; ///< the request's
    std::uint64_t m_length = 0;                                  ///< of the response's body, announced
    std::uint64_t m_received = 0;
    std::size_t m_withheld = 0; ///< of the stream's window, until the client takes more
    int m_interims = 0;
    Phase m_phase = Phase::Idle;
    BodyFraming m_framing = BodyFraming::None;
    bool m_outLast = false; ///< m_out is the body's end
    bool m_endSent = false;
    bool m_headSent = false;
    bool m_deferred = false; ///< the session waits for more of m_out
    bool m_heard = false;
    bool m_isWide = false; ///< has a window for large responses
};

} // namespace postern

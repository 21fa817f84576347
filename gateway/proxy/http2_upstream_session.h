#pragma once

#include "gateway/event/deadline_sweep.h"
#include "gateway/http/arena.h"
#include "gateway/http/http2_flood_budget.h"
#include "gateway/http/http2_response_reader.h"
#include "gateway/http/http2_session.h"
#include "gateway/proxy/upstream_stream.h"

#include <optional>
#include <vector>

namespace postern {

class Http2UpstreamPool;
class Http2UpstreamStream;

/// One connection to an upstream in HTTP/2 (RFC 9113), shared by many attempts.
///
/// Purpose: moves bytes between the socket and the session, all that a turn has to say with one system call;
/// hands each stream what is its; keeps the budget of what an upstream may do that moves no request on; asks
/// with PING whether a silent upstream still lives. Owner: its Http2UpstreamPool. Thread: the worker's.
/// Lifecycle: connect(), then until the connection fails, a GOAWAY and the last stream after it,
/// `idleTimeout` without streams, or leave().
class Http2UpstreamSession final : private UpstreamConnectionUser, private Http2Handler, private Deadline
{
public:
    /// Bytes of a response that may come before its client has taken any.
    static constexpr std::uint32_t kFirstWindow = 65535;

    Http2UpstreamSession(WorkerContext& context, Http2UpstreamPool& pool);
    ~Http2UpstreamSession() override;

    [[nodiscard]] UpstreamStream::Begun connect(UpstreamEndpoint& endpoint, ConnectFailure& failure);
    /// The connection is there.
    [[nodiscard]] bool isOpen() const { return m_state == State::Open || m_state == State::Draining; }
    /// Where it goes, or is to go to.
    [[nodiscard]] EndpointId endpointId() const { return m_endpointId; }
    /// Null until it is open.
    [[nodiscard]] UpstreamEndpoint* endpoint() { return m_endpoint; }
    /// It takes nothing new, and ends with its last stream.
    [[nodiscard]] bool isDraining() const { return m_state == State::Draining; }
    /// It carries nothing.
    [[nodiscard]] bool isIdle() const { return m_streams.empty(); }
    /// Whether there is room for \a stream; with Freshness::New in a session that answered nothing yet.
    [[nodiscard]] bool takes(const Http2UpstreamStream& stream, Freshness freshness);
    /// Drains from now on, if it is open: its place is another's.
    void makeWay();
    /// The pool ends: nothing is told to anybody.
    void leave();

    // For its streams.
    void add(Http2UpstreamStream& stream);
    /// Sends the head and what there is of the body. False: no stream can be opened here any more, and
    /// \a stream is on its own again.
    [[nodiscard]] bool open(Http2UpstreamStream& stream);
    void resumeBody(Http2UpstreamStream& stream);
    void giveWindow(Http2UpstreamStream& stream, std::size_t size);
    void widen(Http2UpstreamStream& stream, std::uint32_t window);
    /// RST_STREAM, if it was opened.
    void cancelStream(Http2UpstreamStream& stream);
    void untouch(Http2UpstreamStream& stream);

private:
    enum class State : unsigned char {
        Connecting,
        Open,
        Draining, ///< nothing new; it ends with its last stream
        Closed
    };
    static constexpr std::size_t kMostAtOnce = 128 * 1024; ///< bytes in one send, about
    /// Reads, and sends, for one connection before the others have their turn.
    static constexpr int kPerTurn = 4;
    static constexpr std::uint32_t kEarnedByData = 4; ///< of the budget, by a frame of either direction

    /// What of one stream has come and is handed on together: many small frames go on as one piece.
    struct Gathered
    {
        Http2UpstreamStream* stream = nullptr;
        std::span<char> body; ///< in the receive buffer
        bool head = false;    ///< m_head is its
        bool last = false;
        bool trailers = false;
    };

    void connectionReady(UpstreamConnection& connection) override;
    void connectionFailed(ConnectFailure failure) override;
    void connectionEvent() override;
    void connectionLeaving() override;
    void reached() override;

    Http2Verdict frameBegan(const Http2Frame& frame) override;
    void headBegan(Http2StreamId stream, Http2HeadKind kind) override;
    Http2Verdict headField(Http2StreamId stream, std::string_view name, std::string_view value) override;
    Http2Verdict headEnded(Http2StreamId stream, Http2HeadKind kind, bool endsStream) override;
    void data(Http2StreamId stream, std::span<char> bytes) override;
    Http2Verdict frameReceived(const Http2Frame& frame) override;
    Http2Verdict frameRefused(Http2StreamId stream) override;
    void frameSent(const Http2Frame& frame) override;
    void streamClosed(Http2StreamId stream, void* user, Http2Error error) override;
    std::optional<Http2BodyPart> bodyPart(Http2StreamId stream, void* user, std::size_t most) override;
    bool writeBodyPart(void* user, std::string_view frameHead, std::size_t size) override;

    [[nodiscard]] bool begin(UpstreamConnection& connection);
    void read();
    void write();
    void wantTurn();
    /// After everything else of an event.
    void finishTurn();
    void settleTouched();
    void touch(Http2UpstreamStream& stream);
    void remove(Http2UpstreamStream& stream);
    void end(const AttemptFailure& failure);
    void closeConnection();
    void armTimer();
    void drain();
    [[nodiscard]] std::size_t room() const;
    Http2Verdict spend(std::uint64_t amount);

    void gather(Http2UpstreamStream& stream);
    void deliverGathered();
    Http2Verdict responseEnded(Http2UpstreamStream& stream, Refusal refusal, bool endsStream);
    void trailersEnded(Http2UpstreamStream& stream, bool endsStream);
    void answered(Http2UpstreamStream& stream);
    void malformed(Http2UpstreamStream& stream, Refusal refusal);
    [[nodiscard]] static Http2UpstreamStream* asStream(void* user)
    {
        return static_cast<Http2UpstreamStream*>(user);
    }

    WorkerContext& m_context;
    Http2UpstreamPool& m_pool;
    UpstreamConnection* m_connection = nullptr;
    UpstreamEndpoint* m_endpoint = nullptr;
    EndpointId m_endpointId = 0;
    std::optional<Http2Session>
        m_session; ///< as long as there is a connection, and until the handlers are done
    std::vector<Http2UpstreamStream*> m_streams;
    std::vector<Http2UpstreamStream*> m_touched; ///< to be settled when this event ends; null: no longer
    Http2FloodBudget m_budget;
    Http2ResponseReader m_reader;
    Http2TrailerReader m_trailerReader;
    ResponseHead m_head;                         ///< that is coming, or gathered
    Headers m_trailers;                          ///< likewise
    Arena m_arena;                               ///< of both
    Http2UpstreamStream* m_headStream = nullptr; ///< whose head or trailers are coming
    Gathered m_gathered;
    AttemptFailure m_failure; ///< why the connection is to end
    Clock::Steady m_heardAt{};
    Clock::Steady m_pingAt{};
    State m_state = State::Connecting;
    bool m_wasUsed = false; ///< a stream was answered before
    bool m_settingsHeard = false;
    bool m_pinging = false;
    bool m_broken = false; ///< m_failure says why
    bool m_enough = false; ///< for one send
    bool m_turnAsked = false;
};

} // namespace postern

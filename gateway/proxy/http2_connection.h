#pragma once

#include "gateway/event/deadline_sweep.h"
#include "gateway/event/fd_handler.h"
#include "gateway/http/http2_flood_budget.h"
#include "gateway/http/http2_frame_scanner.h"
#include "gateway/http/http2_request_reader.h"
#include "gateway/http/http2_session.h"
#include "gateway/http/http2_stream_history.h"
#include "gateway/proxy/client_session.h"
#include "gateway/proxy/client_socket.h"
#include "gateway/proxy/http2_stream.h"
#include "gateway/proxy/reading_watch.h"

#include <vector>

namespace postern {

/// One client's connection in HTTP/2 (RFC 9113): many requests at once, each an Http2Stream.
///
/// Purpose: moves bytes between the socket and the session, many frames with one system call; keeps time and
/// the budget of what a client may do that moves no request on; ends with a GOAWAY. Owner, thread, lifecycle:
/// see ClientSession; the client's preface is the first it reads. Idle it is its descriptor, this object and
/// nghttp2's session.
class Http2Connection final : public ClientSession, private FdHandler, private Deadline, private Http2Handler
{
public:
    Http2Connection(WorkerContext& context, SessionOwner& owner, ListenerPort& port, ClientSocket client);
    ~Http2Connection() override;

    [[nodiscard]] Result<void> start() override;
    void announceDrain() override;
    void closeIfIdle() override;
    void closeNow(RequestEnd end) override;
    [[nodiscard]] ListenerPort& port() const override { return m_port; }

    // For its streams.
    [[nodiscard]] WorkerContext& context() const { return m_context; }
    [[nodiscard]] bool hasInputEnded() const { return m_inputEnded; }
    /// The kernel has not taken yet what is there.
    [[nodiscard]] bool isWriting() const { return m_socket.hasPending(); }
    [[nodiscard]] Http2Session& session() { return m_session; }
    [[nodiscard]] ClientConnection client() const;
    [[nodiscard]] const Limits& limits() const;
    /// advance() will be called, at the latest before the next wait.
    void touch(Http2Stream& stream);
    /// An exchange's event has ended.
    void settled(Http2Stream& stream);
    /// Its exchange is over: what of its trailers is still to come has no place any more.
    void exchangeEnded(const Http2Stream& stream);
    /// The client has made us reset a stream.
    void countReset() { static_cast<void>(spend(1)); }
    /// All streams together hold too much of what the client does not take.
    [[nodiscard]] bool isCongested() const;
    void unsentChanged(std::ptrdiff_t bytes);
    /// As ClientStream::reserve(), for all streams together; until release().
    [[nodiscard]] bool reserve(std::size_t bytes);
    void release(std::size_t bytes) { m_reserved -= bytes; }
    /// Time is looked at by \a when at the latest.
    void armBy(Clock::Steady when);

private:
    enum class Phase : unsigned char {
        Open,
        Linger, ///< all is said; what the client still sends is dropped, so that it can read the last words
        Closed
    };
    static constexpr Clock::Steady kNever = Clock::Steady::max();

    Http2Verdict frameBegan(const Http2Frame&) override { return verdict(); } // see inspect()
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
    void ready(FdEvents events) override;
    void reached() override;

    [[nodiscard]] Http2Stream* streamOf(Http2StreamId stream) const;
    void beginRequest(Http2StreamId stream);
    void deliverGathered(bool last);
    [[nodiscard]] bool inspect(const Http2FrameScanner::Frame& frame);
    Http2Verdict spend(std::uint64_t amount);
    void stop(Http2Error error);
    [[nodiscard]] Http2Verdict verdict() const { return m_stopped ? Http2Verdict::Stop : Http2Verdict::GoOn; }
    void countRefused(Refusal refusal);

    void process();
    void read();
    void take(std::span<char> bytes);
    void work();
    void flush();
    void touchAll();
    void advanceTouched();
    void reap(Http2Stream& stream);
    void finishStreams(RequestEnd end);
    void beginLeaving();
    void leave();
    void conclude();
    void linger();
    void close();
    void schedule();
    void written(StreamSocket::Write result);
    void headTimedOut();
    void arm();

    WorkerContext& m_context;
    SessionOwner& m_owner;
    ListenerPort& m_port;
    ClientSocket m_client;
    StreamSocket& m_socket = m_client.socket;
    Http2Session m_session;
    Http2FloodBudget m_budget;
    Http2StreamHistory m_history;
    Http2FrameScanner m_scanner;
    Http2RequestReader m_requestReader;
    Http2TrailerReader m_trailerReader;
    std::vector<std::unique_ptr<Http2Stream>> m_streams;
    std::vector<Http2Stream*> m_touched;
    std::vector<Http2Stream*> m_advancing; ///< the same, while they are

    Http2Stream* m_headStream = nullptr; ///< whose head or trailers are coming
    Http2HeadKind m_headKind = Http2HeadKind::Request;
    Http2Stream* m_gatherStream = nullptr;
    std::span<char> m_gathered; ///< of its body, in the receive buffer: many small frames go on as one piece

    std::size_t m_reserved = 0;      ///< of kMostUnsent, by streams of upstreams that may send far ahead
    std::ptrdiff_t m_unsent = 0;     ///< of all streams' responses
    Clock::Steady m_headBy = kNever; ///< a head that has begun must be complete by then
    Clock::Steady m_idleBy = kNever; ///< without streams
    ReadingWatch m_reading;
    std::uint32_t m_lingered = 0;        ///< bytes dropped
    std::optional<Http2Error> m_stopped; ///< what we end the session for
    Phase m_phase = Phase::Open;
    bool m_extendedConnect = false; ///< was offered (RFC 8441)
    bool m_greeted = false;         ///< the client's first SETTINGS came
    bool m_isFresh = true;          ///< no request has begun
    bool m_leaving = false;         ///< the last GOAWAY is still to be sent
    bool m_processing = false;
    bool m_scheduled = false;
    bool m_relieved = false; ///< streams hold little enough again
    bool m_inputEnded = false;
    bool m_readingOver = false; ///< the session reads nothing more
    bool m_faultCounted = false;
    bool m_broken = false; ///< the client is gone
};

} // namespace postern

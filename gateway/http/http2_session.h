#pragma once

#include "gateway/http/http2_events.h"

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

struct nghttp2_session;

namespace postern {

class Http2FieldBlock;

/// One HTTP/2 connection's state machine (RFC 9113): frames, HPACK, flow control; bytes in, bytes out, and
/// no socket.
///
/// Purpose: the one place that talks to nghttp2, for clients of ours and for upstreams alike. Owner: a
/// connection, which hears of events as its Http2Handler. Thread: the connection's. Lifecycle: it sends its
/// SETTINGS (a client its preface too) with the first output(); after receive() has returned false, or
/// isOver(), what output() still gives is sent and the connection closed.
///
/// What messages must satisfy beyond frames (pseudo-header fields, forbidden names, lengths) is not judged
/// here but by Http2RequestReader, Http2ResponseReader and the streams, with the same rules as for HTTP/1.1.
/// Windows open only as consume() says. Nothing here may be called from within a handler's bodyPart() or
/// writeBodyPart(); receive() and output() not from within any handler function.
class Http2Session
{
public:
    enum class Role : unsigned char { Server, Client };
    struct Settings
    {
        std::uint32_t streams = 100;            ///< that the peer may have open at once
        std::uint32_t streamWindow = 65535;     ///< bytes the peer may send on one stream unconsumed
        std::uint32_t connectionWindow = 65535; ///< likewise, over all streams
        std::uint32_t headerListBytes = 32768;  ///< told, not enforced: the readers do
        bool extendedConnect = false;           ///< RFC 8441; servers alone
    };

    Http2Session(Role role, const Settings& settings, Http2Handler& handler);
    ~Http2Session();
    Http2Session(const Http2Session&) = delete;
    Http2Session& operator=(const Http2Session&) = delete;

    /// Handlers are called for what \a bytes hold; data is handed out in place. False: the handler, or a
    /// fault that leaves no way on, has ended the session.
    [[nodiscard]] bool receive(std::span<char> bytes);
    /// The next bytes to send, until the next call; empty when there are none now. DATA frames do not come
    /// out here, but through Http2Handler::writeBodyPart(), in order with these.
    [[nodiscard]] std::string_view output();
    [[nodiscard]] bool hasOutput() const;
    /// Nothing will be read or written any more: after a GOAWAY for an error, or when the last stream ended.
    [[nodiscard]] bool isOver() const;

    /// A server's answer: \a head, then the body that bodyPart() gives; without a body the stream ends.
    void respond(Http2StreamId stream, const Http2FieldBlock& head, Http2Body body);
    /// A head before the answer: 1xx.
    void sendInterim(Http2StreamId stream, const Http2FieldBlock& head);
    /// A client's request. \returns its stream; 0 when no further stream can be opened here. \a user as in
    /// setUser().
    [[nodiscard]] Http2StreamId request(const Http2FieldBlock& head, Http2Body body, void* user);
    /// Within bodyPart() alone, for a part that is the last: the trailers, which end the stream.
    void sendTrailers(Http2StreamId stream, const Http2FieldBlock& trailers);
    /// There is more of the body than bodyPart() had last time.
    void resume(Http2StreamId stream);
    /// RST_STREAM, ahead of all that waits on the stream.
    void reset(Http2StreamId stream, Http2Error error);

    /// \a size bytes of data() were used: the peer may send as many more.
    void consume(Http2StreamId stream, std::size_t size);
    /// Likewise, of the connection's window alone: the stream's, if it is not gone, waits for
    /// consumeStream().
    void consumeConnection(std::size_t size);
    void consumeStream(Http2StreamId stream, std::size_t size);
    /// What the peer may send on \a stream unconsumed is \a window bytes from now on: more than before.
    void widen(Http2StreamId stream, std::uint32_t window);

    /// Asks for a sign of life: a PING, which is acknowledged.
    void ping();
    /// A first GOAWAY that refuses nothing (RFC 9113 §6.8): the peer may stop opening streams here.
    void announceShutdown();
    /// The last GOAWAY: streams opened from now on are ignored, those known are finished.
    void goAway(Http2Error error);
    /// GOAWAY, and the end: nothing more is read.
    void terminate(Http2Error error);

    /// What the handler knows of a stream; null until it is set and after the stream has closed.
    void setUser(Http2StreamId stream, void* user);
    [[nodiscard]] void* user(Http2StreamId stream) const;
    /// As the peer's SETTINGS say; for a client.
    [[nodiscard]] std::uint32_t peerStreamLimit() const;
    [[nodiscard]] bool peerAllowsExtendedConnect() const;

    /// Parts of this class, for the callbacks.
    struct Callbacks;

private:
    struct Delete
    {
        void operator()(nghttp2_session* session) const;
    };

    Http2Handler& m_handler;
    std::unique_ptr<nghttp2_session, Delete> m_session;
};

} // namespace postern

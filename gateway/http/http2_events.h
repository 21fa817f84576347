#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace postern {

using Http2StreamId = std::int32_t;

/// RFC 9113 §7.
enum class Http2Error : std::uint32_t {
    None = 0,
    Protocol = 1,
    Internal = 2,
    FlowControl = 3,
    SettingsTimeout = 4,
    StreamClosed = 5,
    FrameSize = 6,
    RefusedStream = 7,
    Cancel = 8,
    Compression = 9,
    Connect = 10,
    EnhanceYourCalm = 11,
    InadequateSecurity = 12,
    Http11Required = 13
};

/// RFC 9113 §6; other numbers are extensions, which are ignored.
enum class Http2FrameType : std::uint8_t {
    Data = 0,
    Headers = 1,
    Priority = 2,
    ResetStream = 3,
    Settings = 4,
    PushPromise = 5,
    Ping = 6,
    GoAway = 7,
    WindowUpdate = 8,
    Continuation = 9
};

struct Http2Frame
{
    Http2FrameType type = Http2FrameType::Data;
    Http2StreamId stream = 0;
    std::size_t size = 0;                ///< of its payload; with Data, received: padding not counted
    bool endsStream = false;             ///< Data and Headers
    bool isAck = false;                  ///< Settings and Ping
    Http2Error error = Http2Error::None; ///< ResetStream and GoAway
    Http2StreamId lastStream = 0;        ///< GoAway
};

enum class Http2HeadKind : unsigned char {
    Request,
    Response,
    Further ///< another head on the same stream: after an interim response, or trailers
};

/// Whether a stream's head is followed by a body (or trailers), or ends it.
enum class Http2Body : unsigned char { None, Follows };

/// What a handler wants after an event: to go on, or that the session reads nothing more, having said why
/// with Http2Session::terminate().
enum class Http2Verdict : unsigned char { GoOn, Stop };

/// A piece of a body, to be written next.
struct Http2BodyPart
{
    std::size_t size = 0;
    bool last = false;     ///< nothing follows, or
    bool trailers = false; ///< with last: trailers were sent with Http2Session::sendTrailers()
};

/// Hears what a session does. Calls come from within Http2Session::receive() or output(). Heads of different
/// streams never mix.
class Http2Handler
{
public:
    /// Nine bytes of a frame have come; of \a frame type, stream and size are known, padding included.
    virtual Http2Verdict frameBegan(const Http2Frame& frame) = 0;
    /// For a new stream (of a server), or a further head. Not for streams that are refused or closed.
    virtual void headBegan(Http2StreamId stream, Http2HeadKind kind) = 0;
    /// As it came, unchecked; views for the duration of the call.
    virtual Http2Verdict headField(Http2StreamId stream, std::string_view name, std::string_view value) = 0;
    virtual Http2Verdict headEnded(Http2StreamId stream, Http2HeadKind kind, bool endsStream) = 0;
    /// Part of a DATA frame, in the memory that receive() was given.
    virtual void data(Http2StreamId stream, std::span<char> bytes) = 0;
    /// A whole frame of any type but Headers, once it was found right; a DATA frame's data() came before.
    virtual Http2Verdict frameReceived(const Http2Frame& frame) = 0;
    /// A frame of \a stream was wrong, and the stream is reset or the session ends by itself.
    virtual Http2Verdict frameRefused(Http2StreamId stream) = 0;
    virtual void frameSent(const Http2Frame& frame) = 0;
    /// \a user as in Http2Session::setUser(). None: both sides had ended.
    virtual void streamClosed(Http2StreamId stream, void* user, Http2Error error) = 0;

    /// What of the body of \a user's stream can be written now, \a most bytes at most; nothing: resume() will
    /// tell.
    virtual std::optional<Http2BodyPart> bodyPart(Http2StreamId stream, void* user, std::size_t most) = 0;
    /// To be sent now, in this order: \a frameHead and then \a size bytes of the body of \a user's stream.
    /// False: enough for once, output() shall return.
    virtual bool writeBodyPart(void* user, std::string_view frameHead, std::size_t size) = 0;

protected:
    ~Http2Handler() = default;
};

} // namespace postern

#pragma once

#include "gateway/http/head_limits.h"
#include "gateway/http/refusal.h"
#include "gateway/http/request_head.h"
#include "gateway/http/response_head.h"
#include "gateway/proxy/payload.h"
#include "gateway/proxy/worker_upstream.h"

namespace postern {

struct WorkerContext;

/// Of a response. Larger than for requests: an upstream is configured, not anybody, and its cookies are many.
inline constexpr HeadLimits kUpstreamHeadLimits{.headerBytes = 64 * 1024, .headers = 256};
inline constexpr int kMostInterims = 16;

/// How an attempt failed, and so whether the request may go out again.
struct AttemptFailure
{
    enum class Kind : unsigned char {
        Overloaded, ///< the gateway's own ceilings; no endpoint's fault
        Connect,    ///< no connection came about
        Reset,      ///< the upstream went away before its answer was whole
        Timeout,    ///< it took too long
        Malformed   ///< what came is no answer
    };
    /// How much of the request can have had an effect.
    enum class Delivery : unsigned char {
        Nothing, ///< none: no byte of it went out, or the upstream says that it looked at none
        Unknown
    };

    /// Why it may go out again at once, whatever the retries are: it was nobody's fault.
    enum class Excuse : unsigned char {
        None,
        IdleRace,     ///< its connection had been idle, and gave no byte of an answer: a fresh one is wanted
        StreamRefused ///< the upstream lives on, and did not look at it (RFC 9113 §8.7)
    };

    Refusal refusal = Refusal::None;
    Kind kind = Kind::Overloaded;
    Delivery delivery = Delivery::Unknown;
    Excuse excuse = Excuse::None;
    HandshakeFailure handshake = HandshakeFailure::None; ///< where that was the reason
};

/// No connection: nothing was sent. \a handshake: the pool's, where it may have been the reason.
[[nodiscard]] AttemptFailure attemptFailure(ConnectFailure failure,
                                            HandshakeFailure handshake = HandshakeFailure::None);

/// Hears what becomes of one attempt. streamSettled() is the last call of each event that came from the
/// upstream or its pool; the request may be over after it, so nobody touches it then.
class UpstreamStreamObserver
{
public:
    virtual void streamReady() = 0; ///< a connection is there: send()
    [[nodiscard]] virtual bool takesResponse() const = 0;
    /// As ClientStream::reserve().
    [[nodiscard]] virtual bool reserve(std::size_t bytes) = 0;
    /// Interim heads come without payload, and another head follows.
    virtual void streamHead(ResponseHead& head, const Payload& payload) = 0;
    virtual void streamBody(const Payload& payload) = 0;
    virtual void streamFailed(const AttemptFailure& failure) = 0; ///< it is over; nothing more comes
    virtual void streamSettled() = 0;

protected:
    ~UpstreamStreamObserver() = default;
};

/// One attempt to have a request answered, whatever the upstream's protocol. Purpose: who decides about
/// attempts (UpstreamExchange) knows no framing. Owned by it and used for one attempt after the other; on the
/// worker's thread. Only streamFailed() and the response's end make it idle again, or abandon(). Failures of
/// the endpoint's are reported to it by the stream; how good an answer is, and how late, by its owner.
class UpstreamStream
{
public:
    enum class Begun : unsigned char { Ready, Waiting, Failed };
    /// Refused: the connection had ended while idle; the kernel took nothing, and the attempt is over.
    enum class Sent : unsigned char { Taken, Refused };

    virtual ~UpstreamStream() = default;

    /// \a request, and what \a wish refers to, must stay as they are until the attempt is over. With Failed,
    /// failure() says why.
    [[nodiscard]] virtual Begun begin(const WorkerUpstream& upstream, const RequestHead& request,
                                      const ConnectionWish& wish) = 0;
    [[nodiscard]] virtual AttemptFailure failure() const = 0;
    /// The request's body; the first call brings the head along.
    virtual Sent send(const Payload& payload) = 0;
    /// What was sent is not gone yet, or there is no connection: send nothing more until streamSettled().
    [[nodiscard]] virtual bool isCongested() const = 0;
    /// takesResponse() is true again.
    virtual void resume() = 0;
    /// Ends it, whatever its state. A connection that carried nothing of it goes back to its pool.
    virtual void abandon() = 0;
    /// Where it goes to, from streamReady() or Begun::Ready until the attempt is over; null otherwise.
    [[nodiscard]] virtual UpstreamEndpoint* endpoint() = 0;

protected:
    UpstreamStream() = default;
    UpstreamStream(const UpstreamStream&) = delete;
    UpstreamStream& operator=(const UpstreamStream&) = delete;
};

} // namespace postern

#include "gateway/proxy/upstream_stream.h"

namespace postern {

AttemptFailure attemptFailure(ConnectFailure failure, HandshakeFailure handshake)
{
    using Kind = AttemptFailure::Kind;
    AttemptFailure result{.delivery = AttemptFailure::Delivery::Nothing};
    switch (failure) {
    case ConnectFailure::Overloaded:
    case ConnectFailure::NoEndpoints:
        result.refusal = Refusal::UpstreamUnavailable;
        result.kind = Kind::Overloaded;
        break;
    case ConnectFailure::Refused:
        result.refusal = Refusal::UpstreamUnreachable;
        result.kind = Kind::Connect;
        break;
    case ConnectFailure::Handshake:
        result.refusal = Refusal::UpstreamTls;
        result.kind = Kind::Connect;
        result.handshake = handshake;
        break;
    case ConnectFailure::TimedOut:
        result.refusal = Refusal::UpstreamTimeout;
        result.kind = Kind::Connect;
        result.handshake = handshake;
        break;
    }
    return result;
}

} // namespace postern

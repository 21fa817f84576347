#pragma once

#include "gateway/http/arena.h"
#include "gateway/http/http2_response_reader.h"
#include "gateway/http/http2_session.h"

#include <QString>

#include <optional>
#include <span>
#include <string>

namespace postern {

struct HealthCheck;

/// One health check in HTTP/2: what is said on a connection that was made for it, and what the answer means.
///
/// Purpose: `http` (a GET, any 2xx) and `grpc` (the health protocol) for upstreams that speak HTTP/2; bytes
/// in, bytes out, no socket and no clock. All that an endpoint can make it keep is bounded, as is what it
/// reads. Owner: an EndpointProbe, on its thread. Lifecycle: write(), then receive() and write() in turn
/// until there is a verdict(); close() and a last write() say good-bye.
class Http2Question final : private Http2Handler
{
public:
    /// \a check is `http` or `grpc`; \a authority: whom it asks for, where the check does not say.
    Http2Question(const HealthCheck& check, std::string_view authority, std::string_view scheme);
    ~Http2Question();

    void receive(std::span<char> bytes);
    /// What is to be sent now; empty: nothing. Until the next call.
    [[nodiscard]] std::string_view write();
    /// Why the endpoint is not well; empty: it is; nothing: that is not known yet.
    [[nodiscard]] const std::optional<QString>& verdict() const { return m_verdict; }
    void close() { m_session.terminate(Http2Error::None); }

private:
    Http2Verdict frameBegan(const Http2Frame&) override { return Http2Verdict::GoOn; }
    void headBegan(Http2StreamId stream, Http2HeadKind kind) override;
    Http2Verdict headField(Http2StreamId stream, std::string_view name, std::string_view value) override;
    Http2Verdict headEnded(Http2StreamId stream, Http2HeadKind kind, bool endsStream) override;
    void data(Http2StreamId stream, std::span<char> bytes) override;
    Http2Verdict frameReceived(const Http2Frame& frame) override;
    Http2Verdict frameRefused(Http2StreamId stream) override;
    void frameSent(const Http2Frame&) override {}
    void streamClosed(Http2StreamId stream, void* user, Http2Error error) override;
    std::optional<Http2BodyPart> bodyPart(Http2StreamId stream, void* user, std::size_t most) override;
    bool writeBodyPart(void* user, std::string_view frameHead, std::size_t size) override;

    void ask(const HealthCheck& check, std::string_view authority, std::string_view scheme);
    /// The first verdict counts.
    void decide(const QString& fault);
    void responseEnded(bool endsStream);
    void trailersEnded(bool endsStream);
    /// gRPC's answer is complete, its status being in \a fields.
    void judge(const Headers& fields);

    const bool m_grpc;
    std::string m_message; ///< of the request
    std::size_t m_messageSent = 0;
    std::string m_out;
    Http2ResponseReader m_reader;
    Http2TrailerReader m_trailerReader;
    ResponseHead m_head;
    Headers m_trailers;
    Arena m_arena;            ///< of the head that is coming
    bool m_answering = false; ///< its head was read
    std::string m_body;
    std::size_t m_received = 0; ///< bytes of the connection
    std::optional<QString> m_verdict;
    Http2Session m_session;
    Http2StreamId m_stream = 0;
};

} // namespace postern

#pragma once

#include "gateway/http/http2_events.h"
#include "gateway/http/http2_field_reader.h"
#include "gateway/proxy/client_pace.h"
#include "gateway/proxy/client_stream.h"
#include "gateway/proxy/exchange.h"

#include <optional>
#include <string>

namespace postern {

class Http2Connection;

/// One request and its response on an HTTP/2 connection.
///
/// Purpose: an exchange's ClientStream: holds what of the request's body the upstream does not take yet (the
/// client's window bounds it), and what of the response the client's window does not let through yet. Owner:
/// its connection while it lasts; warm ones wait in the WorkerContext. Thread: the worker's. Lifecycle:
/// begin(), then what the connection hears of it, until the session has closed it; then finish().
///
/// What it is told from within the session only marks it; advance() does what follows.
class Http2Stream final : public ClientStream
{
public:
    static constexpr Clock::Steady kNever = Clock::Steady::max();

    void begin(Http2Connection& connection, Http2StreamId id);
    /// Until the answer is out; then what of the request is still to come is waited for, and dropped.
    [[nodiscard]] bool hasExchange() const { return m_exchange != nullptr; }
    [[nodiscard]] Exchange& exchange() { return *m_exchange; }
    /// To be filled before the request's end.
    [[nodiscard]] Headers& requestTrailers() { return m_requestTrailers; }

    // What comes from the client.
    void headEnded(const Http2Fault& fault, bool endsStream);
    /// Counts what came against Content-Length; false: it is too much, and the request has been refused.
    [[nodiscard]] bool admits(std::size_t bytes);
    /// \a last: the stream's end came with it, or alone.
    void bodyCame(std::span<char> bytes, bool last);
    /// A body or trailers that can not be; the stream ends with \a error where the response has begun, or
    /// where the request is malformed.
    void bodyFault(Refusal refusal, Http2Error error);
    /// Nothing more will come.
    void inputEnded();
    void closed();

    // What goes to the client.
    [[nodiscard]] std::optional<Http2BodyPart> bodyPart(std::size_t most);
    void appendBodyPart(std::string& out, std::size_t size);
    void endSent();

    /// All that can be done now, outside of the session. \returns true when the stream is over.
    [[nodiscard]] bool advance();
    /// \returns the next moment at which it wants to be looked at.
    [[nodiscard]] Clock::Steady checkTime(Clock::Steady now);
    /// Ends the exchange, if that was not done yet, and gives it back.
    void finish(RequestEnd end);
    /// How it ended, once advance() has said so.
    [[nodiscard]] RequestEnd end() const;
    [[nodiscard]] bool isAnswered() const { return m_endSent; }

    std::size_t place = 0; ///< in the connection's list
    bool touched = false;  ///< in the connection's list of those to advance

    /// Bytes of the answer that are here, and not sent.
    [[nodiscard]] std::size_t unsent() const { return m_unsent.size() - m_unsentStart; }

private:
    void sendContinue() override;
    void sendInterim(const ResponseHead& head) override;
    void sendResponse(ResponseHead& head, const Payload& payload) override;
    void sendBody(const Payload& payload) override;
    [[nodiscard]] bool isCongested() const override;
    [[nodiscard]] bool reserve(std::size_t bytes) override;
    void dropBody() override;
    void cut() override;
    void settle() override;

    void finishExchange(RequestEnd end);
    void clientLeft();
    void drop(std::size_t bytes);
    void deliver(std::span<char> bytes);
    void pumpBody();
    void waitForWindow(Clock::Steady now);
    [[nodiscard]] bool wantsBody() const;
    [[nodiscard]] bool isOwing() const;
    void queue(const Payload& payload);
    void breakOff(Http2Error error);

    Http2Connection* m_connection = nullptr;
    std::unique_ptr<Exchange> m_exchange;
    Http2StreamId m_id = 0;

    std::string m_held; ///< of the request's body
    Headers m_requestTrailers;
    std::optional<std::uint64_t> m_requestLeft; ///< of an announced body
    std::string m_unsent;                       ///< of the response's body
    std::size_t m_unsentStart = 0;
    Headers m_trailers; ///< of the response, in the exchange's arena
    std::optional<std::uint64_t> m_responseLeft;
    Clock::Steady m_readBy = kNever;                ///< the client must have sent something by then
    Clock::Steady m_writeBy = kNever;               ///< the client must have let something through by then
    Http2Error m_faultError = Http2Error::Internal; ///< what a cut is called
    Clock::Steady m_waitsSince{};                   ///< for the request's body, while m_readBy is set
    Clock::Steady m_unsentSince{};                  ///< for the client's window, while m_writeBy is set
    ClientPace m_sends;
    ClientPace m_reads;
    std::optional<RequestEnd> m_endAs;
    std::size_t m_reserved = 0; ///< of what the connection sets aside
    std::size_t m_dropped = 0;  ///< of the request's body, after the answer

    bool m_requestEnded = false;     ///< END_STREAM came
    bool m_requestDelivered = false; ///< to its last byte
    bool m_dropping = false;         ///< the request's body
    bool m_malformed = false;        ///< no answer but a reset
    bool m_responseBegun = false;
    bool m_responseDone = false; ///< all of it is queued
    bool m_endAhead = false;     ///< of a body's response; the session has not asked for it
    bool m_endSent = false;
    bool m_reset = false; ///< by us
    bool m_closed = false;
};

} // namespace postern

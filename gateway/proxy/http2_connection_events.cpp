// Http2Connection's second part: what its session tells it. Called from within the session, so streams are
// only marked here where they could end.
#include "gateway/proxy/http2_connection.h"
#include "gateway/proxy/listener_port.h"
#include "gateway/proxy/worker_context.h"

#include <cstring>

namespace postern {

namespace {

// A DATA frame of this size was work for the client; smaller ones may be the work of a tiny window.
constexpr std::size_t kWorthySize = 256;
constexpr std::size_t kSettingSize = 6;
// As behind a chunked body.
constexpr HeadLimits kTrailerLimits{8 * 1024, 32, 0};

} // namespace

Http2Stream* Http2Connection::streamOf(Http2StreamId stream) const
{
    return static_cast<Http2Stream*>(m_session.user(stream));
}

/// Each costs what it makes us do beside the requests. False: it is not to be looked at.
bool Http2Connection::inspect(const Http2FrameScanner::Frame& frame)
{
    switch (frame.type) {
    case Http2FrameType::Headers:
        m_history.begin(frame.stream);
        [[fallthrough]];
    case Http2FrameType::Data:
        if (const Http2Error error = m_history.judge(frame.stream); error != Http2Error::None)
            stop(error);
        else if (frame.endsStream())
            m_history.end(frame.stream);
        break;
    case Http2FrameType::ResetStream:
        m_history.end(frame.stream);
        static_cast<void>(spend(1));
        break;
    case Http2FrameType::Settings:
        static_cast<void>(spend(1 + frame.size / kSettingSize));
        break;
    case Http2FrameType::Priority:
        // RFC 9113 §6.3, and RFC 7540 §5.3.1, which older clients go by; else the session ignores it.
        if (frame.stream == 0 || frame.stream == frame.dependsOn)
            stop(Http2Error::Protocol);
        [[fallthrough]];
    default:
        static_cast<void>(spend(1));
        break;
    }
    return !m_stopped;
}

/// Both directions spend from one budget: resets that a client sends, and those that it makes us send.
Http2Verdict Http2Connection::spend(std::uint64_t amount)
{
    if (!m_stopped && !m_budget.spend(amount, m_context.clock)) {
        countRefused(Refusal::ConnectionFlood);
        stop(Http2Error::EnhanceYourCalm);
    }
    return verdict();
}

void Http2Connection::stop(Http2Error error)
{
    if (!m_stopped)
        m_stopped = error;
}

/// A fault of the whole connection: it counts as refused, though there is no request to log with it.
void Http2Connection::countRefused(Refusal refusal)
{
    RequestRecord record;
    record.time = m_context.clock.wall();
    record.code = refusalStatus(refusal);
    record.end = RequestEnd::Refused;
    record.refusal = refusalToken(refusal);
    record.listener = m_port.text;
    m_context.configuration->telemetry->record(record);
}

void Http2Connection::headBegan(Http2StreamId stream, Http2HeadKind kind)
{
    m_headKind = kind;
    if (kind == Http2HeadKind::Request) {
        beginRequest(stream);
        return;
    }
    m_headStream = streamOf(stream);
    if (m_headStream != nullptr && !m_headStream->hasExchange())
        m_headStream = nullptr; // answered already: only its end is of interest
    if (m_headStream != nullptr)
        m_trailerReader.begin(m_headStream->requestTrailers(), m_headStream->exchange().arena(),
                              kTrailerLimits);
}

void Http2Connection::exchangeEnded(const Http2Stream& stream)
{
    if (m_headStream == &stream)
        m_headStream = nullptr;
}

void Http2Connection::beginRequest(Http2StreamId stream)
{
    m_isFresh = false;
    std::unique_ptr<Http2Stream> request = m_context.takeStream();
    m_headStream = request.get();
    request->place = m_streams.size();
    m_streams.push_back(std::move(request));
    m_headStream->begin(*this, stream);
    m_session.setUser(stream, m_headStream);
    m_requestReader.begin(m_headStream->exchange().request(), m_headStream->exchange().arena(),
                          m_context.configuration->compiled().headLimits,
                          m_extendedConnect ? Http2RequestReader::ExtendedConnect::Offered
                                            : Http2RequestReader::ExtendedConnect::NotOffered);
}

Http2Verdict Http2Connection::headField(Http2StreamId, std::string_view name, std::string_view value)
{
    if (m_headStream == nullptr)
        return Http2Verdict::GoOn;
    std::size_t bytes = 0;
    if (m_headKind == Http2HeadKind::Request) {
        m_requestReader.field(name, value);
        bytes = m_requestReader.bytes();
    } else {
        m_trailerReader.field(name, value);
        bytes = m_trailerReader.bytes();
    }
    // Beyond the limit nothing is kept, but it still has to be unpacked: an HPACK bomb costs its sender.
    if (bytes > static_cast<std::size_t>(limits().headerBytes.count))
        return spend(1 + (name.size() + value.size()) / 1024);
    return Http2Verdict::GoOn;
}

Http2Verdict Http2Connection::headEnded(Http2StreamId id, Http2HeadKind kind, bool endsStream)
{
    deliverGathered(false);
    m_headBy = kNever;
    Http2Stream* const stream = std::exchange(m_headStream, nullptr);
    if (stream == nullptr) {
        if (Http2Stream* const answered = streamOf(id); answered != nullptr && endsStream)
            answered->bodyCame({}, true);
        return verdict();
    }
    if (kind == Http2HeadKind::Request) {
        const Http2Fault fault = m_requestReader.end(endsStream);
        stream->headEnded(fault, endsStream);
        return verdict();
    }
    Http2Fault fault = m_trailerReader.end();
    if (!fault && !endsStream)
        fault = {Refusal::TrailerMalformed, true}; // RFC 9113 §8.1: trailers end the stream
    if (!fault) {
        stream->bodyCame({}, true);
        return verdict();
    }
    stream->bodyFault(fault.refusal, Http2Error::Protocol);
    return verdict();
}

void Http2Connection::data(Http2StreamId id, std::span<char> bytes)
{
    Http2Stream* const stream = streamOf(id);
    if (stream == nullptr) {
        m_session.consumeConnection(bytes.size());
        return;
    }
    if (!stream->admits(bytes.size()))
        return;
    if (m_gatherStream == stream) {
        // Over what lay between the two pieces: it was read already.
        char* const end = m_gathered.data() + m_gathered.size();
        std::memmove(end, bytes.data(), bytes.size());
        m_gathered = {m_gathered.data(), m_gathered.size() + bytes.size()};
        return;
    }
    deliverGathered(false);
    m_gatherStream = stream;
    m_gathered = bytes;
}

void Http2Connection::deliverGathered(bool last)
{
    if (Http2Stream* const stream = std::exchange(m_gatherStream, nullptr))
        stream->bodyCame(std::exchange(m_gathered, {}), last);
}

Http2Verdict Http2Connection::frameReceived(const Http2Frame& frame)
{
    if (frame.type == Http2FrameType::Settings && !std::exchange(m_greeted, true))
        m_headBy = kNever;
    if (frame.type != Http2FrameType::Data)
        return verdict();
    if (!frame.endsStream)
        return frame.size == 0 ? spend(1) : Http2Verdict::GoOn;
    if (Http2Stream* const stream = streamOf(frame.stream)) {
        if (m_gatherStream != stream)
            stream->bodyCame({}, true);
        else
            deliverGathered(true);
    }
    return verdict();
}

Http2Verdict Http2Connection::frameRefused(Http2StreamId) { return spend(1); }

void Http2Connection::frameSent(const Http2Frame& frame)
{
    if (frame.type == Http2FrameType::GoAway) {
        const bool isFault = frame.error != Http2Error::None && frame.error != Http2Error::EnhanceYourCalm &&
                             frame.error != Http2Error::SettingsTimeout;
        if (isFault && !std::exchange(m_faultCounted, true))
            countRefused(Refusal::ProtocolError);
        return;
    }
    Http2Stream* const stream = streamOf(frame.stream);
    if (frame.type == Http2FrameType::Data && frame.size > 0) {
        // A small one that was all there is: a message of a stream, for which gRPC clients give window twice
        // and ask with a PING.
        const bool isMessage = stream && stream->unsent() == 0;
        if (frame.size >= kWorthySize || isMessage)
            m_budget.earn(isMessage ? 4 : 2);
    }
    if (frame.endsStream && stream)
        stream->endSent();
}

void Http2Connection::streamClosed(Http2StreamId, void* user, Http2Error)
{
    auto* const stream = static_cast<Http2Stream*>(user);
    if (stream == nullptr)
        return;
    if (m_gatherStream == stream) {
        m_gatherStream = nullptr;
        m_session.consumeConnection(std::exchange(m_gathered, {}).size());
    }
    if (m_headStream == stream)
        m_headStream = nullptr;
    stream->closed();
}

std::optional<Http2BodyPart> Http2Connection::bodyPart(Http2StreamId, void* user, std::size_t most)
{
    return static_cast<Http2Stream*>(user)->bodyPart(most);
}

} // namespace postern

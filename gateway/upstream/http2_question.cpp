#include "gateway/upstream/http2_question.h"

#include "gateway/http/http2_field_block.h"
#include "gateway/upstream/grpc_health.h"
#include "models/document/upstream.h"

namespace postern {

namespace {

constexpr HeadLimits kLimits{.headerBytes = 16 * 1024, .headers = 100};
// A health message is seven bytes. Windows are never opened further, so that more would have to be a fault.
constexpr std::size_t kMostBody = 4096;
// Of everything that comes on the connection: whatever an endpoint says instead of an answer ends here.
constexpr std::size_t kMostReceived = 64 * 1024;
constexpr std::string_view kGrpcStatus = "grpc-status";

/// The client's role takes no streams of the peer.
constexpr Http2Session::Settings kSettings{.streams = 0, .headerListBytes = kLimits.headerBytes};

QString noHttp2() { return QStringLiteral("what it answers is no HTTP/2"); }
QString tooMuch() { return QStringLiteral("it answers too much"); }

/// As a notice may show it: what an endpoint sends is not shown as it is.
QString grpcStatusFault(std::string_view status)
{
    if (status == "0")
        return {};
    const bool isCode = !status.empty() && status.size() <= 2 &&
                        status.find_first_not_of("0123456789") == std::string_view::npos;
    return isCode ? QStringLiteral("it answers grpc-status %1")
                        .arg(QLatin1StringView(status.data(), static_cast<int>(status.size())))
                  : QStringLiteral("it answers without a grpc-status");
}

} // namespace

Http2Question::Http2Question(const HealthCheck& check, std::string_view authority, std::string_view scheme)
    : m_grpc(check.effectiveType() == HealthCheckType::Grpc)
    , m_session(Http2Session::Role::Client, kSettings, *this)
{
    ask(check, authority, scheme);
}

Http2Question::~Http2Question() = default;

void Http2Question::ask(const HealthCheck& check, std::string_view authority, std::string_view scheme)
{
    const std::string host = check.host.isEmpty() ? std::string(authority) : check.host.toStdString();
    const std::string path = m_grpc ? std::string(kGrpcHealthPath) : check.path.toStdString();
    RequestHead head;
    head.methodToken = m_grpc ? "POST" : "GET";
    head.host = host;
    head.target.pathAndQuery = path;
    head.headers.add(HeaderId::UserAgent, "postern-health");
    if (m_grpc) {
        m_message = grpcHealthRequest(check.service.toStdString());
        head.headers.add(HeaderId::ContentType, "application/grpc"); // which brings `te: trailers`
        head.framing = BodyFraming::Chunked;
    } else {
        head.headers.add(HeaderId::Accept, "*/*");
    }
    Http2FieldBlock block;
    block.setRequest(head, scheme);
    m_stream = m_session.request(block, m_grpc ? Http2Body::Follows : Http2Body::None, this);
}

void Http2Question::receive(std::span<char> bytes)
{
    m_received += bytes.size();
    const bool goesOn = m_session.receive(bytes);
    if (!goesOn)
        decide(noHttp2());
    else if (m_received > kMostReceived)
        decide(tooMuch());
}

std::string_view Http2Question::write()
{
    m_out.clear();
    for (auto bytes = m_session.output(); !bytes.empty(); bytes = m_session.output())
        m_out.append(bytes);
    if (m_session.isOver())
        decide(noHttp2()); // the session has found a fault, and said its last word
    return m_out;
}

void Http2Question::decide(const QString& fault)
{
    if (!m_verdict)
        m_verdict = fault;
}

void Http2Question::headBegan(Http2StreamId, Http2HeadKind)
{
    m_arena.reset(); // of an interim head nothing is kept, however many there are
    if (m_answering)
        m_trailerReader.begin(m_trailers, m_arena, kLimits);
    else
        m_reader.begin(m_head, m_arena, kLimits);
}

Http2Verdict Http2Question::headField(Http2StreamId, std::string_view name, std::string_view value)
{
    if (m_answering)
        m_trailerReader.field(name, value);
    else
        m_reader.field(name, value);
    return Http2Verdict::GoOn;
}

Http2Verdict Http2Question::headEnded(Http2StreamId, Http2HeadKind, bool endsStream)
{
    if (m_answering)
        trailersEnded(endsStream);
    else
        responseEnded(endsStream);
    return Http2Verdict::GoOn;
}

void Http2Question::responseEnded(bool endsStream)
{
    if (m_reader.end(m_grpc ? Method::Post : Method::Get, endsStream) != Refusal::None) {
        decide(noHttp2());
        return;
    }
    if (m_head.isInterim())
        return;
    m_answering = true;
    const int status = m_head.status;
    const bool isRight = m_grpc ? status == 200 : status >= 200 && status < 300;
    if (!isRight)
        decide(QStringLiteral("it answers %1").arg(status));
    else if (!m_grpc)
        decide({});
    else if (endsStream)
        judge(m_head.headers); // trailers only: a failure, as there is no message
}

void Http2Question::trailersEnded(bool endsStream)
{
    if (!endsStream || m_trailerReader.end())
        decide(noHttp2());
    else
        judge(m_trailers);
}

void Http2Question::judge(const Headers& fields)
{
    const bool isOne = fields.count(kGrpcStatus) == 1;
    const QString fault = grpcStatusFault(isOne ? fields.value(kGrpcStatus) : std::string_view());
    decide(fault.isEmpty() ? grpcHealthFault(m_body) : fault);
}

void Http2Question::data(Http2StreamId, std::span<char> bytes)
{
    if (!m_answering)
        decide(noHttp2());
    else if (m_body.size() + bytes.size() > kMostBody)
        decide(tooMuch());
    else
        m_body.append(bytes.data(), bytes.size());
}

Http2Verdict Http2Question::frameReceived(const Http2Frame& frame)
{
    if (frame.type == Http2FrameType::Data && frame.endsStream)
        judge({});
    return Http2Verdict::GoOn;
}

Http2Verdict Http2Question::frameRefused(Http2StreamId)
{
    decide(noHttp2());
    return Http2Verdict::GoOn;
}

void Http2Question::streamClosed(Http2StreamId, void*, Http2Error)
{
    // Where the answer was whole, it has been judged.
    decide(QStringLiteral("it resets the stream"));
}

std::optional<Http2BodyPart> Http2Question::bodyPart(Http2StreamId, void*, std::size_t most)
{
    Http2BodyPart part;
    part.size = std::min(most, m_message.size() - m_messageSent);
    part.last = m_messageSent + part.size == m_message.size();
    return part;
}

bool Http2Question::writeBodyPart(void*, std::string_view frameHead, std::size_t size)
{
    m_out.append(frameHead);
    m_out.append(m_message, m_messageSent, size);
    m_messageSent += size;
    return true;
}

} // namespace postern

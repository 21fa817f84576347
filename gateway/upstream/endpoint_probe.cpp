#include "gateway/upstream/endpoint_probe.h"

#include "gateway/upstream/http2_question.h"

#include <sys/epoll.h>

#include <array>

namespace postern {

using namespace std::chrono_literals;

namespace {

constexpr HeadLimits kLimits{.headerBytes = 16 * 1024, .headers = 100};
// An endpoint that talks without end holds up neither the control thread nor its own verdict.
constexpr int kMostReads = 4; // a turn
constexpr int kMostInterims = 16;

/// One connection at a time, and as long for it as for the answer.
UpstreamSettings probing(UpstreamSettings settings, const HealthCheck& check)
{
    settings.connectTimeout = check.timeout;
    settings.maxConnections = 1;
    settings.maxPending = 0;
    settings.outliers.reset();
    settings.slowStart = 0ms;
    return settings;
}

std::string authorityOf(const EndpointSettings& endpoint)
{
    return endpoint.address.isUnix() ? "localhost" : endpoint.text;
}

std::string requestOf(const HealthCheck& check, const std::string& authority)
{
    const std::string host = check.host.isEmpty() ? authority : check.host.toStdString();
    return "GET " + check.path.toStdString() + " HTTP/1.1\r\nHost: " + host +
           "\r\nUser-Agent: postern-health\r\nAccept: */*\r\nConnection: close\r\n\r\n";
}

QLatin1String textOf(HandshakeFailure failure)
{
    const std::string_view token = tokenOf(failure);
    return {token.data(), static_cast<qsizetype>(token.size())};
}

QString reasonOf(ConnectFailure failure, HandshakeFailure handshake)
{
    switch (failure) {
    case ConnectFailure::TimedOut:
        return QStringLiteral("no connection in time");
    case ConnectFailure::Handshake:
        return QStringLiteral("the TLS handshake fails (%1)").arg(textOf(handshake));
    case ConnectFailure::Overloaded: // of descriptors, or of the handshakes
    case ConnectFailure::Refused:
    case ConnectFailure::NoEndpoints:
        break;
    }
    return QStringLiteral("no connection");
}

} // namespace

EndpointProbe::EndpointProbe(const Environment& environment, const EndpointSettings& endpoint,
                             std::shared_ptr<EndpointHealth> health, Told told)
    : m_deadlines(environment.pool.deadlines)
    , m_clock(environment.pool.clock)
    , m_check(environment.check)
    , m_health(std::move(health))
    , m_told(std::move(told))
    , m_pool(environment.pool, probing(environment.settings, environment.check),
             std::make_shared<UpstreamDirectory>(std::vector{endpoint}))
    , m_authority(authorityOf(endpoint))
    , m_http2(environment.settings.protocol != UpstreamProtocol::Http1)
    , m_request(requestOf(environment.check, m_authority))
    , m_random(static_cast<std::uint32_t>(balancerHash(endpoint.text) ^ environment.pool.seed))
{
    // Not all in the same moment where there are many.
    const double part = std::uniform_real_distribution(0.0, 0.1)(m_random);
    waitFor(std::chrono::duration_cast<std::chrono::milliseconds>(m_check.interval * part));
}

EndpointProbe::~EndpointProbe()
{
    if (m_connection)
        m_pool.release(*m_connection, UpstreamPool::Reuse::No);
    else
        m_pool.cancel(*this);
}

void EndpointProbe::waitFor(std::chrono::milliseconds time)
{
    m_deadlines.set(*this, m_clock.steady() + time);
}

void EndpointProbe::reached()
{
    if (m_asking)
        conclude(QStringLiteral("no answer in time"));
    else
        ask();
}

void EndpointProbe::ask()
{
    m_asking = true;
    m_answer.clear();
    m_parser.reset();
    m_interims = 0;
    waitFor(m_check.timeout);
    const UpstreamPool::Acquired acquired = m_pool.acquire(*this, {.hint = {}, .freshness = Freshness::New});
    if (acquired.connection)
        connectionReady(*acquired.connection);
    else if (acquired.failure)
        connectionFailed(*acquired.failure);
}

void EndpointProbe::connectionReady(UpstreamConnection& connection)
{
    m_connection = &connection;
    if (m_check.effectiveType() == HealthCheckType::Tcp)
        conclude({});
    else if (m_http2)
        askHttp2();
    else if (connection.socket().send(m_request) == StreamSocket::Write::Failed)
        conclude(QStringLiteral("the connection ended"));
}

void EndpointProbe::askHttp2()
{
    const SecureChannel* const channel = m_connection->socket().channel();
    if (channel && channel->applicationProtocol() != "h2") {
        conclude(QStringLiteral("it does not agree on HTTP/2"));
        return;
    }
    m_question = std::make_unique<Http2Question>(m_check, m_authority, channel ? "https" : "http");
    writeHttp2();
}

bool EndpointProbe::writeHttp2()
{
    StreamSocket& socket = m_connection->socket();
    if (!socket.hasPending()) {
        const std::string_view bytes = m_question->write();
        if (!bytes.empty() && socket.send(bytes) == StreamSocket::Write::Failed) {
            // It may have answered, or said why, before it closed: reading says the rest.
            socket.note(EPOLLIN);
            m_connection->again();
        }
    }
    if (!m_question->verdict())
        return false;
    const QString fault = *m_question->verdict();
    m_question->close();
    if (const std::string_view bytes = m_question->write(); !bytes.empty())
        (void)socket.send(bytes); // good-bye, as far as the kernel takes it
    conclude(fault);
    return true;
}

void EndpointProbe::connectionFailed(ConnectFailure failure)
{
    conclude(reasonOf(failure, m_pool.handshakeFailure()));
}

void EndpointProbe::connectionEvent()
{
    if (m_connection->socket().hasPending())
        (void)m_connection->socket().flush(); // a failure shows in reading
    if (m_question && writeHttp2())
        return;
    read();
}

void EndpointProbe::read()
{
    std::array<char, 4096> room; // NOLINT: filled by receive
    for (int reads = 0; m_connection && m_connection->socket().mayRead(); ++reads) {
        if (reads == kMostReads) {
            m_connection->again();
            return;
        }
        const auto received = m_connection->socket().receive(room);
        if (received.state == StreamSocket::Read::Nothing)
            return;
        if (received.state != StreamSocket::Read::Data) {
            conclude(QStringLiteral("the connection ended"));
            return;
        }
        if (take(std::span(room).first(received.size)))
            return;
    }
}

bool EndpointProbe::take(std::span<char> bytes)
{
    if (m_question) {
        m_question->receive(bytes);
        return writeHttp2();
    }
    m_answer.append(bytes.data(), bytes.size());
    return judge();
}

bool EndpointProbe::judge()
{
    while (true) {
        const ParseResult result = m_parser.parse(m_answer, kLimits, Method::Get, m_head);
        if (result.state == ParseResult::State::NeedMore)
            return false;
        if (result.state == ParseResult::State::Refused) {
            conclude(QStringLiteral("what it answers is no HTTP"));
            return true;
        }
        if (!m_head.isInterim())
            break;
        if (++m_interims > kMostInterims) {
            conclude(QStringLiteral("it answers with interim responses alone"));
            return true;
        }
        m_answer.erase(0, result.consumed);
        m_parser.reset();
    }
    const bool well = m_head.status >= 200 && m_head.status < 300;
    conclude(well ? QString() : QStringLiteral("it answers %1").arg(m_head.status));
    return true;
}

void EndpointProbe::conclude(const QString& fault)
{
    m_asking = false;
    m_question.reset();
    if (m_connection)
        m_pool.release(*std::exchange(m_connection, nullptr), UpstreamPool::Reuse::No);
    else
        m_pool.cancel(*this);
    const double jitter = std::uniform_real_distribution(0.9, 1.1)(m_random);
    waitFor(std::chrono::duration_cast<std::chrono::milliseconds>(m_check.interval * jitter));
    const Clock::Steady now = m_clock.steady();
    const bool isWell = fault.isEmpty();
    const bool wasWell = m_health->passesChecks();
    if (isWell)
        m_health->connected(now); // it refuses nobody any more, whether or not there is traffic to find out
    if (isWell == wasWell) {
        m_inARow = 0;
        return;
    }
    if (++m_inARow < (wasWell ? m_check.unhealthyAfter : m_check.healthyAfter))
        return;
    m_inARow = 0;
    m_health->checked(isWell, now);
    m_told(fault);
}

} // namespace postern

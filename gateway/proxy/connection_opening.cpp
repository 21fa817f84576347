#include "gateway/proxy/connection_opening.h"

#include "gateway/net/peek.h"
#include "gateway/proxy/http1_connection.h"
#include "gateway/proxy/http2_connection.h"
#include "gateway/proxy/listener_port.h"
#include "gateway/proxy/worker_context.h"
#include "gateway/tls/tls_server_context.h"

#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <utility>

namespace postern {

ConnectionOpening::ConnectionOpening(WorkerContext& context, SessionOwner& owner, ListenerPort& port,
                                     ClientSocket client)
    : m_context(context)
    , m_owner(owner)
    , m_port(port)
    , m_client(std::move(client))
    , m_settings(port.settings)
    , m_phase(m_settings->proxyHeader ? Phase::ProxyHeader
              : m_settings->isSecured ? Phase::Handshake
                                      : Phase::Preface)
{}

ConnectionOpening::~ConnectionOpening() { close(); }

Result<void> ConnectionOpening::start()
{
    if (auto attached = m_client.attach(m_context.dispatcher, *this); !attached)
        return failure(attached.error());
    const Limits& limits = m_context.configuration->compiled().limits;
    m_by = m_context.clock.steady() + limits.headerTimeout;
    m_context.deadlines.set(*this, m_by);
    return {};
}

void ConnectionOpening::heard()
{
    if (!std::exchange(m_heard, true) && m_leaving)
        m_context.deadlines.set(*this, m_by);
}

void ConnectionOpening::ready(FdEvents events)
{
    m_client.socket.note(events);
    if (events & (EPOLLERR | EPOLLHUP))
        close();
    else
        advance();
}

void ConnectionOpening::advance()
{
    if (m_phase == Phase::ProxyHeader && readHeader())
        m_phase = m_settings->isSecured ? Phase::Handshake : Phase::Preface;
    if (m_phase == Phase::Handshake && secure())
        shakeHands();
    else if (m_phase == Phase::Preface)
        readPreface();
}

/// False when there is nothing to secure the connection with: it is closed, and never plain instead.
bool ConnectionOpening::secure()
{
    if (m_client.socket.channel())
        return true;
    auto channel = m_settings->tls ? m_settings->tls->accept() : nullptr;
    if (!channel) {
        close();
        return false;
    }
    m_client.socket.secure(std::move(channel));
    return true;
}

void ConnectionOpening::shakeHands()
{
    if (m_client.socket.mayRead())
        heard();
    switch (m_client.socket.handshake()) {
    case Handshake::UnderWay:
        break;
    case Handshake::Failed:
        handshakeFailed();
        break;
    case Handshake::Done:
        m_port.telemetry.handshake(m_client.socket.channel()->isResumed() ? "resumed" : "full");
        handOver(agreedVersion());
        break;
    }
}

void ConnectionOpening::handshakeFailed()
{
    m_port.telemetry.handshake(tokenOf(m_client.socket.channel()->failure()));
    // What lies unread would turn the close into a reset, and that might overtake the alert.
    (void)::recv(m_client.socket.fd(), m_context.receiveBuffer->data(), m_context.receiveBuffer->size(),
                 MSG_DONTWAIT);
    close();
}

/// True when the header is whole, and taken.
bool ConnectionOpening::readHeader()
{
    const int fd = m_client.socket.fd();
    const Peeked seen = peek(fd, std::span(*m_context.receiveBuffer).first(kLargestProxyHeader));
    switch (seen.state) {
    case Peeked::State::Data:
        break;
    case Peeked::State::Nothing:
        return false;
    case Peeked::State::End:
    case Peeked::State::Failed:
        close();
        return false;
    }
    heard();
    // Believed from nobody else: who may write this header may be anybody it likes.
    if (!m_settings->trusted.contains(m_client.address)) {
        refuse(Refusal::ProxyHeaderUntrusted);
        return false;
    }
    const ProxyHeaderResult result =
        readProxyHeader({m_context.receiveBuffer->data(), seen.size}, *m_settings->proxyHeader);
    switch (result.state) {
    case ProxyHeaderResult::State::NeedMore:
        if (m_client.socket.peerEnded())
            close();
        return false;
    case ProxyHeaderResult::State::Refused:
        refuse(Refusal::ProxyHeaderMalformed);
        return false;
    case ProxyHeaderResult::State::Done:
        break;
    }
    if (!discard(fd, result.size)) {
        close();
        return false;
    }
    m_client.identify(result.header);
    return true;
}

/// What the listener is for, unless client and server agreed on something (ALPN).
HttpVersion ConnectionOpening::agreedVersion() const
{
    const SecureChannel* channel = m_client.socket.channel();
    const std::string_view agreed = channel ? channel->applicationProtocol() : std::string_view();
    const bool isHttp2 = agreed.empty() ? m_settings->isHttp2 : agreed == "h2";
    return isHttp2 ? HttpVersion::Http2 : HttpVersion::Http11;
}

/// A first byte that is not the preface's is HTTP/1.x, or nothing, which that says better.
void ConnectionOpening::readPreface()
{
    constexpr std::string_view kPreface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"; // RFC 9113 §3.4
    if (!m_settings->detectsHttp2) {
        handOver(agreedVersion());
        return;
    }
    const Peeked seen =
        peek(m_client.socket.fd(), std::span(*m_context.receiveBuffer).first(kPreface.size()));
    switch (seen.state) {
    case Peeked::State::Nothing:
        return;
    case Peeked::State::End:
    case Peeked::State::Failed:
        close();
        return;
    case Peeked::State::Data:
        break;
    }
    heard();
    if (!kPreface.starts_with(std::string_view(m_context.receiveBuffer->data(), seen.size)))
        handOver(HttpVersion::Http11);
    else if (seen.size == kPreface.size())
        handOver(HttpVersion::Http2);
    else if (m_client.socket.peerEnded())
        close();
}

void ConnectionOpening::handOver(HttpVersion version)
{
    m_phase = Phase::Over;
    cancel();
    std::unique_ptr<ClientSession> next;
    if (version == HttpVersion::Http2)
        next = std::make_unique<Http2Connection>(m_context, m_owner, m_port, std::move(m_client));
    else
        next = std::make_unique<Http1Connection>(m_context, m_owner, m_port, std::move(m_client));
    m_owner.sessionReplaced(*this, std::move(next));
}

void ConnectionOpening::refuse(Refusal refusal)
{
    m_port.telemetry.refused(refusalToken(refusal));
    close();
}

void ConnectionOpening::reached()
{
    char first = 0;
    if (!m_heard && m_phase != Phase::Over &&
        peek(m_client.socket.fd(), {&first, 1}).state == Peeked::State::Data) {
        // It has come in time; the worker was busy.
        m_by = m_context.clock.steady() + m_context.configuration->compiled().limits.headerTimeout;
        m_context.deadlines.set(*this, m_by);
        m_client.socket.note(EPOLLIN);
        advance();
        return;
    }
    // Who has said nothing at all is no request: a load balancer that looks whether somebody listens.
    if (m_phase == Phase::Handshake && (m_heard || !m_leaving))
        m_port.telemetry.handshake(tokenOf(HandshakeFailure::TimedOut));
    if (m_heard && m_phase != Phase::Handshake)
        refuse(Refusal::HeadTimeout);
    else
        close();
}

void ConnectionOpening::closeIfIdle()
{
    // Who has only just come in has something to say on the way, as a rule. What comes in that time gets all
    // of the usual one.
    m_leaving = true;
    if (!m_heard)
        m_context.deadlines.set(*this,
                                std::min<Clock::Steady>(m_by, m_context.clock.steady() + kFirstRequestTime));
}

void ConnectionOpening::closeNow(RequestEnd) { close(); }

void ConnectionOpening::close()
{
    if (m_phase == Phase::Over)
        return;
    m_phase = Phase::Over;
    cancel();
    m_context.dispatcher.forget(m_client.token);
    m_client.socket.close();
    m_owner.sessionClosed(*this);
}

} // namespace postern

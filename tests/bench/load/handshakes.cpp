#include "tests/bench/load/handshakes.h"

#include "tests/bench/load/loopback.h"

#include <openssl/err.h>
#include <openssl/objects.h>
#include <sys/epoll.h>

#include <array>
#include <cstdio>

namespace postern::bench {

Handshakes::Handshakes(Options options)
    : m_options(std::move(options))
    , m_context(SSL_CTX_new(TLS_client_method()))
    , m_epoll(::epoll_create1(EPOLL_CLOEXEC))
    , m_slots(static_cast<std::size_t>(m_options.connections))
{
    SSL_CTX_set_min_proto_version(m_context.get(), TLS1_3_VERSION);
    SSL_CTX_set_mode(m_context.get(), SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_session_cache_mode(m_context.get(), SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    if (m_options.kind == Kind::Resumed)
        SSL_CTX_sess_set_new_cb(m_context.get(), keepSession);
}

int Handshakes::keepSession(SSL* tls, SSL_SESSION* session)
{
    static_cast<Slot*>(SSL_get_app_data(tls))->session.reset(session);
    return 1; // the reference is ours
}

void Handshakes::run()
{
    const auto start = std::chrono::steady_clock::now();
    const auto finish = start + m_options.duration;
    for (std::size_t i = 0; i < m_slots.size(); ++i)
        begin(i);
    std::array<epoll_event, 64> events;
    while (std::chrono::steady_clock::now() < finish) {
        const int ready = ::epoll_wait(m_epoll.fd(), events.data(), int(events.size()), 100);
        for (int i = 0; i < ready; ++i)
            advance(events[static_cast<std::size_t>(i)].data.u64);
    }
    m_took = std::chrono::steady_clock::now() - start;
}

void Handshakes::begin(std::size_t index)
{
    Slot& slot = m_slots[index];
    // Sixteen addresses of our own: a minute's closed connections would use up the ports of one.
    slot.fd = connectToLoopback(m_options.port, Connecting::UnderWay,
                                static_cast<std::uint8_t>(2 + m_opened++ % 16));
    slot.tls.reset(SSL_new(m_context.get()));
    SSL_set_fd(slot.tls.get(), slot.fd.fd());
    SSL_set_app_data(slot.tls.get(), &slot);
    SSL_set_tlsext_host_name(slot.tls.get(), "accounts.bank.example");
    SSL_set_connect_state(slot.tls.get());
    if (slot.session)
        SSL_set_session(slot.tls.get(), slot.session.get());
    slot.answer.reset();
    slot.asked = false;
    epoll_event event{};
    event.events = EPOLLIN | EPOLLOUT | EPOLLET;
    event.data.u64 = index;
    ::epoll_ctl(m_epoll.fd(), EPOLL_CTL_ADD, slot.fd.fd(), &event);
}

bool Handshakes::mustWait(const Slot& slot, int result)
{
    const int error = SSL_get_error(slot.tls.get(), result);
    return error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE;
}

void Handshakes::advance(std::size_t index)
{
    Slot& slot = m_slots[index];
    ERR_clear_error();
    if (!slot.asked) {
        const int shaken = SSL_do_handshake(slot.tls.get());
        if (shaken != 1) {
            if (!mustWait(slot, shaken))
                end(index, false);
            return;
        }
        const auto length = static_cast<int>(m_options.request.size());
        if (SSL_write(slot.tls.get(), m_options.request.data(), length) != length)
            return end(index, false); // a fresh connection always has room for it
        slot.asked = true;
    }
    const AnswerReader::State state = read(slot);
    if (state != AnswerReader::State::NeedMore)
        end(index, state == AnswerReader::State::Done && slot.answer.status() == 200);
}

AnswerReader::State Handshakes::read(Slot& slot)
{
    std::array<char, 16 * 1024> buffer;
    while (true) {
        const int got = SSL_read(slot.tls.get(), buffer.data(), int(buffer.size()));
        if (got <= 0)
            return mustWait(slot, got) ? AnswerReader::State::NeedMore : AnswerReader::State::Unusable;
        const auto state = slot.answer.take({buffer.data(), static_cast<std::size_t>(got)});
        if (state != AnswerReader::State::NeedMore)
            return state;
    }
}

void Handshakes::end(std::size_t index, bool good)
{
    Slot& slot = m_slots[index];
    (good ? m_done : m_failed) += 1;
    if (good) {
        m_resumed += SSL_session_reused(slot.tls.get()) == 1 ? 1 : 0;
        if (m_agreed.empty()) {
            const char* group = OBJ_nid2sn(SSL_get_negotiated_group(slot.tls.get()) & 0xffff);
            m_agreed = std::string(SSL_get_version(slot.tls.get())) + ' ' + SSL_get_cipher(slot.tls.get()) +
                       ' ' + (group ? group : "?");
        }
        SSL_shutdown(slot.tls.get());
    } else {
        slot.session.reset();
    }
    slot.tls.reset();
    begin(index);
}

std::string Handshakes::json() const
{
    char text[512];
    std::snprintf(text, sizeof text,
                  "{\"connections\":%llu,\"resumed\":%llu,\"failed\":%llu,\"seconds\":%.3f,\"rate\":%.1f,"
                  "\"agreed\":\"%s\"}",
                  static_cast<unsigned long long>(m_done), static_cast<unsigned long long>(m_resumed),
                  static_cast<unsigned long long>(m_failed), m_took.count(), double(m_done) / m_took.count(),
                  m_agreed.c_str());
    return text;
}

} // namespace postern::bench

#include "gateway/tls/tls_channel.h"

#include "gateway/tls/certificate_description.h"
#include "gateway/tls/handshake_diagnosis.h"
#include "gateway/tls/openssl_error.h"
#include "gateway/tls/session_cache.h"
#include "gateway/tls/trust.h"

#include <openssl/err.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace postern {

namespace {

constexpr std::size_t kRecord = SSL3_RT_MAX_PLAIN_LENGTH;
// A room of at least this size is received into, behind the place where it is decrypted to: a record begun
// earlier gives at most kRecord bytes, and every other fewer than it took, so that what is still encrypted is
// never overwritten.
constexpr std::size_t kLargeRoom = 3 * kRecord;
constexpr std::size_t kSmallArea = 8 * 1024;
// What a peer may say without sending data: enough for any honest one's tickets and key updates.
constexpr std::uint32_t kMostOtherRecords = 32;
constexpr std::uint64_t kDataPerOtherRecord = 64 * 1024;

/// What the traffic keys were agreed with is of no use any more, and half a kilobyte; of its own half, the
/// secret half, forward secrecy lives. OpenSSL would keep both as long as the connection.
void forgetEphemeralKeys(SSL& ssl)
{
    EVP_PKEY* key = nullptr;
    for (const int which : {SSL_CTRL_GET_TMP_KEY, SSL_CTRL_GET_PEER_TMP_KEY}) {
        if (SSL_ctrl(&ssl, which, 0, &key) != 1 || !key)
            continue;
        EVP_PKEY_set_type(key, EVP_PKEY_get_id(key)); // empties it
        EVP_PKEY_free(key);
        key = nullptr;
    }
    ERR_clear_error();
}

} // namespace

TlsChannel::TlsChannel(SslPointer ssl, Role role, std::shared_ptr<const void> keeper)
    : m_ssl(std::move(ssl)), m_keeper(std::move(keeper)), m_role(role)
{
    SSL_set_app_data(m_ssl.get(), this);
    BIO* bio = RecordStream::bio();
    SSL_set_bio(m_ssl.get(), bio, bio);
    if (role == Role::Server)
        SSL_set_accept_state(m_ssl.get());
    else
        SSL_set_connect_state(m_ssl.get());
}

TlsChannel::~TlsChannel() = default;

TlsChannel::Rare& TlsChannel::rare()
{
    if (!m_rare)
        m_rare = std::make_unique<Rare>();
    return *m_rare;
}

TlsChannel& TlsChannel::of(const SSL* ssl) { return *static_cast<TlsChannel*>(SSL_get_app_data(ssl)); }

Handshake TlsChannel::handshake(PlainSocket& socket)
{
    if (m_failure != HandshakeFailure::None)
        return Handshake::Failed;
    if (socket.hasPending() && socket.flush() == PlainSocket::Write::Failed) {
        m_failure = HandshakeFailure::PeerClosed;
        return Handshake::Failed;
    }
    if (m_established)
        return Handshake::Done;
    std::array<char, kSmallArea> area; // not initialised
    ERR_clear_error();
    RecordStream::Call call{socket, area, RecordStream::Asks::WhenReady};
    m_stream.begin(call);
    if (SSL_do_handshake(m_ssl.get()) == 1) {
        const bool agreed = established();
        // The first request is here already: tickets go along with its answer.
        if (m_role == Role::Server && m_stream.hasInput())
            m_stream.endHolding();
        else
            m_stream.end();
        m_hasBuffered = m_stream.hasKept();
        return agreed ? Handshake::Done : Handshake::Failed;
    }
    const bool waits = m_stream.isStarved();
    if (!waits)
        failed();
    if (m_stream.end() != PlainSocket::Write::Failed)
        return waits ? Handshake::UnderWay : Handshake::Failed;
    if (m_failure == HandshakeFailure::None)
        m_failure = HandshakeFailure::PeerClosed;
    return Handshake::Failed;
}

/// False when the peers did not agree on what they must.
bool TlsChannel::established()
{
    m_established = true;
    if (m_role == Role::Client) {
        if (!m_rare || m_rare->requiredProtocol.empty() || m_rare->requiredProtocol == applicationProtocol())
            return true;
        m_failure = HandshakeFailure::Protocol;
        m_rare->failureText = "the server does not speak " + m_rare->requiredProtocol;
        return false;
    }
    forgetEphemeralKeys(*m_ssl);
    if (X509* certificate = SSL_get0_peer_certificate(m_ssl.get()))
        rare().clientCertificate = describeCertificate(*certificate);
    return true;
}

void TlsChannel::failed()
{
    m_finished = true;
    m_readState = PlainSocket::Read::Failed;
    HandshakeDiagnosis diagnosis = diagnoseHandshake(*m_ssl, m_stream.isEnded());
    m_failure = diagnosis.failure;
    rare().failureText = std::move(diagnosis.text);
}

PlainSocket::Received TlsChannel::receive(PlainSocket& socket, std::span<char> room)
{
    m_hasBuffered = false;
    if (m_readState != PlainSocket::Read::Data || !m_established)
        return {m_established ? m_readState : PlainSocket::Read::Failed, 0};
    std::array<char, kSmallArea> area; // not initialised
    ERR_clear_error();
    RecordStream::Call call{socket, room.size() < kLargeRoom ? std::span<char>(area) : room.subspan(kRecord),
                            RecordStream::Asks::Once};
    m_stream.begin(call);
    const std::size_t size = read(socket, room);
    m_stream.end(); // a key update is answered; should that fail, so does the next send
    if (size == 0)
        return {m_readState == PlainSocket::Read::Data ? PlainSocket::Read::Nothing : m_readState, 0};
    m_data += size;
    m_hasBuffered =
        m_stream.hasKept() || m_readState != PlainSocket::Read::Data || SSL_pending(m_ssl.get()) > 0;
    return {PlainSocket::Read::Data, size};
}

std::size_t TlsChannel::read(PlainSocket& socket, std::span<char> room)
{
    std::size_t size = 0;
    while (size < room.size()) {
        std::size_t more = 0;
        if (SSL_read_ex(m_ssl.get(), room.data() + size, room.size() - size, &more) != 1) {
            if (!m_stream.isStarved())
                readEnded(socket);
            break;
        }
        size += more;
        m_stream.produced();
        if (!m_stream.hasInput() && SSL_pending(m_ssl.get()) == 0)
            break; // all is used: asking again would only say so
    }
    return size;
}

void TlsChannel::readEnded(PlainSocket& socket)
{
    if (SSL_get_error(m_ssl.get(), 0) == SSL_ERROR_ZERO_RETURN) {
        m_readState = PlainSocket::Read::End;
        return;
    }
    m_readState = PlainSocket::Read::Failed;
    m_finished = true; // OpenSSL has said why, if it could
    if (!m_stream.isEnded())
        socket.setError(EPROTO);
    else if (socket.error() == 0)
        socket.setError(ECONNRESET);
    ERR_clear_error();
}

bool TlsChannel::isQuiet(PlainSocket& socket)
{
    if (m_hasBuffered || m_readState != PlainSocket::Read::Data || !m_established)
        return false;
    std::array<char, kSmallArea> area; // not initialised
    ERR_clear_error();
    RecordStream::Call call{socket, area, RecordStream::Asks::Once};
    m_stream.begin(call);
    char byte = 0;
    std::size_t count = 0;
    const bool got = SSL_peek_ex(m_ssl.get(), &byte, 1, &count) == 1;
    if (!got && !m_stream.isStarved())
        readEnded(socket);
    m_stream.end();
    m_hasBuffered = got || m_readState != PlainSocket::Read::Data;
    return !m_hasBuffered;
}

PlainSocket::Write TlsChannel::send(PlainSocket& socket, std::string_view first, std::string_view second,
                                    std::string_view third)
{
    if (!m_established || m_finished) {
        socket.setError(EPIPE);
        return PlainSocket::Write::Failed;
    }
    RecordStream::Call call{socket, {}, RecordStream::Asks::WhenReady};
    m_stream.begin(call);
    const bool written = writeJoined({first, second, third});
    const PlainSocket::Write result = m_stream.end();
    m_data += first.size() + second.size() + third.size();
    if (written)
        return result;
    m_finished = true;
    socket.setError(EPROTO);
    ERR_clear_error();
    return PlainSocket::Write::Failed;
}

/// As few records as there can be: small parts share one, large ones are not copied.
bool TlsChannel::writeJoined(std::initializer_list<std::string_view> parts)
{
    std::array<char, kRecord> block; // not initialised
    std::size_t used = 0;
    for (std::string_view part : parts) {
        while (!part.empty()) {
            if (used == 0 && part.size() >= kRecord) {
                const std::string_view whole = part.substr(0, part.size() - part.size() % kRecord);
                if (!write(whole))
                    return false;
                part.remove_prefix(whole.size());
                continue;
            }
            const std::size_t count = std::min(part.size(), kRecord - used);
            std::memcpy(block.data() + used, part.data(), count);
            used += count;
            part.remove_prefix(count);
            if (used == kRecord && !write({block.data(), std::exchange(used, 0)}))
                return false;
        }
    }
    return used == 0 || write({block.data(), used});
}

bool TlsChannel::write(std::string_view bytes)
{
    std::size_t written = 0; // all: the stream takes whatever comes
    return SSL_write_ex(m_ssl.get(), bytes.data(), bytes.size(), &written) == 1;
}

void TlsChannel::finishSending(PlainSocket& socket)
{
    if (!m_established || std::exchange(m_finished, true))
        return;
    ERR_clear_error();
    RecordStream::Call call{socket, {}, RecordStream::Asks::WhenReady};
    m_stream.begin(call);
    SSL_shutdown(m_ssl.get());
    m_stream.end();
    ERR_clear_error();
}

void TlsChannel::heardOtherRecord()
{
    if (!m_established)
        return;
    if (++m_otherRecords > kMostOtherRecords + m_data / kDataPerOtherRecord)
        m_stream.stop();
}

bool TlsChannel::keep(SSL_SESSION& session)
{
    if (!m_rare || !m_rare->sessions)
        return false;
    // A chain of resumptions ends with what the one whole handshake has verified.
    m_rare->sessions->add(
        {SslSessionPointer(&session), isResumed() ? m_rare->believedUntil : Trust::endOfVerdict(*m_ssl)});
    return true;
}

const std::shared_ptr<const ClientCertificate>& TlsChannel::clientCertificate() const
{
    static const std::shared_ptr<const ClientCertificate> none;
    return m_rare ? m_rare->clientCertificate : none;
}

std::string_view TlsChannel::applicationProtocol() const
{
    const unsigned char* name = nullptr;
    unsigned int size = 0;
    SSL_get0_alpn_selected(m_ssl.get(), &name, &size);
    return {reinterpret_cast<const char*>(name), size};
}

std::string_view TlsChannel::serverName() const
{
    const char* name = SSL_get_servername(m_ssl.get(), TLSEXT_NAMETYPE_host_name);
    return name ? std::string_view(name) : std::string_view();
}

} // namespace postern

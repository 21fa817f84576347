#include "tests/support/http2_upstream.h"

#include <algorithm>

namespace postern::test {

namespace {

constexpr std::size_t kFrameHead = 9;
constexpr std::string_view kPreface = NGHTTP2_CLIENT_MAGIC;

std::string bigEndian(std::uint64_t value, int bytes)
{
    std::string text;
    for (int i = bytes - 1; i >= 0; --i)
        text += static_cast<char>(value >> (8 * i) & 0xff);
    return text;
}

std::uint32_t fromBigEndian(std::string_view bytes)
{
    std::uint32_t value = 0;
    for (const char byte : bytes)
        value = value << 8 | static_cast<unsigned char>(byte);
    return value;
}

} // namespace

std::string Http2TestRequest::field(std::string_view name) const
{
    const auto at =
        std::find_if(fields.begin(), fields.end(), [&](const auto& one) { return one.first == name; });
    return at == fields.end() ? std::string() : at->second;
}

std::size_t Http2TestRequest::count(std::string_view name) const
{
    return static_cast<std::size_t>(
        std::count_if(fields.begin(), fields.end(), [&](const auto& one) { return one.first == name; }));
}

Http2Peer::Http2Peer(Http2Upstream& upstream, UpstreamPeer& peer) : m_upstream(upstream), m_peer(peer)
{
    if (nghttp2_hd_inflate_new(&m_inflater) != 0 || nghttp2_hd_deflate_new(&m_deflater, 4096) != 0)
        qFatal("no HPACK");
}

Http2Peer::~Http2Peer()
{
    nghttp2_hd_inflate_del(m_inflater);
    nghttp2_hd_deflate_del(m_deflater);
}

bool Http2Peer::need(std::size_t size)
{
    while (m_input.size() < size) {
        const std::string bytes = m_peer.receive();
        if (bytes.empty())
            return false;
        m_input += bytes;
    }
    return true;
}

bool Http2Peer::greet(const std::vector<std::pair<std::uint16_t, std::uint32_t>>& settings)
{
    if (!need(kPreface.size()) || !m_input.starts_with(kPreface))
        return false;
    m_input.erase(0, kPreface.size());
    std::string payload;
    for (const auto& [id, value] : settings)
        payload += bigEndian(id, 2) + bigEndian(value, 4);
    return sendFrame(NGHTTP2_SETTINGS, 0, 0, payload);
}

std::optional<Http2TestFrame> Http2Peer::read()
{
    if (!need(kFrameHead))
        return std::nullopt;
    const std::size_t size = fromBigEndian(std::string_view(m_input).substr(0, 3));
    Http2TestFrame frame;
    frame.type = static_cast<std::uint8_t>(m_input[3]);
    frame.flags = static_cast<std::uint8_t>(m_input[4]);
    frame.stream = static_cast<std::int32_t>(fromBigEndian(std::string_view(m_input).substr(5, 4)));
    if (!need(kFrameHead + size))
        return std::nullopt;
    frame.payload = m_input.substr(kFrameHead, size);
    m_input.erase(0, kFrameHead + size);
    for (bool ended = (frame.flags & NGHTTP2_FLAG_END_HEADERS) != 0;
         frame.type == NGHTTP2_HEADERS && !ended;) {
        const auto more = read(); // a CONTINUATION, or the client is wrong
        if (!more)
            return std::nullopt;
        frame.payload += more->payload;
        ended = (more->flags & NGHTTP2_FLAG_END_HEADERS) != 0;
    }
    if (frame.type == NGHTTP2_HEADERS)
        frame.fields =
            decode((frame.flags & NGHTTP2_FLAG_PRIORITY) ? std::string_view(frame.payload).substr(5)
                                                         : std::string_view(frame.payload));
    account(frame);
    return frame;
}

void Http2Peer::account(const Http2TestFrame& frame)
{
    const std::string_view payload = frame.payload;
    if (frame.type == NGHTTP2_WINDOW_UPDATE) {
        if (frame.stream == 0)
            m_connectionWindow += fromBigEndian(payload);
        else
            m_spent[frame.stream] -= fromBigEndian(payload);
    } else if (frame.type == NGHTTP2_SETTINGS && (frame.flags & NGHTTP2_FLAG_ACK) == 0) {
        for (std::size_t at = 0; at + 6 <= payload.size(); at += 6) {
            if (fromBigEndian(payload.substr(at, 2)) == NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE)
                m_firstWindow = fromBigEndian(payload.substr(at + 2, 4));
        }
        sendFrame(NGHTTP2_SETTINGS, NGHTTP2_FLAG_ACK, 0, {});
    } else if (frame.type == NGHTTP2_PING && (frame.flags & NGHTTP2_FLAG_ACK) == 0) {
        sendFrame(NGHTTP2_PING, NGHTTP2_FLAG_ACK, 0, payload);
        ++m_upstream.m_pings;
    } else if (frame.type == NGHTTP2_RST_STREAM || frame.type == NGHTTP2_GOAWAY) {
        const std::lock_guard lock(m_upstream.m_mutex);
        if (frame.type == NGHTTP2_RST_STREAM)
            m_upstream.m_resets.push_back(fromBigEndian(payload.substr(0, 4)));
        else
            m_upstream.m_goAways.push_back(fromBigEndian(payload.substr(4, 4)));
    }
}

Http2Fields Http2Peer::decode(std::string_view block)
{
    Http2Fields fields;
    const auto* at = reinterpret_cast<const std::uint8_t*>(block.data());
    std::size_t left = block.size();
    for (;;) {
        nghttp2_nv field{};
        int flags = 0;
        const auto used = nghttp2_hd_inflate_hd2(m_inflater, &field, &flags, at, left, 1);
        if (used < 0)
            qFatal("the client's HPACK is wrong");
        at += used;
        left -= static_cast<std::size_t>(used);
        if (flags & NGHTTP2_HD_INFLATE_EMIT)
            fields.emplace_back(std::string(reinterpret_cast<char*>(field.name), field.namelen),
                                std::string(reinterpret_cast<char*>(field.value), field.valuelen));
        if (flags & NGHTTP2_HD_INFLATE_FINAL)
            break;
    }
    nghttp2_hd_inflate_end_headers(m_inflater);
    return fields;
}

std::string Http2Peer::encode(const Http2Fields& fields)
{
    std::vector<nghttp2_nv> list;
    for (const auto& [name, value] : fields) {
        list.push_back({reinterpret_cast<std::uint8_t*>(const_cast<char*>(name.data())),
                        reinterpret_cast<std::uint8_t*>(const_cast<char*>(value.data())), name.size(),
                        value.size(), NGHTTP2_NV_FLAG_NONE});
    }
    std::string block(nghttp2_hd_deflate_bound(m_deflater, list.data(), list.size()), '\0');
    const auto size = nghttp2_hd_deflate_hd(m_deflater, reinterpret_cast<std::uint8_t*>(block.data()),
                                            block.size(), list.data(), list.size());
    block.resize(static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
    return block;
}

std::optional<Http2TestFrame> Http2Peer::next()
{
    if (m_queue.empty())
        return read();
    Http2TestFrame frame = std::move(m_queue.front());
    m_queue.pop_front();
    return frame;
}

std::optional<Http2TestRequest> Http2Peer::nextRequest()
{
    while (auto frame = next()) {
        if (frame->type == NGHTTP2_RST_STREAM)
            m_coming.erase(frame->stream);
        if (frame->type != NGHTTP2_HEADERS && frame->type != NGHTTP2_DATA)
            continue;
        Http2TestRequest& request = m_coming[frame->stream];
        request.stream = frame->stream;
        request.connection = number();
        if (frame->type == NGHTTP2_HEADERS)
            (request.fields.empty() ? request.fields : request.trailers) = frame->fields;
        request.body += frame->payload.substr(0, frame->type == NGHTTP2_DATA ? std::string::npos : 0);
        if (frame->type == NGHTTP2_DATA && !frame->payload.empty()) {
            sendWindow(0, static_cast<std::uint32_t>(frame->payload.size()));
            if (!frame->endsStream())
                sendWindow(frame->stream, static_cast<std::uint32_t>(frame->payload.size()));
        }
        if (!frame->endsStream())
            continue;
        Http2TestRequest complete = std::move(request);
        m_coming.erase(frame->stream);
        const std::lock_guard lock(m_upstream.m_mutex);
        m_upstream.m_requests.push_back(complete);
        return complete;
    }
    return std::nullopt;
}

bool Http2Peer::sendFrame(std::uint8_t type, std::uint8_t flags, std::int32_t stream,
                          std::string_view payload)
{
    std::string bytes = bigEndian(payload.size(), 3);
    bytes += static_cast<char>(type);
    bytes += static_cast<char>(flags);
    bytes += bigEndian(static_cast<std::uint32_t>(stream), 4);
    return m_peer.send(bytes.append(payload));
}

bool Http2Peer::sendHead(std::int32_t stream, const Http2Fields& fields, bool endsStream)
{
    const unsigned flags = NGHTTP2_FLAG_END_HEADERS | (endsStream ? unsigned{NGHTTP2_FLAG_END_STREAM} : 0U);
    return sendFrame(NGHTTP2_HEADERS, static_cast<std::uint8_t>(flags), stream, encode(fields));
}

bool Http2Peer::sendData(std::int32_t stream, std::string_view bytes, bool endsStream)
{
    return sendFrame(NGHTTP2_DATA, endsStream ? NGHTTP2_FLAG_END_STREAM : NGHTTP2_FLAG_NONE, stream, bytes);
}

std::int64_t Http2Peer::window(std::int32_t stream) const
{
    const auto spent = m_spent.find(stream);
    return m_firstWindow - (spent == m_spent.end() ? 0 : spent->second);
}

bool Http2Peer::sendBody(std::int32_t stream, std::string_view bytes, bool endsStream)
{
    constexpr std::int64_t mostAtOnce = 16 * 1024;
    while (!bytes.empty()) {
        const std::int64_t room = std::min({window(stream), m_connectionWindow, mostAtOnce});
        if (room <= 0) {
            auto frame = read();
            if (!frame)
                return false;
            if (frame->type == NGHTTP2_RST_STREAM && frame->stream == stream)
                return false;
            m_queue.push_back(std::move(*frame));
            continue;
        }
        const std::string_view part = bytes.substr(0, static_cast<std::size_t>(room));
        bytes.remove_prefix(part.size());
        m_spent[stream] += static_cast<std::int64_t>(part.size());
        m_connectionWindow -= static_cast<std::int64_t>(part.size());
        if (!sendData(stream, part, endsStream && bytes.empty()))
            return false;
    }
    return true;
}

bool Http2Peer::sendReset(std::int32_t stream, std::uint32_t error)
{
    return sendFrame(NGHTTP2_RST_STREAM, 0, stream, bigEndian(error, 4));
}

bool Http2Peer::sendGoAway(std::int32_t last, std::uint32_t error)
{
    return sendFrame(NGHTTP2_GOAWAY, 0, 0,
                     bigEndian(static_cast<std::uint32_t>(last), 4) + bigEndian(error, 4));
}

bool Http2Peer::sendWindow(std::int32_t stream, std::uint32_t size)
{
    return sendFrame(NGHTTP2_WINDOW_UPDATE, 0, stream, bigEndian(size, 4));
}

bool Http2Peer::answer(std::int32_t stream, const std::string& body)
{
    return sendHead(stream, {{":status", "200"}, {"content-length", std::to_string(body.size())}}) &&
           (body.empty() ? sendData(stream, {}, true) : sendBody(stream, body, true));
}

Http2Upstream::Script Http2Upstream::answering(std::string body)
{
    return [body = std::move(body)](Http2Peer& peer) {
        if (!peer.greet())
            return;
        while (const auto request = peer.nextRequest()) {
            if (!peer.answer(request->stream, body))
                return;
        }
    };
}

Http2Upstream::Http2Upstream(Script script)
    : m_upstream([this, script = std::move(script)](UpstreamPeer& peer) {
        Http2Peer http2(*this, peer);
        script(http2);
    })
{}

std::vector<Http2TestRequest> Http2Upstream::requests() const
{
    const std::lock_guard lock(m_mutex);
    return m_requests;
}

std::vector<std::uint32_t> Http2Upstream::resets() const
{
    const std::lock_guard lock(m_mutex);
    return m_resets;
}

std::vector<std::uint32_t> Http2Upstream::goAways() const
{
    const std::lock_guard lock(m_mutex);
    return m_goAways;
}

} // namespace postern::test

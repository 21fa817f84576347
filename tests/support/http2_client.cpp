#include "tests/support/http2_client.h"

#include <nghttp2/nghttp2.h>

#include <sys/socket.h>

#include <cerrno>

namespace postern::test {

namespace {

std::string find(const Http2Fields& fields, std::string_view name)
{
    for (const auto& [one, value] : fields) {
        if (one == name)
            return value;
    }
    return {};
}

std::uint32_t numberAt(const std::string& bytes, std::size_t at, std::size_t size = 4)
{
    std::uint32_t value = 0;
    for (std::size_t i = at; i < at + size && i < bytes.size(); ++i)
        value = value << 8 | static_cast<unsigned char>(bytes[i]);
    return value;
}

void appendLength(std::string& out, std::size_t length)
{
    // RFC 7541 §5.1, a prefix of seven bits, no Huffman.
    if (length < 127) {
        out += static_cast<char>(length);
        return;
    }
    out += static_cast<char>(127);
    length -= 127;
    for (; length >= 128; length /= 128)
        out += static_cast<char>(length % 128 | 128);
    out += static_cast<char>(length);
}

} // namespace

std::string Http2Answer::header(std::string_view name) const { return find(headers, name); }
std::string Http2Answer::trailer(std::string_view name) const { return find(trailers, name); }

void Http2Client::Delete::operator()(nghttp2_hd_inflater* inflater) const
{
    nghttp2_hd_inflate_del(inflater);
}

Http2Client::Http2Client(quint16 port, Windows windows, const std::string& settings)
    : m_client(port), m_windows(windows)
{
    nghttp2_hd_inflater* inflater = nullptr;
    nghttp2_hd_inflate_new(&inflater);
    m_inflater.reset(inflater);
    send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + frame(kSettings, 0, 0, settings));
}

Http2Client::~Http2Client() = default;

std::string Http2Client::number(std::uint32_t value)
{
    std::string bytes(4, '\0');
    for (std::size_t i = 0; i < 4; ++i)
        bytes[3 - i] = static_cast<char>(value >> 8 * i & 255);
    return bytes;
}

std::string Http2Client::setting(unsigned id, std::uint32_t value)
{
    return number(id).substr(2) + number(value);
}

std::string Http2Client::frame(unsigned type, unsigned flags, std::uint32_t stream, std::string_view payload)
{
    std::string bytes = number(static_cast<std::uint32_t>(payload.size())).substr(1);
    bytes += static_cast<char>(type);
    bytes += static_cast<char>(flags);
    return bytes + number(stream) + std::string(payload);
}

std::string Http2Client::block(const Http2Fields& fields)
{
    std::string bytes;
    for (const auto& [name, value] : fields) {
        bytes += '\0';
        appendLength(bytes, name.size());
        bytes += name;
        appendLength(bytes, value.size());
        bytes += value;
    }
    return bytes;
}

Http2Fields Http2Client::get(const std::string& path, const Http2Fields& more)
{
    Http2Fields fields = {{":method", "GET"}, {":scheme", "http"}, {":authority", "a"}, {":path", path}};
    fields.insert(fields.end(), more.begin(), more.end());
    return fields;
}

Http2Fields Http2Client::post(const std::string& path, const Http2Fields& more)
{
    Http2Fields fields = get(path, more);
    fields[0].second = "POST";
    return fields;
}

std::string Http2Client::headers(std::uint32_t stream, const Http2Fields& fields, bool end)
{
    // As many CONTINUATIONs as it takes.
    constexpr std::size_t kMost = 16384;
    std::string rest = block(fields);
    std::string bytes;
    unsigned type = kHeaders;
    do {
        const std::string piece = rest.substr(0, kMost);
        rest.erase(0, piece.size());
        const unsigned flags = (rest.empty() ? 4U : 0U) | (end && type == kHeaders ? 1U : 0U);
        bytes += frame(type, flags, stream, piece);
        type = kContinuation;
    } while (!rest.empty());
    return bytes;
}

std::string Http2Client::data(std::uint32_t stream, std::string_view bytes, bool end)
{
    constexpr std::size_t kMost = 16384;
    std::string frames;
    do {
        const std::string_view piece = bytes.substr(0, kMost);
        bytes.remove_prefix(piece.size());
        frames += frame(kData, end && bytes.empty() ? 1U : 0U, stream, piece);
    } while (!bytes.empty());
    return frames;
}

std::uint32_t Http2Client::request(const Http2Fields& fields, bool end)
{
    const std::uint32_t stream = std::exchange(m_nextStream, m_nextStream + 2);
    send(headers(stream, fields, end));
    return stream;
}

std::uint32_t Http2Client::request(const Http2Fields& fields, std::string_view body)
{
    const std::uint32_t stream = std::exchange(m_nextStream, m_nextStream + 2);
    send(headers(stream, fields, false) + data(stream, body));
    return stream;
}

Http2Answer Http2Client::answer(std::uint32_t id)
{
    Http2Answer& answer = m_streams[id];
    while (!answer.complete && !answer.reset && readFrame()) {
    }
    return answer;
}

Http2Answer Http2Client::ask(const Http2Fields& fields, std::string_view body)
{
    return answer(body.empty() ? request(fields) : request(fields, body));
}

Http2Answer& Http2Client::readBody(std::uint32_t id, std::size_t count)
{
    Http2Answer& answer = m_streams[id];
    while (answer.body.size() < count && !answer.complete && !answer.reset && readFrame()) {
    }
    return answer;
}

Http2Answer& Http2Client::readHead(std::uint32_t id)
{
    Http2Answer& answer = m_streams[id];
    while (answer.status == 0 && !answer.complete && !answer.reset && readFrame()) {
    }
    return answer;
}

std::optional<Http2GoAway> Http2Client::goAway(int count)
{
    while ((!m_goAway || m_goAway->count < count) && readFrame()) {
    }
    return m_goAway;
}

bool Http2Client::readToEnd()
{
    while (readFrame()) {
    }
    return m_input.empty();
}

bool Http2Client::roundTrip()
{
    const int before = m_pongs;
    send(frame(kPing, 0, 0, "12345678"));
    while (m_pongs == before) {
        if (!readFrame())
            return false;
    }
    return true;
}

bool Http2Client::fill(std::size_t count)
{
    while (m_input.size() < count) {
        const std::string bytes = m_client.receiveBytes(1);
        if (bytes.empty())
            return false;
        m_input += bytes;
    }
    return true;
}

bool Http2Client::readFrame()
{
    constexpr std::size_t kHead = 9;
    if (!fill(kHead))
        return false;
    const std::size_t size = numberAt(m_input, 0, 3);
    if (!fill(kHead + size))
        return false;
    const std::string head = m_input.substr(0, kHead);
    const std::string payload = m_input.substr(kHead, size);
    m_input.erase(0, kHead + size);
    take(static_cast<unsigned char>(head[3]), static_cast<unsigned char>(head[4]), numberAt(head, 5),
         payload);
    return true;
}

void Http2Client::take(unsigned type, unsigned flags, std::uint32_t stream, const std::string& payload)
{
    switch (type) {
    case kData:
        m_streams[stream].body += payload;
        m_streams[stream].complete = (flags & kEndStream) != 0;
        if (m_windows == Windows::Open && !payload.empty()) {
            const std::string size = number(static_cast<std::uint32_t>(payload.size()));
            send(frame(kWindowUpdate, 0, 0, size) + frame(kWindowUpdate, 0, stream, size));
        }
        break;
    case kHeaders:
    case kContinuation:
        m_block += payload;
        takeHeaders(flags, stream);
        break;
    case kReset:
        m_streams[stream].reset = numberAt(payload, 0);
        break;
    case kSettings:
        if (flags & kAck)
            break;
        for (std::size_t at = 0; at + 6 <= payload.size(); at += 6)
            m_settings[numberAt(payload, at, 2)] = numberAt(payload, at + 2);
        send(frame(kSettings, kAck, 0));
        break;
    case kPing:
        m_pongs += flags & kAck ? 1 : 0;
        break;
    case kGoAway:
        m_goAway = {numberAt(payload, 4), numberAt(payload, 0), m_goAway ? m_goAway->count + 1 : 1};
        break;
    case kWindowUpdate:
        m_windowUpdates[stream] += numberAt(payload, 0);
        break;
    default:
        break;
    }
}

void Http2Client::takeHeaders(unsigned flags, std::uint32_t stream)
{
    Http2Answer& answer = m_streams[stream];
    if (flags & kEndStream)
        answer.complete = true; // only of HEADERS, and our servers' fit into one
    if (!(flags & kEndHeaders))
        return;
    Http2Fields fields = inflate(std::exchange(m_block, {}));
    const int status = std::atoi(find(fields, ":status").c_str());
    if (answer.status != 0) {
        answer.trailers = std::move(fields);
    } else if (status < 200) {
        answer.interims.push_back(std::move(fields));
    } else {
        answer.status = status;
        answer.headers = std::move(fields);
    }
}

Http2Fields Http2Client::inflate(std::string_view block)
{
    Http2Fields fields;
    const auto* at = reinterpret_cast<const std::uint8_t*>(block.data());
    std::size_t left = block.size();
    for (;;) {
        nghttp2_nv field{};
        int flags = 0;
        const auto used = nghttp2_hd_inflate_hd2(m_inflater.get(), &field, &flags, at, left, 1);
        if (used < 0)
            return {{"broken", "header block"}};
        at += used;
        left -= static_cast<std::size_t>(used);
        if (flags & NGHTTP2_HD_INFLATE_EMIT)
            fields.emplace_back(std::string(reinterpret_cast<char*>(field.name), field.namelen),
                                std::string(reinterpret_cast<char*>(field.value), field.valuelen));
        if (flags & NGHTTP2_HD_INFLATE_FINAL)
            break;
    }
    nghttp2_hd_inflate_end_headers(m_inflater.get());
    return fields;
}

} // namespace postern::test

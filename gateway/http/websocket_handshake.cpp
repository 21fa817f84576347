#include "gateway/http/websocket_handshake.h"

#include "gateway/http/body_framing.h"
#include "gateway/http/character_class.h"
#include "gateway/http/hop_by_hop.h"

#include <QCryptographicHash>

namespace postern {

namespace {

constexpr std::string_view kWebSocket = "websocket";
constexpr std::string_view kKey = "Sec-WebSocket-Key";
constexpr std::string_view kVersion = "Sec-WebSocket-Version";
constexpr std::string_view kAccept = "Sec-WebSocket-Accept";
constexpr std::string_view kProtocol = "Sec-WebSocket-Protocol";
constexpr std::string_view kExtensions = "Sec-WebSocket-Extensions";
constexpr std::string_view kDeflate = "permessage-deflate";

/// The base64 of 16 bytes.
bool isKey(std::string_view text)
{
    constexpr std::size_t kDigits = 22;
    constexpr std::string_view kDigitsSet =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    return text.size() == kDigits + 2 && text.ends_with("==") &&
           text.substr(0, kDigits).find_first_not_of(kDigitsSet) == std::string_view::npos;
}

template<typename Visit>
void forEachElement(const Headers& headers, std::string_view name, Visit visit)
{
    for (const Header& field : headers) {
        if (equalsIgnoringCase(field.name, name))
            forEachListElement(field.value, visit);
    }
}

bool isDeflate(std::string_view extension)
{
    return equalsIgnoringCase(trimmed(extension.substr(0, extension.find(';'))), kDeflate);
}

} // namespace

bool wantsWebSocket(const RequestHead& request)
{
    if (!request.wantsUpgrade)
        return false;
    if (request.version == HttpVersion::Http2)
        return request.protocol == kWebSocket;
    bool wanted = false;
    forEachElement(request.headers, headerName(HeaderId::Upgrade), [&wanted](std::string_view protocol) {
        wanted = wanted || equalsIgnoringCase(protocol, kWebSocket);
    });
    return wanted;
}

Refusal checkWebSocketRequest(const RequestHead& request)
{
    const Headers& headers = request.headers;
    const bool isHttp2 = request.version == HttpVersion::Http2;
    if (headers.count(kVersion) != 1 || headers.value(kVersion) != "13")
        return Refusal::WebSocketVersion;
    if (isHttp2)
        return headers.contains(HeaderId::ContentLength) ? Refusal::WebSocketMalformed : Refusal::None;
    if (request.method != Method::Get || request.framing != BodyFraming::None || headers.count(kKey) != 1 ||
        !isKey(headers.value(kKey)))
        return Refusal::WebSocketMalformed;
    return Refusal::None;
}

void writeWebSocketRequest(RequestHead& request, const std::array<char, 16>& entropy, Arena& arena)
{
    Headers& headers = request.headers;
    request.method = Method::Get;
    request.methodToken = "GET";
    request.framing = BodyFraming::None;
    std::string_view offers;
    forEachElement(headers, kExtensions, [&](std::string_view extension) {
        if (isDeflate(extension))
            offers = offers.empty() ? extension : arena.join(arena.join(offers, ", "), extension);
    });
    offers = arena.copy(offers);
    headers.remove(kExtensions);
    headers.remove(kAccept);
    if (request.version == HttpVersion::Http2) {
        const auto key = QByteArray(entropy.data(), static_cast<qsizetype>(entropy.size())).toBase64();
        headers.set(kKey, arena.copy({key.data(), static_cast<std::size_t>(key.size())}));
    }
    headers.add(HeaderId::Connection, "Upgrade");
    headers.add(HeaderId::Upgrade, kWebSocket);
    if (!offers.empty())
        headers.add(kExtensions, offers);
}

std::optional<WebSocketAgreement> readWebSocketAnswer(const RequestHead& request, const ResponseHead& answer)
{
    const Headers& headers = answer.headers;
    if (answer.status != 101 || headers.count(HeaderId::Upgrade) != 1 ||
        !equalsIgnoringCase(headers.value(HeaderId::Upgrade), kWebSocket) ||
        !readConnectionOptions(headers).upgrade)
        return std::nullopt;
    if (headers.count(kAccept) != 1 || headers.value(kAccept) != webSocketAccept(request.headers.value(kKey)))
        return std::nullopt;
    if (const std::size_t count = headers.count(kProtocol); count > 0) {
        bool isOffered = false;
        const std::string_view chosen = headers.value(kProtocol);
        forEachElement(request.headers, kProtocol,
                       [&](std::string_view offer) { isOffered = isOffered || offer == chosen; });
        if (count > 1 || !isOffered)
            return std::nullopt;
    }
    int extensions = 0;
    bool known = true;
    forEachElement(headers, kExtensions, [&](std::string_view extension) {
        ++extensions;
        known = known && isDeflate(extension);
    });
    // What writeWebSocketRequest() left in the request is permessage-deflate.
    if (extensions > 1 || !known || (extensions == 1 && request.headers.count(kExtensions) == 0))
        return std::nullopt;
    return WebSocketAgreement{.compressed = extensions == 1};
}

std::string webSocketAccept(std::string_view key)
{
    QCryptographicHash hash(QCryptographicHash::Sha1);
    hash.addData(QByteArrayView(key.data(), static_cast<qsizetype>(key.size())));
    hash.addData("258EAFA5-E914-47DA-95CA-C5AB0DC85B11");
    return hash.result().toBase64().toStdString();
}

} // namespace postern

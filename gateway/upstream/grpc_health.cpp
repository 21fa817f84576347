#include "gateway/upstream/grpc_health.h"

#include <cstdint>
#include <optional>

namespace postern {

namespace {

// Protobuf's wire types; the two for groups are of no message here.
enum class WireType : unsigned char { Varint = 0, Eight = 1, Bytes = 2, Four = 5 };

constexpr std::size_t kMessageHead = 5; ///< whether it is compressed, and its length
constexpr std::uint64_t kServiceField = 1;
constexpr std::uint64_t kStatusField = 1;
// HealthCheckResponse.ServingStatus
constexpr std::uint64_t kServing = 1;
constexpr std::uint64_t kNotServing = 2;
constexpr std::uint64_t kServiceUnknown = 3;

void appendVarint(std::string& out, std::uint64_t value)
{
    for (; value >= 0x80; value >>= 7)
        out += static_cast<char>((value & 0x7f) | 0x80);
    out += static_cast<char>(value);
}

/// Reads a message's fields; stops at the first fault.
class FieldReader
{
public:
    explicit FieldReader(std::string_view bytes) : m_bytes(bytes) {}

    [[nodiscard]] bool atEnd() const { return m_bytes.empty(); }
    [[nodiscard]] std::optional<std::uint64_t> varint()
    {
        std::uint64_t value = 0;
        for (unsigned shift = 0; shift < 70 && !m_bytes.empty(); shift += 7) {
            const auto byte = static_cast<unsigned char>(m_bytes.front());
            m_bytes.remove_prefix(1);
            value |= shift < 64 ? std::uint64_t{byte & 0x7fU} << shift : 0;
            if (byte < 0x80)
                return value;
        }
        return std::nullopt;
    }
    [[nodiscard]] bool skip(std::uint64_t size)
    {
        if (size > m_bytes.size())
            return false;
        m_bytes.remove_prefix(static_cast<std::size_t>(size));
        return true;
    }
    [[nodiscard]] bool skipField(WireType type)
    {
        switch (type) {
        case WireType::Varint:
            return varint().has_value();
        case WireType::Eight:
            return skip(8);
        case WireType::Bytes: {
            const auto size = varint();
            return size && skip(*size);
        }
        case WireType::Four:
            return skip(4);
        }
        return false;
    }

private:
    std::string_view m_bytes;
};

/// The one message of \a body; nothing where there is none, more than one, or it is compressed, which was not
/// asked for.
std::optional<std::string_view> messageOf(std::string_view body)
{
    if (body.size() < kMessageHead || body.front() != 0)
        return std::nullopt;
    std::size_t size = 0;
    for (const char byte : body.substr(1, 4))
        size = size << 8 | static_cast<unsigned char>(byte);
    body.remove_prefix(kMessageHead);
    return body.size() == size ? std::optional(body) : std::nullopt;
}

/// Nothing where \a message is none. Of a field that comes twice the last counts.
std::optional<std::uint64_t> servingStatus(std::string_view message)
{
    std::uint64_t status = 0;
    FieldReader reader(message);
    while (!reader.atEnd()) {
        const auto tag = reader.varint();
        if (!tag || *tag >> 3 == 0)
            return std::nullopt;
        const auto type = static_cast<WireType>(*tag & 7);
        if (*tag >> 3 != kStatusField || type != WireType::Varint) {
            if (!reader.skipField(type))
                return std::nullopt;
            continue;
        }
        const auto value = reader.varint();
        if (!value)
            return std::nullopt;
        status = *value;
    }
    return status;
}

} // namespace

std::string grpcHealthRequest(std::string_view service)
{
    std::string message;
    if (!service.empty()) {
        appendVarint(message, kServiceField << 3 | static_cast<std::uint64_t>(WireType::Bytes));
        appendVarint(message, service.size());
        message += service;
    }
    std::string out(1, '\0');
    for (int shift = 24; shift >= 0; shift -= 8)
        out += static_cast<char>(message.size() >> shift & 0xff);
    return out + message;
}

QString grpcHealthFault(std::string_view body)
{
    const auto message = messageOf(body);
    const auto status = message ? servingStatus(*message) : std::nullopt;
    if (!status)
        return QStringLiteral("what it answers is no health message");
    switch (*status) {
    case kServing:
        return {};
    case kNotServing:
        return QStringLiteral("it answers NOT_SERVING");
    case kServiceUnknown:
        return QStringLiteral("it answers SERVICE_UNKNOWN");
    default:
        return QStringLiteral("it answers UNKNOWN");
    }
}

} // namespace postern

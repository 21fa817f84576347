#include "gateway/proxy/hash_key.h"

#include "gateway/http/request_head.h"
#include "gateway/policy/policy_context.h"
#include "gateway/upstream/balancer_hint.h"

namespace postern {

namespace {

/// The first cookie called \a name (RFC 6265 §4.2.1: `name=value; name=value`).
std::optional<std::string_view> cookie(const Headers& headers, std::string_view name)
{
    for (const Header& header : headers) {
        if (header.id != HeaderId::Cookie)
            continue;
        std::string_view rest = header.value;
        while (!rest.empty()) {
            const std::size_t end = rest.find(';');
            std::string_view pair = rest.substr(0, end);
            rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
            pair.remove_prefix(std::min(pair.find_first_not_of(" \t"), pair.size()));
            if (pair.size() > name.size() && pair.starts_with(name) && pair[name.size()] == '=')
                return pair.substr(name.size() + 1);
        }
    }
    return std::nullopt;
}

} // namespace

Result<HashKey> HashKey::parse(const QString& text)
{
    HashKey key;
    if (text.startsWith(QLatin1StringView("cookie."))) {
        key.m_cookie = text.mid(7).toStdString();
        return key;
    }
    auto attribute = Attribute::parse(text);
    if (!attribute)
        return failure(attribute.error());
    key.m_attribute = std::move(*attribute);
    return key;
}

std::optional<std::uint64_t> HashKey::of(const PolicyContext& context) const
{
    const auto value = m_attribute ? m_attribute->of(context) : cookie(context.request->headers, m_cookie);
    if (!value || value->empty())
        return std::nullopt;
    return balancerHash(*value);
}

} // namespace postern

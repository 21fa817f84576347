#include "gateway/policy/attribute.h"

#include "gateway/http/headers.h"
#include "gateway/http/request_head.h"
#include "gateway/policy/policy_context.h"

#include <utility>

namespace postern {

Result<Attribute> Attribute::parse(const QString& text)
{
    static constexpr std::pair<const char*, Kind> plain[] = {
        {"address", Kind::Address}, {"caller", Kind::Caller},        {"api", Kind::Api},
        {"route", Kind::Route},     {"request_id", Kind::RequestId},
    };
    for (const auto& [name, kind] : plain)
        if (text == QLatin1StringView(name))
            return Attribute(kind, {});
    static constexpr std::pair<const char*, Kind> named[] = {{"jwt.", Kind::Claim},
                                                             {"header.", Kind::Header}};
    for (const auto& [prefix, kind] : named) {
        const QLatin1StringView start(prefix);
        if (text.startsWith(start) && text.size() > start.size())
            return Attribute(kind, text.mid(start.size()).toStdString());
    }
    return failure(Error::invalid(
        QStringLiteral(
            "expected address, caller, api, route, request_id, jwt.CLAIM or header.NAME, found '%1'")
            .arg(text)));
}

std::optional<std::string_view> Attribute::of(const PolicyContext& context) const
{
    const auto known = [](std::string_view value) {
        return value.empty() ? std::nullopt : std::optional(value);
    };
    switch (m_kind) {
    case Kind::Address:
        return known(context.clientAddress);
    case Kind::Caller:
        return context.identity ? known(context.identity->caller) : std::nullopt;
    case Kind::Api:
        return context.api;
    case Kind::Route:
        return context.route;
    case Kind::RequestId:
        return known(context.requestId);
    case Kind::Claim:
        return context.identity ? context.identity->claim(m_name) : std::nullopt;
    case Kind::Header:
        if (const ::postern::Header* field = context.request->headers.find(m_name))
            return field->value;
        return std::nullopt;
    }
    Q_UNREACHABLE();
}

} // namespace postern

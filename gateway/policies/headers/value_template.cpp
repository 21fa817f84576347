#include "gateway/policies/headers/value_template.h"

#include "gateway/http/arena.h"
#include "gateway/http/headers.h"
#include "gateway/policy/policy_context.h"

#include <cstring>

namespace postern {

Result<ValueTemplate> ValueTemplate::parse(const QString& text)
{
    ValueTemplate parsed;
    qsizetype position = 0;
    while (position < text.size()) {
        const qsizetype start = text.indexOf(QLatin1StringView("${"), position);
        const QString literal = text.mid(position, start < 0 ? -1 : start - position);
        if (!literal.isEmpty())
            parsed.m_parts.push_back({literal.toStdString(), std::nullopt});
        if (start < 0)
            break;
        const qsizetype end = text.indexOf(u'}', start);
        if (end < 0)
            return failure(
                Error::invalid(QStringLiteral("'%1' has a variable without its closing brace").arg(text)));
        auto attribute = Attribute::parse(text.mid(start + 2, end - start - 2));
        if (!attribute)
            return failure(attribute.error());
        parsed.m_parts.push_back({{}, std::move(*attribute)});
        position = end + 1;
    }
    return parsed;
}

std::optional<std::string_view> ValueTemplate::of(PolicyContext& context) const
{
    if (m_parts.empty())
        return std::string_view();
    if (m_parts.size() == 1 && !m_parts.front().attribute)
        return std::string_view(m_parts.front().literal);

    std::size_t size = 0;
    for (const Part& part : m_parts) {
        const auto value =
            part.attribute ? part.attribute->of(context) : std::optional<std::string_view>(part.literal);
        if (!value)
            return std::nullopt;
        size += value->size();
    }
    char* const room = context.arena->allocate(size);
    char* next = room;
    for (const Part& part : m_parts) {
        const std::string_view value = part.attribute ? *part.attribute->of(context) : part.literal;
        std::memcpy(next, value.data(), value.size());
        next += value.size();
    }
    const std::string_view whole(room, size);
    return isFieldValue(whole) ? std::optional(whole) : std::nullopt;
}

} // namespace postern

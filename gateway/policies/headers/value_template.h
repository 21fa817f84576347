#pragma once

#include "gateway/policy/attribute.h"

#include <QString>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace postern {

/// A field's value with variables, `user=${caller}`, parsed once. Immutable.
class ValueTemplate
{
public:
    /// Error: an unclosed or unknown variable.
    static Result<ValueTemplate> parse(const QString& text);

    /// The value for this exchange, in its arena (or the template's own bytes where nothing varies). nullopt
    /// when a variable is unknown for this request, or the value would not fit a header field.
    [[nodiscard]] std::optional<std::string_view> of(PolicyContext& context) const;

private:
    struct Part
    {
        std::string literal;
        std::optional<Attribute> attribute;
    };
    std::vector<Part> m_parts;
};

} // namespace postern

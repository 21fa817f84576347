#pragma once

#include "gateway/policy/attribute.h"

#include <cstdint>

namespace postern {

/// The document's `hashOn`: what of a request decides which endpoint it goes to. Parsed once, read for each
/// request without allocating. Immutable.
class HashKey
{
public:
    /// \a text: `address`, `caller`, `jwt.CLAIM`, `header.NAME` or `cookie.NAME`.
    static Result<HashKey> parse(const QString& text);

    /// Nothing when this request has no such thing, or an empty one.
    [[nodiscard]] std::optional<std::uint64_t> of(const PolicyContext& context) const;

private:
    HashKey() = default;

    std::optional<Attribute> m_attribute; ///< none: the cookie
    std::string m_cookie;
};

} // namespace postern

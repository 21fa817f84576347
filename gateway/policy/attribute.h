#pragma once

#include "models/base/result.h"

#include <QString>

#include <optional>
#include <string>
#include <string_view>

namespace postern {

struct PolicyContext;

/// Something an exchange is known by, named in a document: a rate limit's key, a variable in a header's
/// value. Parsed once, read for each request without allocating.
class Attribute
{
public:
    enum class Kind : unsigned char {
        Address,   ///< `address`: the client's, after trusted proxies
        Caller,    ///< `caller`
        Api,       ///< `api`
        Route,     ///< `route`
        RequestId, ///< `request_id`
        Claim,     ///< `jwt.NAME`
        Header     ///< `header.NAME`
    };

    /// Error (without place): \a text names no attribute; the message lists those there are.
    static Result<Attribute> parse(const QString& text);

    [[nodiscard]] Kind kind() const { return m_kind; }
    /// The claim's or field's name.
    [[nodiscard]] const std::string& name() const { return m_name; }

    /// nullopt when this request has none. Valid until the exchange ends.
    [[nodiscard]] std::optional<std::string_view> of(const PolicyContext& context) const;

private:
    Attribute(Kind kind, std::string name) : m_name(std::move(name)), m_kind(kind) {}

    std::string m_name;
    Kind m_kind;
};

} // namespace postern

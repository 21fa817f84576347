#pragma once

#include "models/base/result.h"

#include <QString>

#include <vector>

namespace postern {

/// A route's path, taken apart: `/v1/accounts/{id}`, `/v1/events/**`. `/` alone has no segments.
struct PathTemplate
{
    struct Segment
    {
        enum class Kind { Literal, Variable, Rest };
        Kind kind = Kind::Literal;
        QString text; ///< the literal (as written: percent-encoded in upper case), or the variable's name

        friend bool operator==(const Segment&, const Segment&) = default;
    };
    std::vector<Segment> segments; ///< Rest only at the end

    /// The same requests match: variables' names aside.
    [[nodiscard]] bool sameShape(const PathTemplate& other) const;
    static Result<PathTemplate> parse(QStringView text);
};

} // namespace postern

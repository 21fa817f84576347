#pragma once

#include <QByteArray>
#include <QJsonValue>

namespace postern {

/// RFC 8785 (JSON Canonicalization Scheme): no spaces, keys sorted by UTF-16 code units, numbers as
/// ECMAScript writes them, UTF-8. Numbers must be finite, which JSON values are.
[[nodiscard]] QByteArray canonicalJson(const QJsonValue& value);

/// A number as ECMAScript's Number::toString writes it: 1e+21, 1e-7, 0.000001, 100.
[[nodiscard]] QByteArray canonicalNumber(double number);

} // namespace postern

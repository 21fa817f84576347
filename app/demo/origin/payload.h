#pragma once

#include <QByteArray>

namespace postern::demo {

/// A payment card number that no bank has issued: of the test ranges, with its Luhn digit. Always the same
/// for the same \a seed.
[[nodiscard]] QByteArray testCardNumber(quint32 seed);
/// Whether the Luhn checksum (ISO/IEC 7812-1, annex B) holds.
[[nodiscard]] bool luhnHolds(const QByteArray& digits);

/// What the API \a name answers to a request for \a path: JSON that depends on these alone.
[[nodiscard]] QByteArray payloadFor(const QByteArray& name, const QByteArray& path);

} // namespace postern::demo

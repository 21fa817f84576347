#pragma once

#include <QByteArray>

#include <string_view>

namespace postern::test {

/// A view as something QCOMPARE can show.
inline QByteArray bytes(std::string_view text) { return {text.data(), static_cast<qsizetype>(text.size())}; }

/// The bytes of a table's QByteArray as the parsers take them.
inline std::string_view view(const QByteArray& bytes)
{
    return {bytes.constData(), static_cast<std::size_t>(bytes.size())};
}

} // namespace postern::test

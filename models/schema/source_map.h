#pragma once

#include "models/schema/node.h"

#include <QByteArray>

#include <vector>

namespace postern {

/// Turns libyaml's marks, which count characters, into bytes, lines and columns of the text. Lines end at a
/// line feed, as editors and compilers count them (libyaml also counts U+2028 and others). Lives for one
/// reading.
class SourceMap
{
public:
    explicit SourceMap(const QByteArray& text);

    [[nodiscard]] Mark at(std::size_t character) const;
    [[nodiscard]] Mark atByte(qsizetype offset) const;

private:
    const QByteArray& m_text;
    qsizetype m_start;              ///< past a byte order mark, which is no character of the text
    std::vector<quint32> m_lines;   ///< each line's first character
    std::vector<quint32> m_offsets; ///< each character's first byte; empty where each is one byte
};

/// 3 where \a text starts with UTF-8's byte order mark, else 0.
[[nodiscard]] qsizetype byteOrderMarkLength(const QByteArray& text);
/// The offset of the first byte that is not UTF-8 (RFC 3629: overlong forms and surrogates are not), or -1.
[[nodiscard]] qsizetype firstInvalidUtf8(const QByteArray& text);

} // namespace postern

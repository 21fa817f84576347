#include "models/schema/source_map.h"

#include <algorithm>

namespace postern {

namespace {

bool isContinuation(char byte) { return (quint8(byte) & 0xc0) == 0x80; }

/// The length of the valid sequence at \a at, or 0. RFC 3629 §4.
qsizetype sequenceLength(const QByteArray& text, qsizetype at)
{
    const auto byte = [&](qsizetype i) { return i < text.size() ? quint8(text[i]) : quint8(0); };
    const quint8 lead = byte(at);
    if (lead < 0x80)
        return 1;
    const qsizetype length = lead >= 0xc2 && lead <= 0xdf   ? 2
                             : (lead & 0xf0) == 0xe0        ? 3
                             : lead >= 0xf0 && lead <= 0xf4 ? 4
                                                            : 0;
    if (length == 0 || at + length > text.size())
        return 0;
    for (qsizetype i = 1; i < length; ++i)
        if (!isContinuation(text[at + i]))
            return 0;
    const quint8 second = byte(at + 1);
    const bool wrong = (lead == 0xe0 && second < 0xa0) || (lead == 0xed && second > 0x9f) ||
                       (lead == 0xf0 && second < 0x90) || (lead == 0xf4 && second > 0x8f);
    return wrong ? 0 : length;
}

} // namespace

qsizetype firstInvalidUtf8(const QByteArray& text)
{
    for (qsizetype at = 0; at < text.size();) {
        const qsizetype length = sequenceLength(text, at);
        if (length == 0)
            return at;
        at += length;
    }
    return -1;
}

qsizetype byteOrderMarkLength(const QByteArray& text) { return text.startsWith("\xef\xbb\xbf") ? 3 : 0; }

SourceMap::SourceMap(const QByteArray& text) : m_text(text), m_start(byteOrderMarkLength(text))
{
    const bool ascii =
        std::all_of(text.begin() + m_start, text.end(), [](char c) { return quint8(c) < 0x80; });
    m_lines.push_back(0);
    quint32 character = 0;
    for (qsizetype i = m_start; i < text.size(); ++i) {
        if (isContinuation(text[i]))
            continue;
        if (!ascii)
            m_offsets.push_back(quint32(i));
        ++character;
        if (text[i] == '\n')
            m_lines.push_back(character);
    }
    if (!ascii)
        m_offsets.push_back(quint32(text.size()));
}

Mark SourceMap::at(std::size_t character) const
{
    const std::size_t last = m_offsets.empty() ? std::size_t(m_text.size() - m_start) : m_offsets.size() - 1;
    character = std::min(character, last);
    const auto line = std::upper_bound(m_lines.begin(), m_lines.end(), quint32(character)) - 1;
    return {.line = int(line - m_lines.begin()) + 1,
            .column = int(character - *line) + 1,
            .offset = m_offsets.empty() ? m_start + qsizetype(character) : qsizetype(m_offsets[character])};
}

Mark SourceMap::atByte(qsizetype offset) const
{
    if (m_offsets.empty())
        return at(std::size_t(std::max<qsizetype>(0, offset - m_start)));
    const auto character = std::lower_bound(m_offsets.begin(), m_offsets.end(), quint32(offset));
    return at(std::size_t(character - m_offsets.begin()));
}

} // namespace postern

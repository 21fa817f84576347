#pragma once

#include "gateway/telemetry/json_text.h"

#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace postern {

/// Writes many short texts behind a string that was made large enough beforehand; its end cuts the string to
/// what was used. Purpose: heads and log lines are a hundred short texts, and a string's append() costs more
/// than most of them. The caller sees to the room.
class TextTail
{
public:
    /// At most \a most bytes will follow \a out.
    TextTail(std::string& out, std::size_t most) : m_out(out)
    {
        const std::size_t before = out.size();
        out.resize(before + most);
        m_at = out.data() + before;
    }
    TextTail(const TextTail&) = delete;
    TextTail& operator=(const TextTail&) = delete;
    ~TextTail() { m_out.resize(static_cast<std::size_t>(m_at - m_out.data())); }

    TextTail& operator<<(std::string_view text)
    {
        copy(text.data(), text.size());
        return *this;
    }
    template<std::size_t Size>
    TextTail& operator<<(const char (&literal)[Size])
    {
        std::memcpy(m_at, literal, Size - 1); // of a known size: no call
        m_at += Size - 1;
        return *this;
    }
    TextTail& operator<<(char c)
    {
        *m_at++ = c;
        return *this;
    }
    void number(std::uint64_t value) { m_at = std::to_chars(m_at, m_at + 20, value).ptr; }
    /// \a text as the inside of a JSON string, at most six bytes for one: see writeJsonText().
    void json(std::string_view text) { m_at = writeJsonText(m_at, text); }

private:
    /// Most texts have between 4 and 32 bytes: for them two moves, which may overlap, are cheaper than a
    /// call.
    void copy(const char* from, std::size_t size)
    {
        if (size > 32) {
            std::memcpy(m_at, from, size);
        } else if (size >= 16) {
            move<16>(from, size);
        } else if (size >= 8) {
            move<8>(from, size);
        } else if (size >= 4) {
            move<4>(from, size);
        } else {
            for (std::size_t i = 0; i < size; ++i)
                m_at[i] = from[i];
        }
        m_at += size;
    }
    template<std::size_t Half>
    void move(const char* from, std::size_t size)
    {
        std::array<char, Half> first;
        std::array<char, Half> last;
        std::memcpy(first.data(), from, Half);
        std::memcpy(last.data(), from + size - Half, Half);
        std::memcpy(m_at, first.data(), Half);
        std::memcpy(m_at + size - Half, last.data(), Half);
    }

    std::string& m_out;
    char* m_at;
};

} // namespace postern

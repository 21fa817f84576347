#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace postern {

/// What a byte may be part of, by table. A byte has several classes.
enum CharacterClass : std::uint8_t {
    kTokenCharacter = 1, ///< tchar (RFC 9110 §5.6.2)
    kPathCharacter = 2,  ///< pchar (RFC 3986 §3.3) but for `%` and `;`
    kQueryCharacter = 4, ///< what a query may hold unescaped: see parseTarget()
    kHostCharacter = 8,  ///< reg-name (RFC 3986 §3.2.2) but for `%` and `,`
    kHexDigit = 16,
    kUnreserved = 32,    ///< RFC 3986 §2.3
    kValueCharacter = 64 ///< field-content, SP and HTAB (RFC 9110 §5.5)
};

namespace detail {

constexpr std::array<std::uint8_t, 256> makeCharacterClasses()
{
    std::array<std::uint8_t, 256> table{};
    const auto mark = [&table](std::string_view characters, unsigned classes) {
        for (const char c : characters) {
            auto& entry = table[static_cast<unsigned char>(c)];
            entry = static_cast<std::uint8_t>(entry | classes);
        }
    };
    mark("0123456789abcdefABCDEF", kHexDigit);
    mark("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
         kTokenCharacter | kPathCharacter | kHostCharacter | kUnreserved);
    mark("-._~", kTokenCharacter | kPathCharacter | kHostCharacter | kUnreserved);
    mark("!$&'*+", kTokenCharacter | kPathCharacter | kHostCharacter);
    mark("#%^`|", kTokenCharacter);
    mark("()=", kPathCharacter | kHostCharacter);
    mark(",:@", kPathCharacter);
    mark(";", kHostCharacter);
    for (unsigned c = 0x21; c < 0x7f; ++c) {
        const unsigned query = c == '#' || c == '%' ? 0U : unsigned{kQueryCharacter};
        table[c] = static_cast<std::uint8_t>(table[c] | kValueCharacter | query);
    }
    mark(" \t", kValueCharacter);
    for (unsigned c = 0x80; c < 0x100; ++c) // obs-text
        table[c] = static_cast<std::uint8_t>(table[c] | kValueCharacter);
    return table;
}

inline constexpr std::array<std::uint8_t, 256> kCharacterClasses = makeCharacterClasses();

} // namespace detail

[[nodiscard]] constexpr bool is(char character, CharacterClass wanted)
{
    return (detail::kCharacterClasses[static_cast<unsigned char>(character)] & wanted) != 0;
}

[[nodiscard]] constexpr bool allAre(std::string_view text, CharacterClass wanted)
{
    for (const char c : text) {
        if (!is(c, wanted))
            return false;
    }
    return true;
}

[[nodiscard]] constexpr char toLower(char c)
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
}

/// The value of a hexadecimal digit.
[[nodiscard]] constexpr unsigned hexValue(char digit)
{
    return digit <= '9' ? static_cast<unsigned>(digit - '0')
                        : static_cast<unsigned>((digit | 0x20) - 'a' + 10);
}

[[nodiscard]] constexpr std::string_view trimmed(std::string_view text)
{
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t'))
        text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t'))
        text.remove_suffix(1);
    return text;
}

} // namespace postern

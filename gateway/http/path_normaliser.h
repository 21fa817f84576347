#pragma once

#include "gateway/http/refusal.h"

#include <cstddef>
#include <string_view>

namespace postern {

/// The slow half of normalisePath(), for paths with escapes or dot segments: writes the normal form into a
/// buffer that is at least as long as the input, which it never outgrows. Lives for one call.
class PathNormaliser
{
public:
    explicit PathNormaliser(char* out) : m_begin(out), m_end(out) {}

    [[nodiscard]] Refusal run(std::string_view path);
    [[nodiscard]] std::size_t size() const { return static_cast<std::size_t>(m_end - m_begin); }

private:
    [[nodiscard]] Refusal segment(std::string_view text);
    [[nodiscard]] Refusal escape(std::string_view& text);
    [[nodiscard]] Refusal utf8(unsigned lead, std::string_view& text);
    [[nodiscard]] Refusal endSegment(bool last);
    void putEscape(unsigned byte);

    char* m_begin;
    char* m_end;
    char* m_segment = nullptr; // where the current one began, behind its slash
};

/// What is wrong with a character that a path may not hold.
[[nodiscard]] Refusal pathCharacterFault(char character);

} // namespace postern

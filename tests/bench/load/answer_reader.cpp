#include "tests/bench/load/answer_reader.h"

#include <algorithm>
#include <cctype>
#include <charconv>

namespace postern::bench {

namespace {

std::string lower(std::string_view text)
{
    std::string out(text);
    std::ranges::transform(out, out.begin(), [](unsigned char c) { return char(std::tolower(c)); });
    return out;
}

std::string_view valueOf(std::string_view head, std::string_view name)
{
    const std::size_t at = head.find(name);
    if (at == std::string_view::npos)
        return {};
    std::string_view value = head.substr(at + name.size());
    value = value.substr(0, value.find('\r'));
    value.remove_prefix(std::min(value.find_first_not_of(' '), value.size()));
    return value;
}

} // namespace

void AnswerReader::reset()
{
    m_head.clear();
    m_inBody = false;
    m_closes = false;
    m_status = 0;
    m_left = 0;
}

AnswerReader::State AnswerReader::readHead(std::string_view head)
{
    constexpr std::string_view version = "HTTP/1.1 ";
    if (!head.starts_with(version))
        return State::Unusable;
    std::from_chars(head.data() + version.size(), head.data() + head.size(), m_status);
    const std::string folded = lower(head);
    m_closes = valueOf(folded, "\r\nconnection:") == "close";
    if (m_status == 204 || m_status == 304)
        return State::Done;
    const std::string_view length = valueOf(folded, "\r\ncontent-length:");
    if (std::from_chars(length.data(), length.data() + length.size(), m_left).ec != std::errc())
        return State::Unusable;
    return State::NeedMore;
}

AnswerReader::State AnswerReader::take(std::string_view bytes)
{
    if (!m_inBody) {
        m_head.append(bytes);
        const std::size_t end = m_head.find("\r\n\r\n");
        if (end == std::string::npos)
            return State::NeedMore;
        if (readHead(std::string_view(m_head).substr(0, end + 2)) == State::Unusable)
            return State::Unusable;
        m_inBody = true;
        const std::size_t body = m_head.size() - end - 4;
        if (body > m_left)
            return State::Unusable;
        m_left -= body;
    } else {
        if (bytes.size() > m_left)
            return State::Unusable;
        m_left -= bytes.size();
    }
    return m_left == 0 ? State::Done : State::NeedMore;
}

} // namespace postern::bench

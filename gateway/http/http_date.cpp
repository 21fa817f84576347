#include "gateway/http/http_date.h"

#include <cstring>

namespace postern {

std::string_view HttpDate::at(std::chrono::system_clock::time_point now)
{
    using namespace std::chrono;
    const sys_seconds second = floor<seconds>(now);
    if (second == m_second)
        return {m_text.data(), m_text.size()};
    m_second = second;
    constexpr std::string_view kDays = "SunMonTueWedThuFriSat";
    constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
    const sys_days day = floor<days>(second);
    const year_month_day date(day);
    const hh_mm_ss time(second - day);
    const auto number = [this](std::size_t at, std::size_t digits, long value) {
        for (std::size_t i = digits; i > 0; --i, value /= 10)
            m_text[at + i - 1] = static_cast<char>('0' + value % 10);
    };
    std::memcpy(m_text.data(), "Sun, 01 Jan 2000 00:00:00 GMT", m_text.size());
    kDays.copy(m_text.data(), 3, weekday(day).c_encoding() * 3U);
    number(5, 2, static_cast<long>(static_cast<unsigned>(date.day())));
    kMonths.copy(m_text.data() + 8, 3, (static_cast<unsigned>(date.month()) - 1) * 3U);
    number(12, 4, static_cast<int>(date.year()));
    number(17, 2, time.hours().count());
    number(20, 2, time.minutes().count());
    number(23, 2, time.seconds().count());
    return {m_text.data(), m_text.size()};
}

} // namespace postern

#include "models/schema/units.h"

#include <limits>

namespace postern {

using namespace Qt::StringLiterals;

namespace {

struct Unit
{
    QLatin1StringView name;
    qint64 size;
};

// Largest first, so that formatting finds the largest that divides. Hours and days are what clocks call them.
constexpr Unit durationUnits[] = {
    {"d"_L1, 86'400'000}, {"h"_L1, 3'600'000}, {"m"_L1, 60'000}, {"s"_L1, 1'000}, {"ms"_L1, 1}};
constexpr Unit sizeUnits[] = {
    {"GiB"_L1, 1LL << 30}, {"MiB"_L1, 1LL << 20}, {"KiB"_L1, 1LL << 10}, {"B"_L1, 1}};

template<std::size_t N>
std::optional<qint64> parse(QStringView text, const Unit (&units)[N])
{
    // Past 2^53 a JSON number is no longer exact, and the hash stands on JSON.
    constexpr qint64 largest = 1LL << 53;
    qsizetype digits = 0;
    qint64 number = 0;
    while (digits < text.size() && text[digits] >= u'0' && text[digits] <= u'9') {
        number = number * 10 + (text[digits].unicode() - u'0');
        if (number > largest)
            return std::nullopt;
        ++digits;
    }
    if (digits == 0 || (digits > 1 && text[0] == u'0'))
        return std::nullopt;
    for (const Unit& unit : units)
        if (text.mid(digits) == unit.name)
            return number <= largest / unit.size ? std::optional(number * unit.size) : std::nullopt;
    return std::nullopt;
}

template<std::size_t N>
QString format(qint64 value, const Unit (&units)[N])
{
    for (const Unit& unit : units)
        if (value % unit.size == 0)
            return QString::number(value / unit.size) + unit.name;
    return {};
}

} // namespace

std::optional<std::chrono::milliseconds> parseDuration(QStringView text)
{
    const auto value = parse(text, durationUnits);
    return value ? std::optional(std::chrono::milliseconds(*value)) : std::nullopt;
}

QString formatDuration(std::chrono::milliseconds duration)
{
    return duration.count() == 0 ? u"0s"_s : format(duration.count(), durationUnits);
}

std::optional<Bytes> parseBytes(QStringView text)
{
    const auto value = parse(text, sizeUnits);
    return value ? std::optional(Bytes{quint64(*value)}) : std::nullopt;
}

QString formatBytes(Bytes bytes)
{
    return bytes.count == 0 ? u"0B"_s : format(qint64(bytes.count), sizeUnits);
}

} // namespace postern

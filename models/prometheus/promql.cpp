#include "models/prometheus/promql.h"

#include <QLocale>

#include <algorithm>
#include <array>

namespace postern::promql {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

struct Unit
{
    const char* name;
    qint64 ms;
};

// As in model.ParseDuration of Prometheus: largest first, each at most once.
constexpr std::array kUnits{
    Unit{"y", 31'536'000'000}, Unit{"w", 604'800'000}, Unit{"d", 86'400'000}, Unit{"h", 3'600'000},
    Unit{"m", 60'000},         Unit{"s", 1000},        Unit{"ms", 1}};

QString aggregated(const char* operation, const QStringList& labels, const QString& expression)
{
    return QStringLiteral("%1 by (%2) (%3)")
        .arg(QLatin1String(operation), labels.join(QLatin1String(", ")), expression);
}

} // namespace

QString quoted(QStringView text)
{
    QString result;
    result.reserve(text.size() + 2);
    result += QLatin1Char('"');
    for (const QChar c : text) {
        switch (c.unicode()) {
        case u'"':
            result += QLatin1String("\\\"");
            break;
        case u'\\':
            result += QLatin1String("\\\\");
            break;
        default:
            // Go's escapes: control characters have no place in a literal as they are.
            if (c.unicode() < 0x20 || c.unicode() == 0x7F)
                result += QStringLiteral("\\x%1").arg(c.unicode(), 2, 16, QLatin1Char('0'));
            else
                result += c;
        }
    }
    result += QLatin1Char('"');
    return result;
}

QString escapedForRegex(QStringView text)
{
    QString result;
    for (const QChar c : text) {
        if (QStringLiteral("\\.+*?()|[]{}^$").contains(c))
            result += QLatin1Char('\\');
        result += c;
    }
    return result;
}

QString duration(milliseconds duration)
{
    qint64 rest = duration.count();
    if (rest <= 0)
        return QStringLiteral("0s");
    QString result;
    for (const Unit& unit : kUnits) {
        // Years and weeks only by themselves: `30d` is read more easily than `4w2d`.
        const bool whole = unit.ms > 86'400'000;
        if (rest < unit.ms || (whole && rest % unit.ms != 0))
            continue;
        result += QString::number(rest / unit.ms) + QLatin1String(unit.name);
        rest %= unit.ms;
    }
    return result;
}

std::optional<milliseconds> parseDuration(QStringView text)
{
    if (text == QLatin1String("0"))
        return milliseconds(0);
    qint64 total = 0;
    std::size_t next = 0;
    while (!text.isEmpty()) {
        qsizetype digits = 0;
        while (digits < text.size() && text[digits] >= u'0' && text[digits] <= u'9')
            ++digits;
        bool number = false;
        const qint64 count = text.first(digits).toLongLong(&number);
        qsizetype letters = digits;
        while (letters < text.size() && !text[letters].isDigit())
            ++letters;
        const QStringView name = text.sliced(digits, letters - digits);
        const auto unit = std::find_if(kUnits.begin() + static_cast<std::ptrdiff_t>(next), kUnits.end(),
                                       [name](const Unit& u) { return name == QLatin1String(u.name); });
        if (!number || unit == kUnits.end() || count > 1'000'000'000 ||
            count * (unit->ms / 1000) > 9'000'000'000)
            return std::nullopt;
        total += count * unit->ms;
        next = static_cast<std::size_t>(unit - kUnits.begin()) + 1;
        text = text.sliced(letters);
    }
    return next == 0 ? std::nullopt : std::optional(milliseconds(total));
}

Selector Selector::with(const QString& label, const char* comparison, const QString& value) const
{
    Selector result = *this;
    result.m_matchers.append(label + QLatin1String(comparison) + quoted(value));
    return result;
}

Selector Selector::is(const QString& label, const QString& value) const { return with(label, "=", value); }

Selector Selector::isNot(const QString& label, const QString& value) const
{
    return with(label, "!=", value);
}

Selector Selector::matches(const QString& label, const QString& regex) const
{
    return with(label, "=~", regex);
}

Selector Selector::matchesNot(const QString& label, const QString& regex) const
{
    return with(label, "!~", regex);
}

Selector Selector::isOneOf(const QString& label, const QStringList& values) const
{
    QStringList escaped;
    for (const QString& value : values)
        escaped.append(escapedForRegex(value));
    return matches(label, escaped.join(QLatin1Char('|')));
}

Selector Selector::having(const QString& matchers) const
{
    Selector result = *this;
    result.m_matchers.append(matchers);
    return result;
}

QString Selector::text() const
{
    if (m_matchers.isEmpty())
        return m_metric;
    return m_metric + QLatin1Char('{') + m_matchers.join(QLatin1Char(',')) + QLatin1Char('}');
}

QString over(const QString& selector, seconds window)
{
    return selector + QLatin1Char('[') + duration(window) + QLatin1Char(']');
}

QString rate(const QString& selector, seconds window)
{
    return QStringLiteral("rate(%1)").arg(over(selector, window));
}

QString increase(const QString& selector, seconds window)
{
    return QStringLiteral("increase(%1)").arg(over(selector, window));
}

QString sumBy(const QStringList& labels, const QString& expression)
{
    return aggregated("sum", labels, expression);
}

QString maxBy(const QStringList& labels, const QString& expression)
{
    return aggregated("max", labels, expression);
}

QString histogramQuantile(double quantile, const QString& buckets)
{
    return QStringLiteral("histogram_quantile(%1, %2)")
        .arg(QString::number(quantile, 'g', QLocale::FloatingPointShortest), buckets);
}

QString tagged(const QString& expression, const QString& label, const QString& value)
{
    // `$` would name a group of the (empty) match.
    QString plain = value;
    plain.replace(QLatin1Char('$'), QLatin1String("$$"));
    return QStringLiteral("label_replace(%1, %2, %3, \"\", \"\")")
        .arg(expression, quoted(label), quoted(plain));
}

QString together(const QStringList& expressions) { return expressions.join(QLatin1String(" or ")); }

seconds rateWindow(milliseconds scrapeInterval)
{
    return std::max(seconds(4), std::chrono::ceil<seconds>(4 * scrapeInterval));
}

seconds stepFor(seconds range, int points, milliseconds scrapeInterval)
{
    constexpr std::array<qint64, 21> kRound{1,    2,    5,     10,    15,    20,    30,
                                            60,   120,  300,   600,   900,   1200,  1800,
                                            3600, 7200, 10800, 14400, 21600, 43200, 86400};
    const qint64 wanted = std::max<qint64>({(range.count() + points - 1) / std::max(points, 1),
                                            std::chrono::ceil<seconds>(scrapeInterval).count(), 1});
    const auto round = std::lower_bound(kRound.begin(), kRound.end(), wanted);
    if (round != kRound.end())
        return seconds(*round);
    return seconds((wanted + kRound.back() - 1) / kRound.back() * kRound.back());
}

} // namespace postern::promql

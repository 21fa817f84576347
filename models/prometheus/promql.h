#pragma once

#include <QString>
#include <QStringList>

#include <chrono>
#include <optional>
#include <utility>
#include <vector>

/// Expressions of PromQL as text, built so that no label's value can ever become syntax.
namespace postern::promql {

/// \a text as a double-quoted literal.
[[nodiscard]] QString quoted(QStringView text);
/// \a text with every sign that RE2 reads as syntax escaped.
[[nodiscard]] QString escapedForRegex(QStringView text);
/// `5m`, `1h30m`, `250ms`: as Prometheus writes durations; 0 is `0s`.
[[nodiscard]] QString duration(std::chrono::milliseconds duration);
/// The reverse; none for what is no duration.
[[nodiscard]] std::optional<std::chrono::milliseconds> parseDuration(QStringView text);

/// `metric{label="value",…}`
class Selector
{
public:
    explicit Selector(const QString& metric) : m_metric(metric) {}

    [[nodiscard]] Selector is(const QString& label, const QString& value) const;
    [[nodiscard]] Selector isNot(const QString& label, const QString& value) const;
    /// \a regex as written: PromQL anchors it at both ends.
    [[nodiscard]] Selector matches(const QString& label, const QString& regex) const;
    [[nodiscard]] Selector matchesNot(const QString& label, const QString& regex) const;
    [[nodiscard]] Selector isOneOf(const QString& label, const QStringList& values) const;

    /// Matchers as written elsewhere: `route!="-",code=~"5.."`.
    [[nodiscard]] Selector having(const QString& matchers) const;
    [[nodiscard]] QString text() const;

private:
    [[nodiscard]] Selector with(const QString& label, const char* comparison, const QString& value) const;

    QString m_metric;
    QStringList m_matchers;
};

/// \a selector is a series selector's text.
[[nodiscard]] QString over(const QString& selector, std::chrono::seconds window);
[[nodiscard]] QString rate(const QString& selector, std::chrono::seconds window);
[[nodiscard]] QString increase(const QString& selector, std::chrono::seconds window);
/// `sum by (a, b) (expression)`
[[nodiscard]] QString sumBy(const QStringList& labels, const QString& expression);
[[nodiscard]] QString maxBy(const QStringList& labels, const QString& expression);
/// \a buckets must keep `le`.
[[nodiscard]] QString histogramQuantile(double quantile, const QString& buckets);
/// Adds a label with one fixed value, so that several expressions fit into one answer.
[[nodiscard]] QString tagged(const QString& expression, const QString& label, const QString& value);
/// All of them in one answer; their label sets must differ.
[[nodiscard]] QString together(const QStringList& expressions);

/// The shortest window over which a rate can be trusted: four scrapes, so that it survives one that failed
/// and one that came late, and never under 4 s; rounded up to whole seconds.
[[nodiscard]] std::chrono::seconds rateWindow(std::chrono::milliseconds scrapeInterval);
/// The step for at most \a points over \a range: a round number of seconds, at least one scrape.
[[nodiscard]] std::chrono::seconds stepFor(std::chrono::seconds range, int points,
                                           std::chrono::milliseconds scrapeInterval);

} // namespace postern::promql

#pragma once

#include <QByteArray>

#include <chrono>
#include <functional>

namespace postern::test {

/// Writes samples as OpenMetrics text with timestamps, for `promtool tsdb create-blocks-from openmetrics`.
/// Samples of one metric must be written one after another.
class OpenMetrics
{
public:
    using Wall = std::chrono::system_clock::time_point;
    /// The value at \a at; none ends nothing, it is a gap.
    using Value = std::function<double(Wall at)>;

    /// One series from \a from to \a to, both included; NaN is left out.
    OpenMetrics& series(const QByteArray& name, const QByteArray& labels, Wall from, Wall to,
                        std::chrono::seconds step, const Value& value);
    [[nodiscard]] QByteArray text() const { return m_text + "# EOF\n"; }

private:
    QByteArray m_text;
};

/// A counter that grows evenly from zero at \a from.
[[nodiscard]] OpenMetrics::Value growing(double perSecond, OpenMetrics::Wall from);
[[nodiscard]] OpenMetrics::Value constant(double value);

} // namespace postern::test

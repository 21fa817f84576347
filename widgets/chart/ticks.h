#pragma once

#include <QList>
#include <QString>

class QTimeZone;

namespace postern {

/// Positions of an axis, from low to high; the step is 1, 2 or 5 times a power of ten.
struct ValueTicks
{
    double low = 0;
    double high = 1;
    double step = 1;
    QList<double> positions;
    QString prefix; ///< "k", "M" when the labels are in thousands or millions

    /// All labels of an axis have the same number of decimals.
    [[nodiscard]] QString label(double value) const;
};

/// A range of at most about \a count ticks that covers [low, high]; an empty range becomes 0 to 1.
ValueTicks valueTicks(double low, double high, int count);

struct TimeTick
{
    qint64 time; ///< ms since the epoch
    QString label;
};

/// Round moments of \a zone (5 s … 1 month), at most about \a count; midnights are labelled with the day.
QList<TimeTick> timeTicks(qint64 from, qint64 to, int count, const QTimeZone& zone);

/// Three significant figures: `1.24 k`, `99.987`, `38`; a dash for what is missing.
QString figure(double value);

/// A step in words: `15 s`, `5 min`, `1 h`.
QString stepText(qint64 milliseconds);

} // namespace postern

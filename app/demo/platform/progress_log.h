#pragma once

#include <QElapsedTimer>
#include <QString>

namespace postern::demo {

/// Says on standard output what happens, each line with the seconds since the start.
class ProgressLog
{
public:
    ProgressLog() { m_since.start(); }

    void say(const QString& what) const;
    [[nodiscard]] double seconds() const { return static_cast<double>(m_since.elapsed()) / 1000; }

private:
    QElapsedTimer m_since;
};

} // namespace postern::demo

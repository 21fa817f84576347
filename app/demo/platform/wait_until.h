#pragma once

#include <QEventLoop>
#include <QTimer>

#include <chrono>

namespace postern::demo {

/// Runs the event loop until \a holds, or \a patience ends; whether it holds.
template<typename Condition>
bool waitUntil(Condition holds, std::chrono::milliseconds patience)
{
    QEventLoop loop;
    QTimer look;
    QObject::connect(&look, &QTimer::timeout, &loop, [&] {
        if (holds())
            loop.quit();
    });
    QTimer::singleShot(patience, &loop, &QEventLoop::quit);
    look.start(std::chrono::milliseconds(20));
    if (!holds())
        loop.exec();
    return holds();
}

} // namespace postern::demo

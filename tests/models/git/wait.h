#pragma once

#include "models/git/operation.h"

#include <QEventLoop>
#include <QTimer>

namespace postern::test {

/// Runs the event loop until \a operation has ended.
template<typename T>
Result<T> wait(Operation<T>* operation)
{
    QEventLoop loop;
    Result<T> result =
        failure(Error::environment(Error::Kind::TimedOut, QStringLiteral("the test's patience ended")));
    operation->then(&loop, [&](const Result<T>& ended) {
        result = ended;
        loop.quit();
    });
    QTimer::singleShot(std::chrono::seconds(60), &loop, &QEventLoop::quit);
    loop.exec();
    return result;
}

} // namespace postern::test

/// Fails the test with the error's own words.
#define VERIFY_OK(result) QVERIFY2((result).has_value(), (result) ? "" : qPrintable((result).error().text()))

#pragma once

#include "gateway/event/epoll_dispatcher.h"

#include <QCoreApplication>
#include <QTest>

namespace postern::test {

/// Runs a test class with the gateway's dispatcher under its thread, in place of QTEST_MAIN.
template<typename Test>
int runUnderEpoll(int argc, char** argv)
{
    auto dispatcher = EpollDispatcher::create();
    if (!dispatcher)
        qFatal("%s", qPrintable(dispatcher.error().text()));
    QCoreApplication::setEventDispatcher(dispatcher->release());
    QCoreApplication application(argc, argv);
    Test test;
    return QTest::qExec(&test, argc, argv);
}

/// The dispatcher of this thread.
inline EpollDispatcher& epollDispatcher()
{
    return *qobject_cast<EpollDispatcher*>(QAbstractEventDispatcher::instance());
}

} // namespace postern::test

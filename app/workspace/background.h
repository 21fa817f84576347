#pragma once

#include <QFutureWatcher>
#include <QPromise>
#include <QThreadPool>

#include <memory>
#include <utility>

namespace postern {

/// Runs \a work() on \a pool and hands its value to \a receive(value) in \a context's thread; when the
/// context has gone by then, nothing is delivered. The work takes what it needs by value: immutable
/// snapshots, texts.
template<typename Work, typename Receive>
void runInBackground(QThreadPool& pool, QObject* context, Work work, Receive receive)
{
    using Value = decltype(work());
    auto promise = std::make_shared<QPromise<Value>>();
    auto* watcher = new QFutureWatcher<Value>(context);
    QObject::connect(watcher, &QFutureWatcherBase::finished, context,
                     [watcher, receive = std::move(receive)]() mutable {
                         watcher->deleteLater();
                         receive(watcher->future().takeResult());
                     });
    watcher->setFuture(promise->future());
    pool.start([promise, work = std::move(work)]() mutable {
        promise->start();
        promise->addResult(work());
        promise->finish();
    });
}

} // namespace postern

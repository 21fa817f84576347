#pragma once

#include "models/base/result.h"

#include <QObject>
#include <QProcess>
#include <QTimer>

#include <functional>
#include <vector>

namespace postern::demo {

/// Follows one branch of a repository and brings each of its commits to the gateways' configuration folders,
/// as Argo CD and the kubelet would: check out, `postern-gateway bundle` for each API, annotate, swap.
/// A commit whose bundle fails for an API leaves that API as it is. Asynchronous; owned by the sync part.
class Follower : public QObject
{
    Q_OBJECT

public:
    struct Target
    {
        QString api;         ///< `payments/accounts`
        QStringList folders; ///< one for each instance
    };
    struct Plan
    {
        QString repository;
        QString branch;
        QString gateway; ///< the program
        QString work;    ///< a folder of its own
        std::vector<Target> targets;
        std::chrono::milliseconds interval{500};
    };

    Follower(const Plan& plan, QObject* parent = nullptr);

    void start();

Q_SIGNALS:
    /// Every target has been tried at this commit.
    void synced(const QString& revision);
    void failed(const QString& api, const QString& message);

private:
    using Next = std::function<void(const QByteArray& out)>;

    void look();
    void checkOut(const QString& revision);
    void bundle(size_t which);
    void deliver(const Target& target, const QString& bundled);
    void run(const QString& program, const QStringList& arguments, const Next& next, const Next& broken);
    void rest();

    Plan m_plan;
    QTimer m_pause;
    QString m_revision;
    QString m_deploying;
};

} // namespace postern::demo

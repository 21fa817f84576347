#include "app/demo/sync/follower.h"

#include "app/demo/sync/config_map_folder.h"
#include "app/demo/sync/revision_annotation.h"

#include <QDateTime>
#include <QDir>

namespace postern::demo {

Follower::Follower(const Plan& plan, QObject* parent) : QObject(parent), m_plan(plan)
{
    m_pause.setSingleShot(true);
    m_pause.setInterval(plan.interval);
    connect(&m_pause, &QTimer::timeout, this, &Follower::look);
}

void Follower::start()
{
    const QStringList arguments{QStringLiteral("clone"),    QStringLiteral("--quiet"),
                                QStringLiteral("--branch"), m_plan.branch,
                                m_plan.repository,          m_plan.work + QStringLiteral("/checkout")};
    run(
        QStringLiteral("git"), arguments, [this](const QByteArray&) { look(); },
        [this](const QByteArray& why) { Q_EMIT failed({}, QString::fromUtf8(why)); });
}

void Follower::look()
{
    const QStringList arguments{QStringLiteral("--git-dir=") + m_plan.repository, QStringLiteral("rev-parse"),
                                QStringLiteral("--verify"), QStringLiteral("refs/heads/") + m_plan.branch};
    run(
        QStringLiteral("git"), arguments,
        [this](const QByteArray& out) {
            const QString revision = QString::fromLatin1(out).trimmed();
            if (revision == m_revision)
                return rest();
            checkOut(revision);
        },
        [this](const QByteArray&) { rest(); });
}

void Follower::checkOut(const QString& revision)
{
    m_deploying = revision;
    const QString checkout = m_plan.work + QStringLiteral("/checkout");
    const auto broken = [this](const QByteArray& why) {
        Q_EMIT failed({}, QString::fromUtf8(why));
        rest();
    };
    const QStringList fetch{QStringLiteral("-C"),     checkout,
                            QStringLiteral("fetch"),  QStringLiteral("--quiet"),
                            QStringLiteral("origin"), m_plan.branch};
    run(
        QStringLiteral("git"), fetch,
        [this, checkout, broken](const QByteArray&) {
            const QStringList reset{QStringLiteral("-C"),     checkout,
                                    QStringLiteral("reset"),  QStringLiteral("--quiet"),
                                    QStringLiteral("--hard"), m_deploying};
            run(
                QStringLiteral("git"), reset, [this](const QByteArray&) { bundle(0); }, broken);
        },
        broken);
}

void Follower::bundle(size_t which)
{
    if (which == m_plan.targets.size()) {
        m_revision = m_deploying;
        Q_EMIT synced(m_revision);
        return rest();
    }
    const Target& target = m_plan.targets[which];
    const QString bundled = m_plan.work + QStringLiteral("/bundle");
    QDir(bundled).removeRecursively();
    const QStringList arguments{QStringLiteral("bundle"), m_plan.work + QStringLiteral("/checkout"),
                                QStringLiteral("--api"),  target.api,
                                QStringLiteral("--out"),  bundled};
    run(
        m_plan.gateway, arguments,
        [this, which, bundled](const QByteArray&) {
            deliver(m_plan.targets[which], bundled);
            bundle(which + 1);
        },
        [this, which](const QByteArray& why) {
            Q_EMIT failed(m_plan.targets[which].api, QString::fromUtf8(why));
            bundle(which + 1);
        });
}

void Follower::deliver(const Target& target, const QString& bundled)
{
    Result<void> done = writeRevision(bundled, m_deploying);
    for (const QString& folder : target.folders) {
        if (done)
            done = ConfigMapFolder(folder).swap(bundled, QDateTime::currentDateTimeUtc());
    }
    if (!done)
        Q_EMIT failed(target.api, done.error().text());
}

void Follower::run(const QString& program, const QStringList& arguments, const Next& next, const Next& broken)
{
    auto* process = new QProcess(this);
    connect(process, &QProcess::errorOccurred, this, [process, broken](QProcess::ProcessError error) {
        if (error != QProcess::FailedToStart)
            return;
        process->deleteLater();
        broken(process->errorString().toUtf8());
    });
    connect(process, &QProcess::finished, this,
            [process, next, broken](int code, QProcess::ExitStatus status) {
                process->deleteLater();
                if (code == 0 && status == QProcess::NormalExit)
                    next(process->readAllStandardOutput());
                else
                    broken(process->readAllStandardError() + process->readAllStandardOutput());
            });
    process->start(program, arguments);
    process->closeWriteChannel();
}

void Follower::rest() { m_pause.start(); }

} // namespace postern::demo

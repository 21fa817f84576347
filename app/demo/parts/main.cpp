#include "app/demo/line_channel.h"
#include "app/demo/origin/origin_part.h"
#include "app/demo/sync/follower.h"
#include "app/demo/traffic/traffic_part.h"

#include <QCoreApplication>
#include <QJsonArray>

#include <csignal>
#include <cstdio>

using namespace postern;
using namespace postern::demo;

namespace {

int runOrigin(QCoreApplication& application, LineChannel& channel)
{
    OriginPart origin(channel);
    if (const Result<void> started = origin.start(); !started) {
        std::fprintf(stderr, "%s\n", qPrintable(started.error().text()));
        return 1;
    }
    return application.exec();
}

int runTraffic(QCoreApplication& application, LineChannel& channel)
{
    const TrafficPart traffic(channel);
    return application.exec();
}

Follower::Plan readPlan(const QJsonObject& object)
{
    const auto text = [&object](const char* key) { return object.value(QLatin1String(key)).toString(); };
    Follower::Plan plan{.repository = text("repository"),
                        .branch = text("branch"),
                        .gateway = text("gateway"),
                        .work = text("work"),
                        .targets = {}};
    for (const QJsonValue& value : object.value(QLatin1String("targets")).toArray()) {
        Follower::Target target{.api = value.toObject().value(QLatin1String("api")).toString(),
                                .folders = {}};
        for (const QJsonValue& folder : value.toObject().value(QLatin1String("folders")).toArray())
            target.folders << folder.toString();
        plan.targets.push_back(target);
    }
    return plan;
}

// Takes its plan as the first line; says `{"event":"synced","revision"}`,
// `{"event":"failed","api","message"}`.
int runSync(QCoreApplication& application, LineChannel& channel)
{
    Follower* follower = nullptr;
    QObject::connect(&channel, &LineChannel::received, &application, [&](const QJsonObject& object) {
        if (follower)
            return;
        follower = new Follower(readPlan(object), &application);
        QObject::connect(follower, &Follower::synced, &channel, [&channel](const QString& revision) {
            channel.send({{QStringLiteral("event"), QStringLiteral("synced")},
                          {QStringLiteral("revision"), revision}});
        });
        QObject::connect(follower, &Follower::failed, &channel,
                         [&channel](const QString& api, const QString& message) {
                             channel.send({{QStringLiteral("event"), QStringLiteral("failed")},
                                           {QStringLiteral("api"), api},
                                           {QStringLiteral("message"), message}});
                         });
        follower->start();
    });
    return application.exec();
}

} // namespace

int main(int argc, char** argv)
{
    std::signal(SIGPIPE, SIG_IGN); // the demo may be gone: LineChannel notices
    QCoreApplication application(argc, argv);
    LineChannel channel;
    QObject::connect(&channel, &LineChannel::closed, &application, &QCoreApplication::quit);
    const QString part = QCoreApplication::arguments().value(1);
    if (part == QLatin1String("origin"))
        return runOrigin(application, channel);
    if (part == QLatin1String("traffic"))
        return runTraffic(application, channel);
    if (part == QLatin1String("sync"))
        return runSync(application, channel);
    std::fputs("usage: postern-demo-part origin|traffic|sync (started by postern-demo)\n", stderr);
    return 2;
}

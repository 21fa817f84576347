#pragma once

#include "app/demo/line_channel.h"
#include "app/demo/origin/origin_server.h"

#include <QHash>
#include <QTimer>

#include <random>

namespace postern::demo {

/// The origins of all APIs in one process. Says `{"event":"listening","api","port"}` for each; takes
/// `{"command":"spell","api","errors","slowness"}` and `{"command":"weather","on"}`: spells that come and go
/// by themselves, so that the desk has something to show.
class OriginPart : public QObject
{
    Q_OBJECT

public:
    explicit OriginPart(LineChannel& channel, QObject* parent = nullptr);

    Result<void> start();

private:
    void obey(const QJsonObject& command);
    void changeWeather();

    LineChannel& m_channel;
    QHash<QString, OriginServer*> m_servers;
    QTimer m_weather;
    QString m_troubled;
    std::mt19937 m_random;
};

} // namespace postern::demo

#pragma once

#include "app/demo/line_channel.h"
#include "app/demo/traffic/generator.h"

namespace postern::demo {

/// All callers of all APIs in one process. Takes `{"command":"start","keys":[…],"instances":[{"api","host",
/// "port"}],"factor"}`, `{"command":"burst","api","caller","count"}` and `{"command":"factor","value"}`; says
/// `{"event":"counts","counts":{api:{status:n}}}` every second and `{"event":"burst","api","counts"}`.
class TrafficPart : public QObject
{
    Q_OBJECT

public:
    explicit TrafficPart(LineChannel& channel, QObject* parent = nullptr);

private:
    void obey(const QJsonObject& command);
    void start(const QJsonObject& command);
    void report();

    LineChannel& m_channel;
    SystemClock m_clock;
    std::unique_ptr<Callers> m_callers;
    QMap<QString, Generator*> m_generators;
    QTimer m_report;
};

} // namespace postern::demo

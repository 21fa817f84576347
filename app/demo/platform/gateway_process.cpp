#include "app/demo/platform/gateway_process.h"

#include <QJsonDocument>

namespace postern::demo {

GatewayProcess::GatewayProcess(const QString& program, const DemoApi& api, int number, const QString& folder,
                               QObject* parent)
    : QObject(parent)
    , m_api(api)
    , m_folder(folder)
    , m_process({.name = QStringLiteral("%1-%2").arg(api.name).arg(number),
                 .program = program,
                 .arguments = {QStringLiteral("serve"), QStringLiteral("--config"), folder,
                               QStringLiteral("--workers"), QStringLiteral("1"), QStringLiteral("--listen"),
                               QStringLiteral("main=127.0.0.1:0"), QStringLiteral("--admin"),
                               QStringLiteral("127.0.0.1:0")},
                 .lines = ChildProcess::Lines::Errors})
{
    connect(&m_process, &ChildProcess::line, this, &GatewayProcess::read);
}

void GatewayProcess::read(const QByteArray& line)
{
    const QJsonObject event = QJsonDocument::fromJson(line).object();
    if (event.value(QLatin1String("event")).toString() != QLatin1String("listening"))
        return;
    const QString address = event.value(QLatin1String("address")).toString();
    if (event.value(QLatin1String("listener")).toString() == QLatin1String("admin"))
        m_admin = address;
    else
        m_port = address.section(u':', -1).toUShort();
}

QByteArray fleetFileText(const std::vector<std::unique_ptr<GatewayProcess>>& gateways)
{
    QByteArray text = "# The demo's gateways. Written at its start.\ngateways:\n";
    for (const auto& gateway : gateways)
        text += QStringLiteral(
                    "  - {api: %1, instance: \"%2\", url: \"http://%2\", labels: {environment: demo}}\n")
                    .arg(gateway->api().id(), gateway->admin())
                    .toUtf8();
    return text;
}

} // namespace postern::demo

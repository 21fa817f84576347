#include "app/demo/traffic/traffic_part.h"

#include <QJsonArray>

namespace postern::demo {

namespace {

QJsonObject toJson(const StatusCounts& counts)
{
    QJsonObject object;
    for (auto it = counts.cbegin(); it != counts.cend(); ++it)
        object.insert(QString::number(it.key()), it.value());
    return object;
}

QJsonObject eventNamed(const char* name) { return {{QStringLiteral("event"), QLatin1String(name)}}; }

} // namespace

TrafficPart::TrafficPart(LineChannel& channel, QObject* parent) : QObject(parent), m_channel(channel)
{
    m_report.setInterval(std::chrono::seconds(1));
    connect(&m_report, &QTimer::timeout, this, &TrafficPart::report);
    connect(&m_channel, &LineChannel::received, this, &TrafficPart::obey);
}

void TrafficPart::obey(const QJsonObject& command)
{
    const QString name = command.value(QLatin1String("command")).toString();
    if (name == QLatin1String("start") && !m_callers)
        return start(command);
    if (name == QLatin1String("burst")) {
        if (Generator* generator = m_generators.value(command.value(QLatin1String("api")).toString()))
            generator->burst(command.value(QLatin1String("caller")).toString(),
                             command.value(QLatin1String("count")).toInt());
    } else if (name == QLatin1String("factor")) {
        for (Generator* generator : std::as_const(m_generators))
            generator->setFactor(command.value(QLatin1String("value")).toDouble(1));
    }
}

void TrafficPart::start(const QJsonObject& command)
{
    std::vector<TokenKey> keys;
    for (const QJsonValue& value : command.value(QLatin1String("keys")).toArray()) {
        if (Result<TokenKey> key = TokenKey::fromJson(value.toObject()))
            keys.push_back(std::move(*key));
    }
    if (keys.empty()) {
        QJsonObject failed = eventNamed("failed");
        failed.insert(QStringLiteral("message"), QStringLiteral("there is no key to sign tokens with"));
        m_channel.send(failed);
        return;
    }
    m_callers = std::make_unique<Callers>(std::move(keys), m_clock);
    QMap<QString, std::vector<Generator::Instance>> instances;
    for (const QJsonValue& value : command.value(QLatin1String("instances")).toArray()) {
        const QJsonObject object = value.toObject();
        instances[object.value(QLatin1String("api")).toString()].push_back(
            {.host = object.value(QLatin1String("host")).toString(),
             .port = static_cast<quint16>(object.value(QLatin1String("port")).toInt())});
    }
    std::random_device random;
    for (auto it = instances.cbegin(); it != instances.cend(); ++it) {
        const DemoApi* api = findDemoApi(it.key());
        if (!api)
            continue;
        auto* generator = new Generator(*api, it.value(), *m_callers, m_clock, random(), this);
        generator->setFactor(command.value(QLatin1String("factor")).toDouble(1));
        connect(generator, &Generator::burstEnded, this, [this, name = it.key()](const StatusCounts& counts) {
            QJsonObject ended = eventNamed("burst");
            ended.insert(QStringLiteral("api"), name);
            ended.insert(QStringLiteral("counts"), toJson(counts));
            m_channel.send(ended);
        });
        m_generators.insert(it.key(), generator);
        generator->start();
    }
    m_report.start();
    m_channel.send(eventNamed("started"));
}

void TrafficPart::report()
{
    QJsonObject all;
    for (auto it = m_generators.cbegin(); it != m_generators.cend(); ++it)
        all.insert(it.key(), toJson(it.value()->takeCounts()));
    QJsonObject counts = eventNamed("counts");
    counts.insert(QStringLiteral("counts"), all);
    m_channel.send(counts);
}

} // namespace postern::demo

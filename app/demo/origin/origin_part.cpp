#include "app/demo/origin/origin_part.h"

namespace postern::demo {

namespace {

constexpr std::chrono::seconds kCalm{60};
constexpr std::chrono::seconds kTrouble{15};

// What may happen by itself, likelier ones more than once; never enough to end a budget at once.
constexpr Spell kSpells[] = {{.errors = 0, .slowness = 6},
                             {.errors = 0, .slowness = 3},
                             {.errors = 0.02, .slowness = 1},
                             {.errors = 0.08, .slowness = 2}};

} // namespace

OriginPart::OriginPart(LineChannel& channel, QObject* parent)
    : QObject(parent), m_channel(channel), m_random(std::random_device()())
{
    m_weather.setSingleShot(true);
    connect(&m_weather, &QTimer::timeout, this, &OriginPart::changeWeather);
    connect(&m_channel, &LineChannel::received, this, &OriginPart::obey);
}

Result<void> OriginPart::start()
{
    for (const DemoApi& api : demoApis()) {
        auto* server = new OriginServer(api, static_cast<quint32>(m_random()), this);
        const Result<quint16> port = server->listen();
        if (!port)
            return failure(port.error());
        m_servers.insert(api.name, server);
        m_channel.send({{QStringLiteral("event"), QStringLiteral("listening")},
                        {QStringLiteral("api"), api.name},
                        {QStringLiteral("port"), *port}});
    }
    return {};
}

void OriginPart::obey(const QJsonObject& command)
{
    const QString name = command.value(QLatin1String("command")).toString();
    if (name == QLatin1String("spell")) {
        if (OriginServer* server = m_servers.value(command.value(QLatin1String("api")).toString()))
            server->setSpell(Spell::fromJson(command));
    } else if (name == QLatin1String("weather")) {
        if (command.value(QLatin1String("on")).toBool())
            m_weather.start(kCalm);
        else
            m_weather.stop();
    }
}

void OriginPart::changeWeather()
{
    if (OriginServer* troubled = m_servers.value(m_troubled)) {
        troubled->setSpell({});
        m_troubled.clear();
        m_weather.start(kCalm);
        return;
    }
    const auto pick = [this](size_t count) {
        return std::uniform_int_distribution<size_t>(0, count - 1)(m_random);
    };
    m_troubled = demoApis()[pick(demoApis().size())].name;
    m_servers[m_troubled]->setSpell(kSpells[pick(std::size(kSpells))]);
    m_weather.start(kTrouble);
}

} // namespace postern::demo

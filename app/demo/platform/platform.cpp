#include "app/demo/platform/platform.h"

#include "app/demo/platform/wait_until.h"

#include <QDir>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QNetworkReply>

#include <algorithm>

namespace postern::demo {

namespace {

constexpr int kInstances = 2;
constexpr std::chrono::seconds kGrace{6}; // the documents' drain, and some

using StatusMap = QMap<int, qint64>;

StatusMap statuses(const QJsonObject& object)
{
    StatusMap counts;
    for (auto it = object.begin(); it != object.end(); ++it)
        counts.insert(it.key().toInt(), it.value().toInteger());
    return counts;
}

Error notReady(const QString& what, const QString& words)
{
    return Error::environment(Error::Kind::TimedOut, QStringLiteral("%1: %2").arg(what, words));
}

} // namespace

Platform::Platform(const Options& options, QObject* parent)
    : QObject(parent)
    , m_options(options)
    , m_directory(QDir::tempPath() + QStringLiteral("/postern-demo-XXXXXX"))
{}

Platform::~Platform() { stop(); }

Result<void> Platform::start()
{
    if (!m_directory.isValid())
        return failure(Error::environment(Error::Kind::Unavailable, m_directory.errorString()));
    for (const auto algorithm : {TokenKey::Algorithm::ES256, TokenKey::Algorithm::RS256}) {
        Result<TokenKey> key =
            TokenKey::generate(algorithm, QStringLiteral("demo-") + nameOf(algorithm).toLower());
        if (!key)
            return failure(key.error());
        m_keys.push_back(std::move(*key));
    }
    using Step = Result<void> (Platform::*)();
    // Each stands on those before: the documents name the origin's ports, the gateways read the documents.
    static constexpr std::pair<const char*, Step> steps[] = {
        {"origin", &Platform::startOrigin},     {"repository and deployment", &Platform::startSync},
        {"gateways", &Platform::startGateways}, {"Prometheus", &Platform::startPrometheus},
        {"traffic", &Platform::startTraffic},
    };
    for (const auto& [name, step] : steps) {
        if (m_interrupted)
            return failure(notReady(QLatin1String(name), QStringLiteral("interrupted")));
        Q_EMIT progressed(QLatin1String(name));
        if (Result<void> done = (this->*step)(); !done)
            return done;
    }
    if (m_options.weather)
        m_origin->send(
            {{QStringLiteral("command"), QStringLiteral("weather")}, {QStringLiteral("on"), true}});
    return {};
}

std::unique_ptr<ChildProcess> Platform::makePart(const QString& name)
{
    auto part = std::make_unique<ChildProcess>(
        ChildProcess::Plan{.name = name,
                           .program = m_options.programs + QStringLiteral("/postern-demo-part"),
                           .arguments = {name}});
    connect(part.get(), &ChildProcess::line, this, &Platform::hear);
    connect(part.get(), &ChildProcess::died, this, &Platform::partDied);
    return part;
}

Result<void> Platform::startOrigin()
{
    m_origin = makePart(QStringLiteral("origin"));
    if (Result<void> started = m_origin->start(); !started)
        return started;
    return waitFor(
        QStringLiteral("The origin does not listen"),
        [this] { return m_originPorts.size() == static_cast<qsizetype>(demoApis().size()); }, 10);
}

Result<void> Platform::startSync()
{
    Result<SeedRepository> seed = SeedRepository::create(directory(), m_originPorts, m_keys);
    if (!seed)
        return failure(seed.error());
    m_repository = *seed;
    QJsonArray targets;
    for (const DemoApi& api : demoApis()) {
        QJsonArray folders;
        for (int i = 1; i <= kInstances; ++i)
            folders.append(m_directory.filePath(QStringLiteral("config/%1-%2").arg(api.name).arg(i)));
        targets.append(QJsonObject{{QStringLiteral("api"), api.id()}, {QStringLiteral("folders"), folders}});
    }
    const QString work = m_directory.filePath(QStringLiteral("deployment"));
    QDir().mkpath(work);
    m_sync = makePart(QStringLiteral("sync"));
    if (Result<void> started = m_sync->start(); !started)
        return started;
    m_sync->send({{QStringLiteral("repository"), m_repository.bare},
                  {QStringLiteral("branch"), QStringLiteral("main")},
                  {QStringLiteral("gateway"), m_options.programs + QStringLiteral("/postern-gateway")},
                  {QStringLiteral("work"), work},
                  {QStringLiteral("targets"), targets}});
    Result<void> done = waitFor(
        QStringLiteral("The first deployment does not end"),
        [this] { return m_synced == m_repository.revision || !m_refused.isEmpty(); }, 30);
    if (done && !m_refused.isEmpty())
        return failure(notReady(QStringLiteral("The first deployment failed"), m_refused));
    return done;
}

Result<void> Platform::startGateways()
{
    const QString program = m_options.programs + QStringLiteral("/postern-gateway");
    for (const DemoApi& api : demoApis()) {
        for (int i = 1; i <= kInstances; ++i) {
            const QString folder = m_directory.filePath(QStringLiteral("config/%1-%2").arg(api.name).arg(i));
            m_gateways.push_back(std::make_unique<GatewayProcess>(program, api, i, folder));
            GatewayProcess& gateway = *m_gateways.back();
            connect(&gateway.process(), &ChildProcess::died, this, &Platform::partDied);
            if (Result<void> started = gateway.start(); !started)
                return started;
        }
    }
    for (const auto& gateway : m_gateways) {
        const bool listens = waitUntil([&] { return gateway->listens() || !gateway->process().isRunning(); },
                                       std::chrono::seconds(60));
        if (!listens || !gateway->listens())
            return failure(
                notReady(QStringLiteral("The gateway %1 does not listen").arg(gateway->process().name()),
                         gateway->process().lastWords()));
        const QUrl ready(QStringLiteral("http://%1/readyz").arg(gateway->admin()));
        if (!waitUntil([&] { return !get(ready).isEmpty(); }, std::chrono::seconds(60)))
            return failure(
                notReady(QStringLiteral("The gateway %1 is not ready").arg(gateway->process().name()),
                         gateway->process().lastWords()));
    }
    return writeFleetFile();
}

Result<void> Platform::startPrometheus()
{
    QStringList targets;
    for (const auto& gateway : m_gateways)
        targets << gateway->admin();
    m_prometheus =
        std::make_unique<PrometheusProcess>(m_directory.filePath(QStringLiteral("prometheus")), targets);
    connect(&m_prometheus->process(), &ChildProcess::died, this, &Platform::partDied);
    if (Result<void> started = m_prometheus->start(); !started)
        return started;
    QUrl question = m_prometheus->url();
    question.setPath(QStringLiteral("/api/v1/query"));
    question.setQuery(QStringLiteral("query=sum(up)"));
    const QByteArray all = "\"" + QByteArray::number(m_gateways.size()) + "\"";
    return waitFor(
        QStringLiteral("Prometheus does not see all gateways"),
        [this, question, all] { return get(question).contains(all); }, 30);
}

Result<void> Platform::startTraffic()
{
    QJsonArray keys;
    for (const TokenKey& key : m_keys) {
        const Result<QJsonObject> object = key.toJson();
        if (!object)
            return failure(object.error());
        keys.append(*object);
    }
    QJsonArray instances;
    for (const auto& gateway : m_gateways)
        instances.append(QJsonObject{{QStringLiteral("api"), gateway->api().name},
                                     {QStringLiteral("host"), QStringLiteral("127.0.0.1")},
                                     {QStringLiteral("port"), gateway->port()}});
    m_traffic = makePart(QStringLiteral("traffic"));
    if (Result<void> started = m_traffic->start(); !started)
        return started;
    m_traffic->send({{QStringLiteral("command"), QStringLiteral("start")},
                     {QStringLiteral("keys"), keys},
                     {QStringLiteral("instances"), instances},
                     {QStringLiteral("factor"), m_options.traffic}});
    return waitFor(
        QStringLiteral("No call has been answered with 200"), [this] { return m_calling; }, 15);
}

Result<void> Platform::writeFleetFile()
{
    const QByteArray text = fleetFileText(m_gateways);
    QFile file(fleetFile());
    if (!file.open(QIODevice::WriteOnly) || file.write(text) != text.size())
        return failure(Error::environment(Error::Kind::Unavailable,
                                          QStringLiteral("%1 cannot be written").arg(fleetFile())));
    return {};
}

Result<void> Platform::waitFor(const QString& what, const std::function<bool()>& holds, int seconds)
{
    const bool held = waitUntil([&] { return m_interrupted || holds(); }, std::chrono::seconds(seconds));
    if (held && !m_interrupted)
        return {};
    return failure(notReady(what, m_interrupted ? QStringLiteral("interrupted")
                                                : QStringLiteral("not within %1 s").arg(seconds)));
}

void Platform::stop()
{
    const auto end = [](ChildProcess* part, std::chrono::milliseconds patience) {
        if (!part)
            return;
        part->terminate();
        part->waitEnded(patience);
    };
    end(m_traffic.get(), std::chrono::seconds(2));
    end(m_sync.get(), std::chrono::seconds(2));
    for (const auto& gateway : m_gateways)
        gateway->process().terminate();
    for (const auto& gateway : m_gateways)
        gateway->process().waitEnded(kGrace);
    if (m_prometheus)
        end(&m_prometheus->process(), std::chrono::seconds(5));
    end(m_origin.get(), std::chrono::seconds(2));
}

void Platform::setSpell(const QString& api, const Spell& spell)
{
    QJsonObject command = spell.toJson();
    command.insert(QStringLiteral("command"), QStringLiteral("spell"));
    command.insert(QStringLiteral("api"), api);
    m_origin->send(command);
}

void Platform::burst(const QString& api, const QString& caller, int count)
{
    m_traffic->send({{QStringLiteral("command"), QStringLiteral("burst")},
                     {QStringLiteral("api"), api},
                     {QStringLiteral("caller"), caller},
                     {QStringLiteral("count"), count}});
}

QByteArray Platform::get(const QUrl& url)
{
    QNetworkRequest request(url);
    request.setTransferTimeout(2000);
    const std::unique_ptr<QNetworkReply> reply(m_network.get(request));
    QEventLoop loop;
    connect(reply.get(), &QNetworkReply::finished, &loop, &QEventLoop::quit);
    if (!reply->isFinished())
        loop.exec();
    return reply->error() == QNetworkReply::NoError ? reply->readAll() : QByteArray();
}

void Platform::hear(const QByteArray& line)
{
    const QJsonObject event = QJsonDocument::fromJson(line).object();
    const QString name = event.value(QLatin1String("event")).toString();
    const QString api = event.value(QLatin1String("api")).toString();
    if (name == QLatin1String("listening")) {
        m_originPorts.insert(api, static_cast<quint16>(event.value(QLatin1String("port")).toInt()));
    } else if (name == QLatin1String("synced")) {
        m_synced = event.value(QLatin1String("revision")).toString();
        Q_EMIT synced(m_synced);
    } else if (name == QLatin1String("failed")) {
        m_refused = event.value(QLatin1String("message")).toString();
        Q_EMIT syncFailed(api, m_refused);
    } else if (name == QLatin1String("burst")) {
        Q_EMIT burstEnded(api, statuses(event.value(QLatin1String("counts")).toObject()));
    } else if (name == QLatin1String("counts")) {
        hearCounts(event.value(QLatin1String("counts")).toObject());
    }
}

void Platform::hearCounts(const QJsonObject& counts)
{
    QMap<QString, StatusMap> all;
    for (auto it = counts.begin(); it != counts.end(); ++it)
        all.insert(it.key(), statuses(it.value().toObject()));
    m_calling = m_calling || (!all.isEmpty() && std::ranges::all_of(all, [](const StatusMap& map) {
                    return map.contains(200) || map.contains(201);
                }));
    Q_EMIT counted(all);
}

} // namespace postern::demo

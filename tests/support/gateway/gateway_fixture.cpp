#include "tests/support/gateway/gateway_fixture.h"

#include "gateway/net/listening_socket.h"
#include "gateway/net/native_address.h"
#include "gateway/policies/catalogue.h"
#include "gateway/policies/registry.h"
#include "models/document/effective_document.h"

#include <QDate>
#include <QFile>
#include <QJsonDocument>
#include <QTest>

namespace postern::test {

namespace {
// A document can not say h2c yet, as no listener tells it from HTTP/1.1.
constexpr const char* kHttp2Mark = "  # h2c\n";
} // namespace

std::shared_ptr<const EffectiveDocument> GatewayFixture::document(const QByteArray& spec)
{
    QByteArray text = "apiVersion: postern.dev/v1alpha1\n"
                      "kind: ApiGateway\n"
                      "metadata: {name: accounts, namespace: payments}\n"
                      "spec:\n";
    if (!spec.contains("  listeners:"))
        text += "  listeners:\n    - {name: main, address: \"127.0.0.1:0\", protocols: [http1]}\n";
    text += spec;
    const QString file = QStringLiteral("gateway.yaml");
    const MemorySource source({{file, text}});
    const LoadedDocuments loaded = loadDocuments({file}, source, policyCatalogue());
    EffectiveResult result =
        makeEffective(loaded, u"payments/accounts", policyCatalogue(), QDate(2026, 1, 1));
    for (const auto& findings : {loaded.findings, result.findings}) {
        for (const Finding& finding : findings)
            qWarning("%s: %s: found %s, expected %s", qPrintable(finding.place.text()),
                     qPrintable(finding.rule), qPrintable(finding.found), qPrintable(finding.expected));
    }
    if (!result.document)
        qFatal("the test's document is not usable:\n%s", text.constData());
    if (spec.contains(kHttp2Mark))
        result.document->api.spec.listeners.at(0).protocols = {Protocol::Http2Cleartext};
    return std::make_shared<const EffectiveDocument>(std::move(*result.document));
}

QByteArray GatewayFixture::spec(quint16 port, const QByteArray& timeout, const QByteArray& more)
{
    return "  upstreams:\n"
           "    - {name: app, endpoints: [{address: \"127.0.0.1:" +
           QByteArray::number(port) +
           "\"}]}\n"
           "  routes:\n"
           "    - {name: all, match: {path: /**}, upstream: app, timeout: " +
           timeout + "}\n" + more;
}

QByteArray GatewayFixture::http2Mark() { return kHttp2Mark; }

QByteArray GatewayFixture::http2Spec(quint16 port, const QByteArray& timeout, const QByteArray& more)
{
    return spec(port, timeout, more) + kHttp2Mark;
}

GatewayFixture::GatewayFixture(const QByteArray& spec, PolicyRegistry registry, TlsContexts tls)
    : m_registry(std::move(registry)), m_tls(std::move(tls))
{
    if (!m_logFile.open())
        qFatal("no temporary file");
    AccessLog::Options options;
    options.fd = m_logFile.handle();
    options.gather = std::chrono::milliseconds(1);
    m_log = std::make_unique<AccessLog>(options);
    m_telemetry = std::make_unique<Telemetry>(m_log.get());

    auto thread = EventThread::start(QStringLiteral("worker"));
    if (!thread)
        qFatal("%s", qPrintable(thread.error().text()));
    m_thread = std::move(*thread);

    auto listening = listenOn(*SocketAddress::parse(u"127.0.0.1:0"));
    if (!listening)
        qFatal("%s", qPrintable(listening.error().text()));
    m_port = localAddress(listening->fd())->port;
    m_snapshot = compile(spec);
    m_thread->call([this, socket = std::move(*listening)]() mutable {
        m_worker = std::make_unique<ProxyWorker>(
            ProxyWorker::Environment{m_thread->dispatcher(), m_clock, m_telemetry->addWorker()});
        m_worker->apply(m_snapshot);
        if (auto listens = m_worker->listen(QStringLiteral("main"), std::move(socket)); !listens)
            qFatal("%s", qPrintable(listens.error().text()));
    });
    m_telemetry->configurationApplied(m_snapshot->metricsLayout());
}

GatewayFixture::~GatewayFixture()
{
    m_thread->call([this] { m_worker.reset(); });
    m_thread->stop();
    m_log->finish(std::chrono::seconds(1));
}

std::shared_ptr<const Snapshot> GatewayFixture::compile(const QByteArray& spec)
{
    auto snapshot = Snapshot::create(document(spec), m_registry, m_snapshot.get(), m_tls);
    if (!snapshot)
        qFatal("%s", qPrintable(snapshot.error().text()));
    return *snapshot;
}

void GatewayFixture::apply(const QByteArray& spec)
{
    m_snapshot = compile(spec);
    run([this](ProxyWorker& worker) { worker.apply(m_snapshot); });
    m_telemetry->configurationApplied(m_snapshot->metricsLayout());
}

QList<QByteArray> GatewayFixture::log()
{
    QFile file(m_logFile.fileName());
    if (!file.open(QIODevice::ReadOnly))
        return {};
    QList<QByteArray> lines = file.readAll().split('\n');
    lines.removeLast(); // what follows the last line's end
    return lines;
}

QJsonObject GatewayFixture::waitForLog(int count)
{
    if (!QTest::qWaitFor([&] { return log().size() >= count; }, 60'000))
        return {};
    return QJsonDocument::fromJson(log().at(count - 1)).object();
}

std::optional<double> GatewayFixture::metric(const std::string& start) const
{
    const std::string text = "\n" + metrics();
    const std::size_t found = text.find("\n" + start + " ");
    if (found == std::string::npos)
        return std::nullopt;
    return std::strtod(text.c_str() + found + start.size() + 2, nullptr);
}

} // namespace postern::test

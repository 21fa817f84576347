#include "gateway/policies/catalogue.h"
#include "gateway/telemetry/metrics_layout.h"
#include "models/document/effective_document.h"

#include <QTest>

using namespace postern;
using namespace std::chrono_literals;

namespace {

const char* const document = R"(apiVersion: postern.dev/v1alpha1
kind: ApiGateway
metadata: {name: accounts, namespace: payments, annotations: {postern.dev/revision: abc123}}
spec:
  listeners:
    - {name: main, address: "127.0.0.1:0"}
    - {name: internal, address: "127.0.0.1:0"}
  upstreams:
    - {name: app, endpoints: [{address: "127.0.0.1:9000"}, {address: "127.0.0.1:9001"}]}
  routes:
    - name: read
      match: {path: "/v1/{id}"}
      upstream: app
      policies:
        - {name: fair-use, type: rateLimit, mode: shadow, config: {key: address, limit: 1, per: 1s}}
    - {name: stream, match: {path: /events, methods: [PUT, HEAD]}, upstream: app, timeout: 0s}
  policies:
    - {name: size, type: requestSize, mode: "off", config: {}}
    - {name: id, type: requestId, config: {}}
  objectives:
    - {name: quick, type: latency, target: 99, threshold: 300ms, window: 30d}
    - {name: usual, type: latency, target: 99, threshold: 250ms, window: 30d}
    - {name: there, type: availability, target: 99.9, window: 30d}
)";

const char* const baseline = R"(apiVersion: postern.dev/v1alpha1
kind: GatewayBaseline
metadata: {name: payments}
spec:
  appliesTo: {namespaces: [payments]}
  requirements:
    - {name: authenticated, everyRoute: {anyOf: [jwt]}}
)";

std::shared_ptr<const MetricsLayout> layoutOfDocument()
{
    const MemorySource source(
        {{QStringLiteral("gateway.yaml"), document}, {QStringLiteral("baseline.yaml"), baseline}});
    const LoadedDocuments loaded = loadDocuments(
        {QStringLiteral("gateway.yaml"), QStringLiteral("baseline.yaml")}, source, policyCatalogue());
    for (const Finding& finding : loaded.findings)
        qWarning("%s", qPrintable(finding.text()));
    const EffectiveResult effective =
        makeEffective(loaded, u"payments/accounts", policyCatalogue(), QDate(2026, 1, 1));
    return effective.document ? MetricsLayout::of(*effective.document) : nullptr;
}

} // namespace

class TestMetricsLayout : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        m_layout = layoutOfDocument();
        QVERIFY(m_layout);
    }
    void namesTheConfiguration();
    void keepsTheDocumentsOrder();
    void placesPoliciesInOrderOfExecution();
    void addsThresholdsOnce();
    void countsGovernance();

private:
    std::shared_ptr<const MetricsLayout> m_layout;
};

void TestMetricsLayout::namesTheConfiguration()
{
    QCOMPARE(m_layout->api, "payments/accounts");
    QCOMPARE(m_layout->revision, "abc123");
    QCOMPARE(m_layout->hash.size(), 64U);
}

void TestMetricsLayout::keepsTheDocumentsOrder()
{
    QCOMPARE(m_layout->listeners, (std::vector<std::string>{"main", "internal"}));
    QCOMPARE(m_layout->upstreams.size(), 1U);
    QCOMPARE(m_layout->upstreams[0].name, "app");
    QCOMPARE(m_layout->routes.size(), 2U);
    QCOMPARE(m_layout->routes[0].name, "read");
    QVERIFY(m_layout->routes[0].timed);
    QCOMPARE(m_layout->routes[1].name, "stream");
    QVERIFY(!m_layout->routes[1].timed);
    QCOMPARE(m_layout->routes[0].methods, (std::vector<std::string>{"GET"}));
    QCOMPARE(m_layout->routes[1].methods, (std::vector<std::string>{"PUT", "HEAD"}));
    QVERIFY(m_layout->unmatched.methods.empty());
    QCOMPARE(m_layout->route(1).name, "stream");
    QCOMPARE(m_layout->route(2).name, "-");
    QCOMPARE(m_layout->route(static_cast<std::size_t>(-1)).name, "-");
}

void TestMetricsLayout::placesPoliciesInOrderOfExecution()
{
    const std::vector<MetricsLayout::Policy> read{
        {"id", "requestId", "enforce"}, {"size", "requestSize", "off"}, {"fair-use", "rateLimit", "shadow"}};
    QVERIFY(m_layout->routes[0].policies == read);
    const std::vector<MetricsLayout::Policy> others{{"id", "requestId", "enforce"},
                                                    {"size", "requestSize", "off"}};
    QVERIFY(m_layout->routes[1].policies == others);
    QVERIFY(m_layout->unmatched.policies == others);
}

void TestMetricsLayout::addsThresholdsOnce()
{
    auto expected = MetricsLayout::standardBounds();
    expected.insert(std::ranges::upper_bound(expected, 250ms), 300ms);
    QVERIFY(m_layout->bounds == expected);
}

void TestMetricsLayout::countsGovernance()
{
    const std::vector<MetricsLayout::GovernanceFinding> expected{{"payments", "authenticated", "missing"}};
    QVERIFY(m_layout->governance == expected);
}

QTEST_GUILESS_MAIN(TestMetricsLayout)
#include "tst_metrics_layout.moc"

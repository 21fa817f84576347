#include "models/document/semantic_diff.h"
#include "tests/models/document/document_fixture.h"

#include <QJsonArray>
#include <QRandomGenerator>

namespace postern {

using namespace Qt::StringLiterals;
using namespace test;

namespace {

const QByteArray routes = "    - {name: one, match: {path: /a}, upstream: app}\n"
                          "    - {name: two, match: {methods: [GET], path: /b}, upstream: app, timeout: 2s}\n"
                          "    - {name: three, match: {path: /c}, upstream: app}\n";
const QByteArray policies =
    "    - {name: fair-use, type: rateLimit, config: {key: caller, limit: 100, per: 1s, burst: 200}}\n"
    "    - {name: shape, type: headers, config: {request: {set: {X-A: a}, remove: [X-B]}}}\n";
const QByteArray more = "  objectives: [{name: availability, type: availability, target: 99.9}]\n";

EffectiveDocument documentOf(const QByteArray& api, const QByteArray& baseline = {},
                             const QByteArray& jwks = "x")
{
    QHash<QString, QByteArray> files{{u"a.yaml"_s, api}, {u"jwks.json"_s, jwks}};
    if (!baseline.isEmpty())
        files.insert(u"b.yaml"_s, baselineText("base", baseline));
    return effective(load(files));
}

QStringList lines(const SemanticDiff& diff)
{
    QStringList result;
    for (const SemanticChange& change : diff.changes)
        result << change.text();
    return result;
}

} // namespace

class TestSemanticDiff : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void tellsChanges_data();
    void tellsChanges();
    void tellsWhatABaselineDoes();
    void tellsAnotherFile();
    void isEmptyExactlyWhereHashesAgree();
    void asJson();
};

void TestSemanticDiff::tellsChanges_data()
{
    QTest::addColumn<QByteArray>("find");
    QTest::addColumn<QByteArray>("replace");
    QTest::addColumn<QStringList>("expected");
    const auto row = [](const char* name, const char* find, const char* replace,
                        const QStringList& expected) {
        QTest::newRow(name) << QByteArray(find) << QByteArray(replace) << expected;
    };
    row("nothing", "100", "100", {});
    row("rate", "limit: 100", "limit: 50", {u"fair-use: limit 100/s → 50/s, on 3 routes"_s});
    row("rate and period", "limit: 100, per: 1s", "limit: 600, per: 1m",
        {u"fair-use: limit 100/s → 600/m, on 3 routes"_s});
    row("period alone", "per: 1s", "per: 30s", {u"fair-use: limit 100/s → 100/30s, on 3 routes"_s});
    row("field given up", ", burst: 200", "", {u"fair-use: burst 200 → none, on 3 routes"_s});
    row("list", "key: caller", "key: [caller, route]",
        {u"fair-use: key caller → [caller, route], on 3 routes"_s});
    row("mode", "name: fair-use,", "name: fair-use, mode: shadow,",
        {u"fair-use: mode enforce → shadow, on 3 routes"_s});
    row("type", "type: headers, config: {request: {set: {X-A: a}, remove: [X-B]}}", "type: requestId",
        {u"shape: type headers → requestId, on 3 routes"_s,
         u"policies: order fair-use, shape → shape, fair-use, on 3 routes"_s});
    row("renamed", "name: fair-use", "name: fairer-use",
        {u"fair-use: removed (rateLimit), on 3 routes"_s, u"fairer-use: added (rateLimit), on 3 routes"_s});
    row("map", "X-A: a", "X-A: b, X-C: c",
        {u"shape: request.set.X-A a → b, on 3 routes"_s, u"shape: request.set.X-C none → c, on 3 routes"_s});
    row("route's timeout", "timeout: 2s", "timeout: 0s", {u"route two: timeout 2s → 0s"_s});
    row("route's default", ", timeout: 2s", "", {u"route two: timeout 2s → 30s"_s});
    row("route added", "    - {name: three",
        "    - {name: four, match: {methods: [GET, HEAD], path: /d}, upstream: app}\n    - {name: three",
        {u"route four: added (GET, HEAD /d → app)"_s});
    row("route removed", "    - {name: three, match: {path: /c}, upstream: app}\n", "",
        {u"route three: removed (/c → app)"_s});
    row("a route's own policy", "path: /c}, upstream: app",
        "path: /c}, upstream: app, policies: [{name: fair-use, type: rateLimit, config: {key: caller, limit: "
        "5, per: 1s}}]",
        {u"fair-use: limit 100/s → 5/s, on the route three"_s,
         u"fair-use: burst 200 → none, on the route three"_s});
    row("listener", "127.0.0.1:8080", "127.0.0.1:8081",
        {u"listener main: address 127.0.0.1:8080 → 127.0.0.1:8081"_s});
    row("endpoint", "[{address: 127.0.0.1:9000}]",
        "[{address: 127.0.0.1:9000, weight: 5}, {address: 127.0.0.1:9001}]",
        {u"upstream app: endpoints[\"127.0.0.1:9000\"].weight 1 → 5"_s,
         u"upstream app: endpoints[\"127.0.0.1:9001\"] none → {address: 127.0.0.1:9001}"_s});
    row("objective", "target: 99.9", "target: 99.99", {u"objective availability: target 99.9 % → 99.99 %"_s});
    row("limits", "  objectives", "  limits: {headers: 50, headerBytes: 64KiB}\n  objectives",
        {u"limits: headerBytes 32KiB → 64KiB"_s, u"limits: headers 100 → 50"_s});
    row("comments", "  objectives", "  # why\n  objectives", {});
}

void TestSemanticDiff::tellsChanges()
{
    QFETCH(QByteArray, find);
    QFETCH(QByteArray, replace);
    QFETCH(QStringList, expected);
    const QByteArray before = gatewayText(policies, routes, more);
    QVERIFY(before.contains(find));
    QByteArray after = before;
    after.replace(find, replace);
    QCOMPARE(lines(diffEffective(documentOf(before), documentOf(after), policyCatalogue())), expected);
}

void TestSemanticDiff::tellsWhatABaselineDoes()
{
    const QByteArray api = gatewayText(policies, routes, more);
    const QByteArray small =
        "  policies: [{name: size, type: requestSize, override: default, config: {maxBody: 64KiB}}]\n";
    const QByteArray large = QByteArray(small).replace("64KiB", "2MiB");
    QCOMPARE(lines(diffEffective(documentOf(api), documentOf(api, small), policyCatalogue())),
             QStringList{u"size: added (requestSize), on 3 routes"_s});
    QCOMPARE(lines(diffEffective(documentOf(api, small), documentOf(api, large), policyCatalogue())),
             QStringList{u"size: maxBody 64KiB → 2MiB, on 3 routes"_s});
    // The document says the same itself: who says it is no part of the effect.
    const QByteArray own = gatewayText(
        policies + "    - {name: size, type: requestSize, config: {maxBody: 64KiB}}\n", routes, more);
    QCOMPARE(lines(diffEffective(documentOf(api, small), documentOf(own), policyCatalogue())), QStringList());
}

void TestSemanticDiff::tellsAnotherFile()
{
    const QByteArray api =
        gatewayText("    - {name: t, type: jwt, config: {issuer: i, audiences: [a], algorithms: [ES256], "
                    "jwks: {file: jwks.json}}}\n");
    QCOMPARE(lines(diffEffective(documentOf(api, {}, "abc"), documentOf(api, {}, "abd"), policyCatalogue())),
             QStringList{u"t: jwks.file sha256:ba7816bf8f01 → sha256:a52d159f262b, on the route all"_s});
}

/// Random changes to a document: the diff has something to say exactly where the hash changed, and says it in
/// its own words, never in those of the last resort.
void TestSemanticDiff::isEmptyExactlyWhereHashesAgree()
{
    const QByteArray base = gatewayText(policies, routes, more + "  limits: {headers: 50}\n");
    const std::vector<std::pair<QByteArray, QByteArray>> edits{
        {"limit: 100", "limit: 99"},
        {"burst: 200", "burst: 100"},
        {"per: 1s", "per: 1000ms"},
        {"per: 1s", "per: 2s"},
        {"X-A: a", "X-A: z"},
        {"[X-B]", "[X-B, X-C]"},
        {"[X-B]", "[]"},
        {"timeout: 2s", "timeout: 30s"},
        {"methods: [GET]", "methods: [GET, PUT]"},
        {"path: /c}", "path: \"/c/{id}\"}"},
        {"name: three", "name: tres"},
        {"headers: 50", "headers: 100"},
        {"99.9", "99.5"},
        {"type: headers", "mode: shadow, type: headers"},
        {"name: main", "name: front"},
        {"name: main,", "name: main, trustedProxies: [10.0.0.0/8],"},
        {"{address: 127.0.0.1:9000}", "{address: 127.0.0.1:9001}, {address: 127.0.0.1:9000}"},
        {"    - {name: one, match: {path: /a}, upstream: app}\n", ""},
        {"key: caller", "key: [caller]"},
        {"  objectives", "  admin: {address: 0.0.0.0:9909}\n  objectives"}};
    QRandomGenerator random(20260601);
    int changed = 0;
    for (int round = 0; round < 300; ++round) {
        QByteArray text = base;
        // Each edit at most once: some add a key that may not stand twice.
        for (const auto& [find, replace] : edits)
            if (const qsizetype at = text.indexOf(find); at >= 0 && random.bounded(6) == 0)
                text.replace(at, find.size(), replace);
        const EffectiveDocument before = documentOf(base);
        const EffectiveDocument after = documentOf(text);
        const SemanticDiff diff = diffEffective(before, after, policyCatalogue());
        QCOMPARE(diff.isEmpty(), before.hash == after.hash);
        for (const SemanticChange& change : diff.changes)
            QVERIFY2(change.area != SemanticChange::Area::Api, text.constData());
        changed += diff.isEmpty() ? 0 : 1;
    }
    QVERIFY(changed > 100);
}

void TestSemanticDiff::asJson()
{
    const QByteArray before = gatewayText(policies, routes, more);
    const SemanticDiff diff =
        diffEffective(documentOf(before), documentOf(QByteArray(before).replace("limit: 100", "limit: 50")),
                      policyCatalogue());
    QCOMPARE(diff.changes.size(), 1u);
    QCOMPARE(diff.changes[0].json(),
             (QJsonObject{{u"kind"_s, u"changed"_s},
                          {u"area"_s, u"policy"_s},
                          {u"subject"_s, u"fair-use"_s},
                          {u"field"_s, u"limit"_s},
                          {u"before"_s, u"100/s"_s},
                          {u"after"_s, u"50/s"_s},
                          {u"routes"_s, QJsonArray{u"one"_s, u"two"_s, u"three"_s}},
                          {u"text"_s, u"fair-use: limit 100/s → 50/s, on 3 routes"_s}}));
}

} // namespace postern

QTEST_APPLESS_MAIN(postern::TestSemanticDiff)
#include "tst_semantic_diff.moc"

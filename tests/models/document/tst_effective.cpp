#include "tests/models/document/document_fixture.h"

namespace postern {

using namespace Qt::StringLiterals;
using namespace test;

namespace {

/// `name(type,layer)` in the order of execution; modes other than enforce after a colon.
QString shown(const std::vector<EffectivePolicyPtr>& policies)
{
    QStringList words;
    for (const EffectivePolicyPtr& policy : policies)
        words << u"%1(%2,%3%4)"_s.arg(
            policy->entry.name, policy->entry.type, nameOf(policy->origin.layer),
            policy->entry.mode == Mode::Enforce ? QString() : u':' + nameOf(policy->entry.mode));
    return words.join(u' ');
}

const QByteArray limit = "type: rateLimit, config: {key: caller, limit: 1, per: 1s}}\n";

} // namespace

class TestEffective : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void mergesInOrder_data();
    void mergesInOrder();
    void baselinesApplyByNamespaceAndLabels_data();
    void baselinesApplyByNamespaceAndLabels();
    void originsTellWhereFrom();
    void inheritedPoliciesAreOneObject();
    void exemptionsEnd_data();
    void exemptionsEnd();
    void errorsHideNothing_data();
    void errorsHideNothing();
};

void TestEffective::mergesInOrder_data()
{
    QTest::addColumn<QByteArray>("baseline");
    QTest::addColumn<QByteArray>("api");
    QTest::addColumn<QByteArray>("route");
    QTest::addColumn<QString>("apiLevel");
    QTest::addColumn<QString>("routeLevel");
    const QByteArray none;
    QTest::newRow("nothing") << none << none << none << ""
                             << "";
    QTest::newRow("stages before the document's order")
        << none
        << "    - {name: h, type: headers}\n    - {name: l, " + limit + "    - {name: i, type: requestId}\n"
        << none << "i(requestId,api) l(rateLimit,api) h(headers,api)"
        << "i(requestId,api) l(rateLimit,api) h(headers,api)";
    QTest::newRow("baselines first in a stage")
        << QByteArray("    - {name: b, type: headers}\n") << QByteArray("    - {name: a, type: headers}\n")
        << none << "b(headers,baseline) a(headers,api)"
        << "b(headers,baseline) a(headers,api)";
    QTest::newRow("a default gives way and stands with the document's")
        << QByteArray("    - {name: x, type: headers, override: default}\n    - {name: y, type: headers}\n")
        << QByteArray("    - {name: a, type: headers}\n    - {name: x, type: headers, mode: shadow}\n")
        << none << "y(headers,baseline) a(headers,api) x(headers,api:shadow)"
        << "y(headers,baseline) a(headers,api) x(headers,api:shadow)";
    QTest::newRow("a route replaces in place, others after")
        << none << QByteArray("    - {name: a, type: headers}\n    - {name: b, type: headers}\n")
        << QByteArray("        - {name: n, type: headers}\n        - {name: a, type: headers, mode: off}\n")
        << "a(headers,api) b(headers,api)"
        << "a(headers,route:off) b(headers,api) n(headers,route)";
    QTest::newRow("a route replaces with another type, in that type's stage")
        << none << QByteArray("    - {name: a, type: headers}\n    - {name: b, type: headers}\n")
        << QByteArray("        - {name: b, type: requestId}\n") << "a(headers,api) b(headers,api)"
        << "b(requestId,route) a(headers,api)";
    QTest::newRow("a route replaces a baseline's default")
        << QByteArray("    - {name: x, type: headers, override: default}\n") << none
        << QByteArray("        - {name: x, type: headers}\n") << "x(headers,baseline)"
        << "x(headers,route)";
    QTest::newRow("a route replaces what replaced a default")
        << QByteArray("    - {name: x, type: headers, override: default}\n")
        << QByteArray("    - {name: x, type: headers}\n")
        << QByteArray("        - {name: x, type: headers, mode: shadow}\n") << "x(headers,api)"
        << "x(headers,route:shadow)";
}

void TestEffective::mergesInOrder()
{
    QFETCH(QByteArray, baseline);
    QFETCH(QByteArray, api);
    QFETCH(QByteArray, route);
    QFETCH(QString, apiLevel);
    QFETCH(QString, routeLevel);
    QByteArray routes = "    - name: r\n      match: {path: /a}\n      upstream: app\n";
    if (!route.isEmpty())
        routes += "      policies:\n" + route;
    const QByteArray spec = baseline.isEmpty() ? QByteArray("  {}\n") : "  policies:\n" + baseline;
    const EffectiveDocument document =
        effective(load({{u"a.yaml"_s, gatewayText(api, routes)}, {u"b.yaml"_s, baselineText("base", spec)}}));
    QCOMPARE(shown(document.policies), apiLevel);
    QCOMPARE(shown(document.routes.at(0).policies), routeLevel);
}

void TestEffective::baselinesApplyByNamespaceAndLabels_data()
{
    QTest::addColumn<QByteArray>("appliesTo");
    QTest::addColumn<bool>("applies");
    QTest::newRow("everywhere") << QByteArray("{}") << true;
    QTest::newRow("namespace") << QByteArray("{namespaces: [cards, payments]}") << true;
    QTest::newRow("other namespace") << QByteArray("{namespaces: [cards]}") << false;
    QTest::newRow("label") << QByteArray("{labels: {pci: \"true\"}}") << true;
    QTest::newRow("other value") << QByteArray("{labels: {pci: \"false\"}}") << false;
    QTest::newRow("one of two labels") << QByteArray("{labels: {pci: \"true\", tier: critical}}") << false;
    QTest::newRow("namespace and label")
        << QByteArray("{namespaces: [payments], labels: {pci: \"true\"}}") << true;
    QTest::newRow("label in another namespace")
        << QByteArray("{namespaces: [cards], labels: {pci: \"true\"}}") << false;
}

void TestEffective::baselinesApplyByNamespaceAndLabels()
{
    QFETCH(QByteArray, appliesTo);
    QFETCH(bool, applies);
    const QByteArray spec = "  appliesTo: " + appliesTo + "\n  policies: [{name: i, type: requestId}]\n";
    const EffectiveDocument document =
        effective(load({{u"a.yaml"_s, gatewayText()}, {u"b.yaml"_s, baselineText("base", spec)}}));
    QCOMPARE(document.baselines, applies ? QStringList{u"base"_s} : QStringList());
    QCOMPARE(document.routes.at(0).policies.size(), applies ? 1u : 0u);
}

void TestEffective::originsTellWhereFrom()
{
    const EffectiveDocument document =
        effective(load({{u"apis/a.yaml"_s, gatewayText("    - {name: l, " + limit)},
                        {u"base.yaml"_s, baselineText("base, annotations: {postern.dev/revision: 1234567}",
                                                      "  policies:\n    - {name: i, type: requestId}\n")}}));
    QCOMPARE(document.revision, u"abc"_s);
    const auto& policies = document.routes.at(0).policies;
    QCOMPARE(policies.size(), 2u);
    QCOMPARE(policies[0]->origin.document, u"base"_s);
    QCOMPARE(policies[0]->origin.place, (Place{u"base.yaml"_s, 6, 7, u"spec.policies[0]"_s}));
    QCOMPARE(policies[0]->origin.revision, u"1234567"_s);
    QCOMPARE(policies[1]->origin.document, u"payments/accounts"_s);
    QCOMPARE(policies[1]->origin.place, (Place{u"apis/a.yaml"_s, 10, 7, u"spec.policies[0]"_s}));
    QCOMPARE(policies[1]->origin.revision, u"abc"_s);
}

/// One object is one state: routes that inherit a rate limit share it.
void TestEffective::inheritedPoliciesAreOneObject()
{
    const EffectiveDocument document = effective(load(
        {{u"a.yaml"_s,
          gatewayText("    - {name: l, " + limit,
                      "    - {name: one, match: {path: /a}, upstream: app}\n"
                      "    - {name: two, match: {path: /b}, upstream: app}\n"
                      "    - name: three\n      match: {path: /c}\n      upstream: app\n      policies:\n"
                      "        - {name: l, " +
                          limit)}}));
    QCOMPARE(document.routes[0].policies.at(0), document.routes[1].policies.at(0));
    QCOMPARE(document.routes[0].policies.at(0), document.policies.at(0));
    QVERIFY(document.routes[2].policies.at(0) != document.policies.at(0));
}

void TestEffective::exemptionsEnd_data()
{
    QTest::addColumn<QDate>("today");
    QTest::addColumn<QString>("state");
    QTest::addColumn<bool>("error");
    QTest::addColumn<bool>("warning");
    QTest::newRow("long before") << QDate(2026, 1, 1) << "exempt" << false << false;
    QTest::newRow("30 days before") << QDate(2027, 3, 1) << "exempt" << false << true;
    QTest::newRow("31 days before") << QDate(2027, 2, 28) << "exempt" << false << false;
    QTest::newRow("the last day") << QDate(2027, 3, 31) << "exempt" << false << true;
    QTest::newRow("the day after") << QDate(2027, 4, 1) << "missing" << true << false;
}

void TestEffective::exemptionsEnd()
{
    QFETCH(QDate, today);
    QFETCH(QString, state);
    QFETCH(bool, error);
    QFETCH(bool, warning);
    const LoadedDocuments documents =
        load({{u"a.yaml"_s, gatewayText()},
              {u"b.yaml"_s,
               baselineText("base", "  requirements: [{name: auth, everyRoute: {anyOf: [jwt]}}]\n"
                                    "  exemptions: [{api: payments/accounts, requirement: auth, reason: r, "
                                    "until: 2027-03-31}]\n")}});
    const EffectiveResult result = makeEffective(documents, u"payments/accounts", policyCatalogue(), today);
    QVERIFY(result.document); // governance never stops a gateway
    QCOMPARE(result.document->governance.size(), 1u);
    QCOMPARE(nameOf(result.document->governance[0].state), state);
    QCOMPARE(result.document->governance[0].exemptUntil, QDate(2027, 3, 31));
    const auto findings = checkDocuments(documents, policyCatalogue(), today);
    QCOMPARE(hasErrors(findings), error);
    QCOMPARE(!findings.empty() && !hasErrors(findings), warning);
}

void TestEffective::errorsHideNothing_data()
{
    QTest::addColumn<QByteArray>("api");
    QTest::addColumn<QByteArray>("baseline");
    QTest::addColumn<QString>("expected");
    const QByteArray good = baselineText("base", "  {}\n");
    QTest::newRow("good") << gatewayText() << good << "";
    QTest::newRow("a fault in the API") << gatewayText("    - {name: x, type: headers, mod: off}\n") << good
                                        << "errors in the API's document";
    QTest::newRow("a fault in a baseline")
        << gatewayText() << baselineText("base", "  appliesTo: {namespace: [cards]}\n")
        << "errors in the baseline base";
    // It may have been for this API: nobody can tell.
    QTest::newRow("a baseline that is no YAML") << gatewayText() << good + "  - [\n"
                                                << "a file that may hold a baseline, with errors";
    QTest::newRow("a baseline with aliases") << gatewayText() << baselineText("base", "  appliesTo: &x {}\n")
                                             << "a file that may hold a baseline, with errors";
}

void TestEffective::errorsHideNothing()
{
    QFETCH(QByteArray, api);
    QFETCH(QByteArray, baseline);
    QFETCH(QString, expected);
    const EffectiveResult result = makeEffective(load({{u"a.yaml"_s, api}, {u"b.yaml"_s, baseline}}),
                                                 u"payments/accounts", policyCatalogue(), QDate(2026, 6, 1));
    QCOMPARE(result.document.has_value(), expected.isEmpty());
    QCOMPARE(result.findings.empty() ? QString() : result.findings[0].found, expected);
}

} // namespace postern

QTEST_APPLESS_MAIN(postern::TestEffective)
#include "tst_effective.moc"

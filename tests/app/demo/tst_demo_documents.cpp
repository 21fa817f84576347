#include "app/demo/demo_api.h"
#include "app/demo/platform/seed_repository.h"
#include "gateway/policies/catalogue.h"
#include "models/document/effective_document.h"

#include <QTest>

using namespace postern;
using namespace postern::demo;
using namespace Qt::StringLiterals;

/// The demo's documents as the gateways get them: valid, governed, and with what the story needs.
class TestDemoDocuments : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        QHash<QString, quint16> ports;
        for (const DemoApi& api : demoApis())
            ports.insert(api.name, static_cast<quint16>(40000 + ports.size()));
        const std::vector<TokenKey> keys{*TokenKey::generate(TokenKey::Algorithm::ES256, u"ec"_s),
                                         *TokenKey::generate(TokenKey::Algorithm::RS256, u"rsa"_s)};
        const Result<QHash<QString, QByteArray>> files = renderDocuments(ports, keys);
        QVERIFY2(files.has_value(), files ? "" : qPrintable(files.error().text()));
        QStringList names;
        for (const QString& name : files->keys())
            if (name.endsWith(u".yaml"_s))
                names << name;
        m_documents = loadDocuments(names, MemorySource(*files), policyCatalogue());
    }

    void nothingIsFound()
    {
        for (const Finding& finding : m_documents.findings)
            qWarning("%s", qUtf8Printable(finding.text()));
        QVERIFY(m_documents.findings.empty());
        QCOMPARE(m_documents.apis.size(), demoApis().size());
        QCOMPARE(m_documents.baselines.size(), size_t(1));
    }

    void everyApiIsGoverned_data()
    {
        QTest::addColumn<QString>("id");
        for (const DemoApi& api : demoApis())
            QTest::newRow(qPrintable(api.name)) << api.id();
    }

    void everyApiIsGoverned()
    {
        QFETCH(QString, id);
        const EffectiveResult merged = makeEffective(m_documents, id, policyCatalogue(), QDate(2026, 11, 24));
        QVERIFY(merged.findings.empty());
        QVERIFY(merged.document.has_value());
        QVERIFY(merged.document->governance.empty());
        QCOMPARE(merged.document->baselines, QStringList{u"payments"_s});
        for (const EffectiveRoute& route : merged.document->routes) {
            QStringList types;
            for (const EffectivePolicyPtr& policy : route.policies)
                types << policy->entry.type;
            for (const QString& type : {u"requestId"_s, u"requestSize"_s, u"jwt"_s, u"rateLimit"_s})
                QVERIFY2(types.contains(type), qPrintable(route.route.name + u": "_s + type));
        }
    }

private:
    LoadedDocuments m_documents;
};

QTEST_GUILESS_MAIN(TestDemoDocuments)
#include "tst_demo_documents.moc"

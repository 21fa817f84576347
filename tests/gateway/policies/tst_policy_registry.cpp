#include "gateway/policies/attribute_syntax.h"
#include "gateway/policies/catalogue.h"
#include "gateway/policies/registry.h"
#include "gateway/policy/attribute.h"

#include <QDir>
#include <QFile>
#include <QRegularExpression>
#include <QTest>

using namespace postern;

namespace {

/// rateLimit → rate_limit
QString folderOf(const QString& type)
{
    QString folder;
    for (const QChar c : type)
        folder += c.isUpper() ? QLatin1StringView("_") + c.toLower() : QString(c);
    return folder;
}

QString readFile(const QString& path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? QString::fromUtf8(file.readAll()) : QString();
}

void collectUndocumented(const RecordDescription& record, const QString& path, QStringList& missing)
{
    if (record.help().size() < 10)
        missing << path;
    for (const FieldDescription& field : record.fields()) {
        const QString where = path + u'.' + field.name;
        if (field.help.size() < 10)
            missing << where;
        for (const auto& choice : field.leaf().choices)
            if (choice.help.size() < 10)
                missing << where + u'=' + choice.name;
        if (field.leaf().record)
            collectUndocumented(*field.leaf().record, where, missing);
    }
}

} // namespace

/// Walks the registry: a policy that lacks words, a README, golden cases or a test is not done.
class PolicyRegistryTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void theCatalogueAndTheRegistryAgree()
    {
        QStringList built;
        for (const PolicyTypeDescription& type : policyCatalogue().types())
            if (type.built)
                built << type.type;
        QStringList compiled = builtPolicies().types();
        built.sort();
        compiled.sort();
        QCOMPARE(built, compiled);
        QCOMPARE(policyCatalogue().types().size(), 31U); // CONTRACT, "Policy types"
    }

    void everyPolicyIsWhole_data()
    {
        QTest::addColumn<QString>("type");
        for (const QString& type : builtPolicies().types())
            QTest::newRow(qPrintable(type)) << type;
    }
    void everyPolicyIsWhole()
    {
        QFETCH(QString, type);
        const QDir root(QStringLiteral(POSTERN_SOURCE_DIR));
        const QString folder = root.filePath(QStringLiteral("gateway/policies/") + folderOf(type));
        const PolicyTypeDescription* description = policyCatalogue().find(type);
        QVERIFY(description);
        QVERIFY(description->config);
        QVERIFY(description->help.size() > 10);

        QStringList missing;
        collectUndocumented(*description->config, type, missing);
        QVERIFY2(missing.isEmpty(),
                 qPrintable(QStringLiteral("no help: ") + missing.join(QStringLiteral(", "))));

        const QString readme = readFile(folder + QStringLiteral("/README.md"));
        QVERIFY2(readme.startsWith(QStringLiteral("# ") + type), "the README is titled with the type");
        QVERIFY2(readme.contains(QStringLiteral("type: ") + type), "the README shows an example");

        const QDir tests(root.filePath(QStringLiteral("tests/gateway/policies")));
        QVERIFY2(
            !tests.entryList({QStringLiteral("tst_") + folderOf(type) + QStringLiteral("*.cpp")}).isEmpty(),
            "a test");
        const QDir golden(root.filePath(QStringLiteral("tests/data/policies/") + type));
        QVERIFY2(!golden.entryList({QStringLiteral("*.request")}).isEmpty(), "golden cases");
    }

    void theSyntaxAndItsMeaningAgree_data()
    {
        QTest::addColumn<QString>("text");
        for (const char* text : {"address", "caller", "api", "route", "request_id", "jwt.sub", "header.X-A",
                                 "jwt.", "header.", "method", "", "Address", "jwt", "query.a"})
            QTest::newRow(text) << QString::fromLatin1(text);
    }
    void theSyntaxAndItsMeaningAgree()
    {
        QFETCH(QString, text);
        QCOMPARE(Attribute::parse(text).has_value(), isAttribute(text));
    }
};

QTEST_GUILESS_MAIN(PolicyRegistryTest)
#include "tst_policy_registry.moc"

#include "models/document/canonical_json.h"
#include "tests/models/document/document_fixture.h"

#include <QCryptographicHash>
#include <QDir>
#include <QJsonDocument>
#include <QTemporaryDir>

#include <bit>

namespace postern {

using namespace Qt::StringLiterals;
using namespace test;

class TestDocumentHash : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void vectors_data();
    void vectors();
    void sameWhereverItLies();
    void sameForTheSameMeaning_data();
    void sameForTheSameMeaning();
    void differsForAnotherMeaning_data();
    void differsForAnotherMeaning();
    void numbers_data();
    void numbers();
    void canonicalForm();
};

void TestDocumentHash::vectors_data()
{
    QTest::addColumn<QString>("folder");
    for (const QString& name :
         QDir(dataFile(u"documents/hash"_s)).entryList(QDir::Dirs | QDir::NoDotAndDotDot))
        QTest::newRow(qPrintable(name)) << u"documents/hash/"_s + name;
}

void TestDocumentHash::vectors()
{
    QFETCH(QString, folder);
    const auto files = findDocumentFiles({dataFile(folder)}, Search::Recursive);
    QVERIFY(files);
    const LoadedDocuments documents = loadDocuments(*files, DiskSource(), policyCatalogue());
    QCOMPARE(texts(documents.findings), QStringList());
    const EffectiveDocument document = effective(documents);
    const QByteArray json = canonicalJson(document.spec);
    if (qEnvironmentVariableIsSet("POSTERN_WRITE_GOLDEN")) {
        QFile spec(dataFile(folder + u"/spec.json"_s));
        QFile hash(dataFile(folder + u"/hash"_s));
        QVERIFY(spec.open(QIODevice::WriteOnly) && hash.open(QIODevice::WriteOnly));
        spec.write(json);
        hash.write(document.hash.toLatin1() + '\n');
    }
    QCOMPARE(json, readData(folder + u"/spec.json"_s));
    QCOMPARE(document.hash, QString::fromLatin1(readData(folder + u"/hash"_s)).trimmed());
    QCOMPARE(document.hash.toLatin1(), QCryptographicHash::hash(json, QCryptographicHash::Sha256).toHex());
}

void TestDocumentHash::sameWhereverItLies()
{
    QHash<QString, QByteArray> moved;
    const QDir folder(dataFile(u"documents/hash/order"_s));
    for (const QString& name : {u"a.yaml"_s, u"b.yaml"_s, u"c.yaml"_s})
        moved.insert(u"deep/down/z"_s + name, readData(u"documents/hash/order/"_s + name));
    moved.insert(u"deep/down/keys/issuer.json"_s, readData(u"documents/hash/order/keys/issuer.json"_s));
    QCOMPARE(effective(load(moved)).hash,
             QString::fromLatin1(readData(u"documents/hash/order/hash"_s)).trimmed());
}

void TestDocumentHash::sameForTheSameMeaning_data()
{
    QTest::addColumn<QByteArray>("text");
    const QByteArray policy = "    - {name: l, type: rateLimit, config: {key: caller, limit: 1, per: 60s}}\n";
    QTest::newRow("itself") << gatewayText(policy);
    QTest::newRow("comments") << "# hello\n" + gatewayText(policy) + "# bye\n";
    QTest::newRow("unit") << gatewayText(QByteArray(policy).replace("60s", "1m"));
    QTest::newRow("a list of one") << gatewayText(QByteArray(policy).replace("caller", "[caller]"));
    QTest::newRow("a default") << gatewayText(
        QByteArray(policy).replace("name: l,", "name: l, mode: enforce,"));
    QTest::newRow("a default in the config")
        << gatewayText(QByteArray(policy).replace("60s", "60s, onMissingKey: deny"));
    QTest::newRow("a default that another field gives")
        << gatewayText(QByteArray(policy).replace("60s", "60s, burst: 1"));
    QTest::newRow("defaults of the API")
        << gatewayText(policy, {}, "  limits: {headers: 100}\n  admin: {}\n  objectives: []\n");
    QTest::newRow("quotes") << gatewayText(
        QByteArray(policy).replace("type: rateLimit", "\"type\": 'rateLimit'"));
    QTest::newRow("metadata") << gatewayText(policy).replace("abc}", "def, other: note}");
    QTest::newRow("order of keys") << gatewayText(
        QByteArray(policy).replace("name: l, type: rateLimit", "type: rateLimit, name: l"));
}

void TestDocumentHash::sameForTheSameMeaning()
{
    QFETCH(QByteArray, text);
    const QByteArray policy = "    - {name: l, type: rateLimit, config: {key: caller, limit: 1, per: 60s}}\n";
    QCOMPARE(effective(load({{u"a.yaml"_s, text}})).hash,
             effective(load({{u"a.yaml"_s, gatewayText(policy)}})).hash);
}

void TestDocumentHash::differsForAnotherMeaning_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QByteArray>("jwks");
    const QByteArray policy =
        "    - {name: t, type: jwt, config: {issuer: i, audiences: [a, b], algorithms: [ES256], jwks: {file: "
        "j.json}}}\n";
    QTest::newRow("another value") << gatewayText(QByteArray(policy).replace("issuer: i", "issuer: j"))
                                   << QByteArray("x");
    QTest::newRow("another order of a list")
        << gatewayText(QByteArray(policy).replace("[a, b]", "[b, a]")) << QByteArray("x");
    QTest::newRow("another mode") << gatewayText(
                                         QByteArray(policy).replace("type: jwt", "type: jwt, mode: shadow"))
                                  << QByteArray("x");
    QTest::newRow("another name") << gatewayText(QByteArray(policy).replace("name: t", "name: u"))
                                  << QByteArray("x");
    QTest::newRow("another file") << gatewayText(policy) << QByteArray("y");
    QTest::newRow("another port") << gatewayText(policy).replace("8080", "8081") << QByteArray("x");
    QTest::newRow("another limit") << gatewayText(policy, {}, "  limits: {headers: 101}\n")
                                   << QByteArray("x");
    QTest::newRow("without it") << gatewayText() << QByteArray("x");
}

void TestDocumentHash::differsForAnotherMeaning()
{
    QFETCH(QByteArray, text);
    QFETCH(QByteArray, jwks);
    const QByteArray policy =
        "    - {name: t, type: jwt, config: {issuer: i, audiences: [a, b], algorithms: [ES256], jwks: {file: "
        "j.json}}}\n";
    const QString before = effective(load({{u"a.yaml"_s, gatewayText(policy)}, {u"j.json"_s, "x"}})).hash;
    QVERIFY(before != effective(load({{u"a.yaml"_s, text}, {u"j.json"_s, jwks}})).hash);
}

/// RFC 8785, Appendix B: IEEE 754 bits and the text they must give.
void TestDocumentHash::numbers_data()
{
    QTest::addColumn<quint64>("bits");
    QTest::addColumn<QByteArray>("text");
    const auto row = [](quint64 bits, const char* text) { QTest::newRow(text) << bits << QByteArray(text); };
    QTest::newRow("minus zero") << quint64(0x8000000000000000) << QByteArray("0");
    row(0x0000000000000000, "0");
    row(0x0000000000000001, "5e-324");
    row(0x8000000000000001, "-5e-324");
    row(0x7fefffffffffffff, "1.7976931348623157e+308");
    row(0xffefffffffffffff, "-1.7976931348623157e+308");
    row(0x4340000000000000, "9007199254740992");
    row(0xc340000000000000, "-9007199254740992");
    row(0x4430000000000000, "295147905179352830000");
    row(0x44b52d02c7e14af5, "9.999999999999997e+22");
    row(0x44b52d02c7e14af6, "1e+23");
    row(0x44b52d02c7e14af7, "1.0000000000000001e+23");
    row(0x444b1ae4d6e2ef4e, "999999999999999700000");
    row(0x444b1ae4d6e2ef4f, "999999999999999900000");
    row(0x444b1ae4d6e2ef50, "1e+21");
    row(0x3eb0c6f7a0b5ed8c, "9.999999999999997e-7");
    row(0x3eb0c6f7a0b5ed8d, "0.000001");
    row(0x41b3de4355555553, "333333333.3333332");
    row(0x41b3de4355555554, "333333333.33333325");
    row(0x41b3de4355555555, "333333333.3333333");
    row(0x41b3de4355555556, "333333333.3333334");
    row(0x41b3de4355555557, "333333333.33333343");
    row(0xbecbf647612f3696, "-0.0000033333333333333333");
    row(0x43143ff3c1cb0959, "1424953923781206.2");
}

void TestDocumentHash::numbers()
{
    QFETCH(quint64, bits);
    QFETCH(QByteArray, text);
    QCOMPARE(canonicalNumber(std::bit_cast<double>(bits)), text);
}

/// RFC 8785, §3.2.2 and §3.2.3.
void TestDocumentHash::canonicalForm()
{
    const QByteArray input =
        R"({"numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
        "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/", "literals": [null, true, false]})";
    const QByteArray expected =
        R"({"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],)"
        "\"string\":\"\xe2\x82\xac$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}";
    QCOMPARE(canonicalJson(QJsonDocument::fromJson(input).object()), expected);
    const QByteArray keys =
        R"({"\u20ac": "Euro Sign", "\r": "Carriage Return", "\ufb33": "Hebrew Letter Dalet With Dagesh",
        "1": "One", "\ud83d\ude00": "Emoji: Grinning Face", "\u0080": "Control", "\u00f6": "Latin Small Letter O With Diaeresis"})";
    const QByteArray sorted = canonicalJson(QJsonDocument::fromJson(keys).object());
    QList<qsizetype> positions;
    for (const char* word : {"Carriage Return", "One", "Control", "Latin Small", "Euro", "Emoji", "Hebrew"})
        positions << sorted.indexOf(word);
    QVERIFY(!positions.contains(-1));
    QVERIFY(std::is_sorted(positions.begin(), positions.end()));
}

} // namespace postern

QTEST_APPLESS_MAIN(postern::TestDocumentHash)
#include "tst_document_hash.moc"

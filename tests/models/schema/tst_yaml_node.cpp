#include "models/schema/document_path.h"
#include "models/schema/yaml_reader.h"

#include <QElapsedTimer>
#include <QTest>

namespace postern {

using namespace Qt::StringLiterals;

class TestYamlNode : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void placesAreBytesAndLines_data();
    void placesAreBytesAndLines();
    void scalarsKeepTheirText_data();
    void scalarsKeepTheirText();
    void refused_data();
    void refused();
    void hostileTextsEndSoon_data();
    void hostileTextsEndSoon();
    void manyDocuments();
    void duplicateKeysKeepTheFirst();
    void pathsFindNodes();
};

void TestYamlNode::placesAreBytesAndLines_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QString>("path");
    QTest::addColumn<int>("line");
    QTest::addColumn<int>("column");
    QTest::addColumn<int>("from");
    QTest::addColumn<int>("to");
    QTest::newRow("plain") << QByteArray("a: 1\nb:\n  c: two\n") << "b.c" << 3 << 6 << 13 << 16;
    QTest::newRow("after umlauts") << QByteArray("ä: ö\nb: {é: 'ü'}\n") << "b[\"é\"]" << 2 << 8 << 15 << 19;
    QTest::newRow("after an emoji") << QByteArray("a: \"😀\" \nb: [1, 22]\n") << "b[1]" << 2 << 8 << 18 << 20;
    QTest::newRow("CRLF") << QByteArray("a: 1\r\nb: two\r\n") << "b" << 2 << 4 << 9 << 12;
    QTest::newRow("byte order mark") << "\xef\xbb\xbf"
                                        "a: 1\nb: 2\n"_ba
                                     << "b" << 2 << 4 << 11 << 12;
    // U+2028 ends a line for libyaml but for no editor.
    QTest::newRow("line separator") << QByteArray("a: 'x\xe2\x80\xa8y'\nb: 2\n") << "b" << 2 << 4 << 14 << 15;
    QTest::newRow("flow in block") << QByteArray("a:\n  - {b: [x, y]}\n") << "a[0].b" << 2 << 9 << 11 << 17;
    QTest::newRow("a null is where its value would be")
        << QByteArray("a:\nb: 1\n") << "a" << 1 << 3 << 2 << 2;
}

void TestYamlNode::placesAreBytesAndLines()
{
    QFETCH(QByteArray, text);
    QFETCH(QString, path);
    QFETCH(int, line);
    QFETCH(int, column);
    QFETCH(int, from);
    QFETCH(int, to);
    Findings findings;
    const auto documents = readYaml(text, findings);
    QCOMPARE(documents.size(), 1u);
    const Node* node = nodeAt(documents[0], path);
    QVERIFY(node);
    QCOMPARE(node->start.line, line);
    QCOMPARE(node->start.column, column);
    QCOMPARE(node->start.offset, qsizetype(from));
    QCOMPARE(node->end.offset, qsizetype(to));
}

void TestYamlNode::scalarsKeepTheirText_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QString>("expected");
    QTest::addColumn<bool>("null");
    // What YAML 1.1 reads as booleans, octals and so on stays as written: fields decide.
    for (const char* word :
         {"off", "on", "yes", "No", "1e3", "010", "0x1f", "1_000", "12:30:45", "2027-03-31", "true"})
        QTest::newRow(word) << QByteArray(word) << QString::fromLatin1(word) << false;
    QTest::newRow("tilde") << QByteArray("~") << "~" << true;
    QTest::newRow("null") << QByteArray("null") << "null" << true;
    QTest::newRow("quoted null") << QByteArray("'null'") << "null" << false;
    QTest::newRow("escapes") << QByteArray("\"a\\u00e9\\n\"") << u"aé\n"_s << false;
    QTest::newRow("literal") << QByteArray("|\n  a\n  b\n") << "a\nb\n" << false;
    QTest::newRow("folded") << QByteArray(">-\n  a\n  b\n") << "a b" << false;
}

void TestYamlNode::scalarsKeepTheirText()
{
    QFETCH(QByteArray, text);
    QFETCH(QString, expected);
    QFETCH(bool, null);
    Findings findings;
    const auto documents = readYaml("key: " + text, findings);
    QCOMPARE(documents.size(), 1u);
    const Node* node = documents[0].find(u"key");
    QVERIFY(node);
    QCOMPARE(node->text, expected);
    QCOMPARE(node->isNull(), null);
}

void TestYamlNode::refused_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QString>("rule");
    QTest::addColumn<int>("line");
    QTest::addColumn<int>("column");
    QTest::addColumn<QString>("path");
    QTest::newRow("anchor") << QByteArray("a:\n  b: &x 1\n") << "yaml-anchor" << 2 << 6 << "a.b";
    QTest::newRow("alias") << QByteArray("a: &x 1\nb: *x\n") << "yaml-alias" << 2 << 4 << "b";
    QTest::newRow("tag") << QByteArray("a: !!str 1\n") << "yaml-tag" << 1 << 4 << "a";
    QTest::newRow("own tag") << QByteArray("a: [!secret x]\n") << "yaml-tag" << 1 << 5 << "a[0]";
    QTest::newRow("merge key") << QByteArray("a:\n  <<: {b: 1}\n") << "yaml-merge-key" << 2 << 3 << "a";
    QTest::newRow("list as key") << QByteArray("? [a, b]\n: 1\n") << "yaml-key" << 1 << 3 << "";
    QTest::newRow("empty key") << QByteArray("a:\n  ?\n  : 1\n") << "yaml-key" << 2 << 4 << "a";
    QTest::newRow("duplicate key") << QByteArray("a:\n  b: 1\n  c: 2\n  b: 3\n") << "duplicate-key" << 4 << 3
                                   << "a.b";
    QTest::newRow("duplicate, quoted otherwise")
        << QByteArray("b: 1\n\"b\": 3\n") << "duplicate-key" << 2 << 1 << "b";
    QTest::newRow("tab as indent") << QByteArray("a:\n\tb: 1\n") << "yaml-syntax" << 2 << 1 << "a";
    QTest::newRow("unclosed quote") << QByteArray("a: \"b\n") << "yaml-syntax" << 2 << 1 << "a";
    QTest::newRow("unclosed flow") << QByteArray("a: [b\n") << "yaml-syntax" << 2 << 1 << "a[1]";
    QTest::newRow("control character") << QByteArray("a: b\x01\n") << "yaml-syntax" << 1 << 5 << "";
    QTest::newRow("invalid UTF-8") << QByteArray("a: b\nc: \xc3\x28\n") << "invalid-utf8" << 2 << 4 << "";
    QTest::newRow("overlong UTF-8") << QByteArray("a: \xc0\xaf\n") << "invalid-utf8" << 1 << 4 << "";
    QTest::newRow("surrogate") << QByteArray("a: \xed\xa0\x80\n") << "invalid-utf8" << 1 << 4 << "";
    QTest::newRow("UTF-16") << QByteArray("\xff\xfe"
                                          "a\0:\0",
                                          6)
                            << "invalid-utf8" << 1 << 1 << "";
}

void TestYamlNode::refused()
{
    QFETCH(QByteArray, text);
    QFETCH(QString, rule);
    QFETCH(int, line);
    QFETCH(int, column);
    QFETCH(QString, path);
    Findings findings(u"file.yaml"_s);
    (void)readYaml(text, findings);
    QVERIFY(findings.hasErrors());
    // The alias needs its anchor, which is reported first.
    const Finding& finding = findings.all().back();
    QCOMPARE(finding.rule, rule);
    QCOMPARE(finding.place, (Place{u"file.yaml"_s, line, column, path}));
    QVERIFY(!finding.found.isEmpty());
    QVERIFY(!finding.expected.isEmpty());
}

void TestYamlNode::hostileTextsEndSoon_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QString>("rule");
    QByteArray bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n";
    for (int i = 1; i < 12; ++i) {
        const QByteArray one = "*a" + QByteArray::number(i - 1);
        const QByteArray name = "a" + QByteArray::number(i);
        bomb += name + ": &" + name + " [" + (one + ", ").repeated(8) + one + "]\n";
    }
    QTest::newRow("billion laughs") << bomb << "yaml-anchor";
    QTest::newRow("50 MB") << QByteArray(50 * 1024 * 1024, 'a') << "too-large";
    QTest::newRow("50 MB that are no UTF-8") << QByteArray(50 * 1024 * 1024, '\xff') << "too-large";
    QTest::newRow("deep flow sequences") << QByteArray(500'000, '[') << "yaml-limit";
    QTest::newRow("deep flow mappings") << QByteArray("{a: ").repeated(200'000) << "yaml-limit";
    QTest::newRow("deep block sequences") << QByteArray("- ").repeated(500'000) << "yaml-limit";
    QTest::newRow("deep explicit keys") << QByteArray("? ").repeated(500'000) << "yaml-limit";
    QTest::newRow("many values") << "[" + QByteArray("a,").repeated(500'000) + "]"
                                 << "yaml-limit";
    QTest::newRow("many keys on one line") << "{" + QByteArray("a,").repeated(500'000) + "}"
                                           << "duplicate-key";
    QTest::newRow("many anchors") << "[" + QByteArray("&a b,").repeated(200'000) + "]"
                                  << "yaml-anchor";
    QTest::newRow("one long line beyond ASCII") << "[" + QByteArray("ä,").repeated(90'000) + "]"
                                                << "";
    QTest::newRow("one long scalar") << "a: '" + QByteArray(1'000'000, 'x') + "'"
                                     << "";
    QTest::newRow("many documents") << QByteArray("--- a\n").repeated(150'000) << "yaml-limit";
}

void TestYamlNode::hostileTextsEndSoon()
{
    QFETCH(QByteArray, text);
    QFETCH(QString, rule);
    Findings findings;
    QElapsedTimer timer;
    timer.start();
    const auto documents = readYaml(text, findings);
    // Generous for a busy machine under sanitizers; what is not linear takes minutes.
    QVERIFY2(timer.elapsed() < 20'000, qPrintable(QString::number(timer.elapsed())));
    QCOMPARE(findings.hasErrors(), !rule.isEmpty());
    QVERIFY(findings.all().size() <= Findings::Maximum + 1);
    if (rule.isEmpty())
        QCOMPARE(documents.size(), 1u);
    else
        QCOMPARE(findings.all().front().rule, rule);
}

void TestYamlNode::manyDocuments()
{
    Findings findings;
    const auto documents = readYaml(QByteArray("# nothing here\n---\na: 1\n---\n---\nb: 2\n...\n"), findings);
    QVERIFY(!findings.hasErrors());
    QCOMPARE(documents.size(), 2u);
    QCOMPARE(documents[0].find(u"a")->text, u"1"_s);
    QCOMPARE(documents[1].find(u"b")->start.line, 6);
}

void TestYamlNode::duplicateKeysKeepTheFirst()
{
    Findings findings;
    const auto documents = readYaml(QByteArray("a: 1\na: {b: 2}\nc: 3\n"), findings);
    QCOMPARE(findings.all().size(), 1u);
    QCOMPARE(findings.all()[0].expected, u"each key once; it stands in line 1 already"_s);
    QCOMPARE(documents.size(), 1u);
    QCOMPARE(documents[0].entries.size(), 2u);
    QCOMPARE(documents[0].find(u"a")->text, u"1"_s);
    QCOMPARE(documents[0].find(u"c")->text, u"3"_s);
}

void TestYamlNode::pathsFindNodes()
{
    Findings findings;
    const auto documents = readYaml(QByteArray("a:\n  - b: {\"x.y/z\": 1, 'q\"\\': 2}\n"), findings);
    QCOMPARE(documents.size(), 1u);
    const Node& root = documents[0];
    QCOMPARE(nodeAt(root, u"a[0].b[\"x.y/z\"]")->text, u"1"_s);
    const QString odd = pathTo(u"a[0].b"_s, u"q\"\\");
    QCOMPARE(odd, u"a[0].b[\"q\\\"\\\\\"]"_s);
    QCOMPARE(nodeAt(root, odd)->text, u"2"_s);
    QCOMPARE(nodeAt(root, u""), &root);
    QVERIFY(!nodeAt(root, u"a[1]"));
    QVERIFY(!nodeAt(root, u"a.b"));
    QCOMPARE(&nearestNode(root, u"a[0].c.d"), nodeAt(root, u"a[0]"));
    for (const char16_t* bad :
         {u"a..b", u".a", u"a[", u"a[x]", u"a[-1]", u"a[\"b", u"a[\"b\"", u"a b", u"a]", u"a[1]b"})
        QVERIFY2(!parsePath(bad), qPrintable(QString::fromUtf16(bad)));
}

} // namespace postern

QTEST_APPLESS_MAIN(postern::TestYamlNode)
#include "tst_yaml_node.moc"

#include "models/schema/record.h"
#include "models/schema/yaml_reader.h"

#include <QJsonDocument>
#include <QTest>

namespace postern {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

enum class Colour { Red, Green, Blue };
constexpr Choice<Colour> colours[] = {
    {"red", Colour::Red}, {"green", Colour::Green}, {"blue", Colour::Blue, "", Built::NotYet}};
std::span<const Choice<Colour>> choicesOf(Colour) { return colours; }

struct Part
{
    QString name;
    int size = 1;
    friend bool operator==(const Part&, const Part&) = default;
};

struct Thing
{
    QString name;
    bool open = true;
    qint64 limit = 10;
    double share = 0.5;
    std::chrono::milliseconds wait{250};
    Bytes room{1024};
    Colour colour = Colour::Red;
    std::vector<QString> tags;
    TextMap labels;
    std::vector<Part> parts;
    std::optional<Part> spare;
    std::optional<qint64> burst;
    FileReference file;
    std::optional<SecretReference> secret;
    Place place;
};

const Record<Part>& partRecord()
{
    static const auto instance = record<Part>("part", "A part.")
                                     .field("name", &Part::name, "Its name.")
                                     .required()
                                     .matching(text_rules::name())
                                     .field("size", &Part::size, "Its size.")
                                     .range(1, 100);
    return instance;
}

const Record<Thing>& thingRecord()
{
    static const auto instance =
        record<Thing>("thing", "A thing.")
            .field("name", &Thing::name, "Its name.")
            .required()
            .field("open", &Thing::open, "Whether it is open.")
            .field("limit", &Thing::limit, "How many.")
            .range(1, 1000)
            .field("share", &Thing::share, "How much.")
            .range(0, 1)
            .field("wait", &Thing::wait, "How long.")
            .range(1ms, 1h)
            .field("room", &Thing::room, "How large.")
            .range(Bytes{1}, Bytes{1 << 20})
            .field("colour", &Thing::colour, "Which colour.")
            .field("tags", &Thing::tags, "Words.")
            .scalarOrList()
            .unique()
            .items(1, 3)
            .matching(text_rules::headerName())
            .field("labels", &Thing::labels, "Pairs.")
            .keysMatching(text_rules::headerName())
            .field("parts", &Thing::parts, "Parts.", partRecord())
            .unique("name")
            .field("spare", &Thing::spare, "A spare part.", partRecord())
            .field("burst", &Thing::burst, "At once.")
            .range(1, 1000)
            .field("file", &Thing::file, "A file.")
            .field("secret", &Thing::secret, "A secret.")
            .notYetBuilt("tls", "Later.")
            .placeIn(&Thing::place)
            .check([](const Thing& thing, RecordContext& context) {
                if (thing.burst && *thing.burst < thing.limit)
                    context.error(u"burst-below-limit"_s, u"burst"_s, QString::number(*thing.burst),
                                  u"at least the limit"_s);
            })
            .normalise([](Thing& thing) {
                if (thing.burst == thing.limit)
                    thing.burst.reset();
            });
    return instance;
}

Thing parse(const QByteArray& text, Findings& findings)
{
    const auto documents = readYaml(text, findings);
    return documents.empty() ? Thing{} : thingRecord().parse(documents[0], u"spec"_s, findings);
}

} // namespace

class TestRecord : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void readsEveryKind();
    void leavesDefaultsOut_data();
    void leavesDefaultsOut();
    void reports_data();
    void reports();
    void reportsAllFaults();
    void describesItsFields();
    void secretsAreNotRepeated();
    void findingsAreBounded();
    void nearestKnownWord_data();
    void nearestKnownWord();
};

void TestRecord::readsEveryKind()
{
    Findings findings(u"t.yaml"_s);
    const Thing thing =
        parse("name: off\nopen: false\nlimit: 20\nshare: 0.25\nwait: 2s\nroom: 64KiB\ncolour: green\n"
              "tags: one\nlabels: {b: x, a: \"1\"}\nparts: [{name: p, size: 2}, {name: q}]\n"
              "spare: {name: s}\nburst: 40\nfile: a/b.json\nsecret: {secretRef: {name: n, key: k}}\n",
              findings);
    for (const Finding& finding : findings.all())
        qWarning() << finding.text();
    QVERIFY(!findings.hasErrors());
    QCOMPARE(thing.name, u"off"_s);
    QCOMPARE(thing.open, false);
    QCOMPARE(thing.limit, 20);
    QCOMPARE(thing.share, 0.25);
    QCOMPARE(thing.wait, 2000ms);
    QCOMPARE(thing.room, Bytes{65536});
    QCOMPARE(thing.colour, Colour::Green);
    QCOMPARE(thing.tags, std::vector<QString>{u"one"_s});
    QCOMPARE(thing.labels, (TextMap{{u"b"_s, u"x"_s}, {u"a"_s, u"1"_s}}));
    QCOMPARE(thing.parts, (std::vector<Part>{{u"p"_s, 2}, {u"q"_s, 1}}));
    QCOMPARE(thing.spare, std::optional(Part{u"s"_s, 1}));
    QCOMPARE(thing.burst, 40);
    QCOMPARE(thing.file.path, u"a/b.json"_s);
    QCOMPARE(thing.secret, std::optional(SecretReference{u"n"_s, u"k"_s}));
    QCOMPARE(thing.place, (Place{u"t.yaml"_s, 1, 1, u"spec"_s}));
}

void TestRecord::leavesDefaultsOut_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QByteArray>("json");
    QTest::newRow("all defaults") << "name: a"_ba
                                  << R"({"name":"a"})"_ba;
    QTest::newRow("defaults written")
        << "{name: a, open: true, limit: 10, share: 0.5, wait: 250ms, room: 1KiB, colour: red}"_ba
        << R"({"name":"a"})"_ba;
    QTest::newRow("the same in another unit") << "{name: a, room: 1024B}"_ba
                                              << R"({"name":"a"})"_ba;
    QTest::newRow("units normalised") << "{name: a, wait: 1m, room: 1MiB}"_ba
                                      << R"({"name":"a","room":1048576,"wait":60000})"_ba;
    QTest::newRow("a present part of defaults stays") << "{name: a, spare: {name: b, size: 1}}"_ba
                                                      << R"({"name":"a","spare":{"name":"b"}})"_ba;
    QTest::newRow("a scalar is a list of one") << "{name: a, tags: x}"_ba
                                               << R"({"name":"a","tags":["x"]})"_ba;
    QTest::newRow("normalised across fields") << "{name: a, burst: 10}"_ba
                                              << R"({"name":"a"})"_ba;
}

void TestRecord::leavesDefaultsOut()
{
    QFETCH(QByteArray, text);
    QFETCH(QByteArray, json);
    Findings findings;
    const auto documents = readYaml(text, findings);
    const QJsonObject object = thingRecord().normalised(documents.at(0), {}, findings);
    QVERIFY(!findings.hasErrors());
    QCOMPARE(QJsonDocument(object).toJson(QJsonDocument::Compact), json);
}

void TestRecord::reports_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QString>("expected");
    const auto row = [](const char* name, const QByteArray& text, const char* expected) {
        QTest::newRow(name) << text << QString::fromUtf8(expected);
    };
    row("missing", "{limit: 1}", "1:1: error: spec.name: found nothing, expected name: text [missing-field]");
    row("unknown, near", "{name: a, limt: 1}",
        "1:11: error: spec.limt: found \"limt\", expected limit (the nearest known field) [unknown-field]");
    row("not built", "{name: a, tls: {x: 1}}",
        "1:11: error: spec.tls: found tls, expected the field left out: this release does not build it yet "
        "[not-yet-built]");
    row("choice not built", "{name: a, colour: blue}",
        "1:19: error: spec.colour: found blue, expected one of red, green [not-yet-built]");
    row("unknown choice", "{name: a, colour: grene}",
        "1:19: error: spec.colour: found grene, expected one of red, green; did you mean green "
        "[unknown-choice]");
    row("number as text", "name: 12",
        "1:7: error: spec.name: found 12, expected text; in quotes where it is meant as "
        "text: \"12\" [wrong-type]");
    row("boolean as text", "name: true",
        "1:7: error: spec.name: found true, expected text; in quotes where it is "
        "meant as text: \"true\" [wrong-type]");
    row("nothing as text", "name:", "1:6: error: spec.name: found nothing, expected text [wrong-type]");
    row("yes is no boolean", "{name: a, open: yes}",
        "1:17: error: spec.open: found yes, expected true or false "
        "[wrong-type]");
    row("quoted boolean", "{name: a, open: 'true'}",
        "1:17: error: spec.open: found \"true\", expected true or false "
        "[wrong-type]");
    row("octal", "{name: a, limit: 010}",
        "1:18: error: spec.limit: found 010, expected a whole number, from 1 to 1000 "
        "[wrong-type]");
    row("exponent", "{name: a, limit: 1e2}",
        "1:18: error: spec.limit: found 1e2, expected a whole number, from 1 to "
        "1000 [wrong-type]");
    row("out of range", "{name: a, limit: 1001}",
        "1:18: error: spec.limit: found 1001, expected a whole number, from 1 "
        "to 1000 [out-of-range]");
    row("past 2^53", "{name: a, limit: 9007199254740993}",
        "1:18: error: spec.limit: found 9007199254740993, expected a "
        "whole number, from 1 to 1000 [out-of-range]");
    row("not a number", "{name: a, share: .nan}",
        "1:18: error: spec.share: found .nan, expected a number, from 0 to 1 "
        "[wrong-type]");
    row("duration without unit", "{name: a, wait: 250}",
        "1:17: error: spec.wait: found 250, expected a duration such as 250ms, 2s, 5m, 24h or 30d, from 1ms "
        "to 1h "
        "[invalid-duration]");
    row("duration too long", "{name: a, wait: 2h}",
        "1:17: error: spec.wait: found 2h, expected a duration such as 250ms, 2s, 5m, 24h or 30d, from 1ms "
        "to 1h "
        "[out-of-range]");
    row("size in other words", "{name: a, room: 1MB}",
        "1:17: error: spec.room: found 1MB, expected a size such as 512B, 64KiB or 1MiB, from 1B to 1MiB "
        "[invalid-size]");
    row("list item", "{name: a, tags: [ok, 'b c']}",
        "1:22: error: spec.tags[1]: found \"b c\", expected a header's name, such as X-Request-Id "
        "[invalid-header-name]");
    row("list too long", "{name: a, tags: [a, b, c, d]}",
        "1:17: error: spec.tags: found a list of 4, expected at most 3 "
        "[wrong-length]");
    row("list repeats", "{name: a, tags: [b, b]}",
        "1:21: error: spec.tags[1]: found \"b\", expected each once; it stands in line 1 already "
        "[duplicate-value]");
    row("map's key", "{name: a, labels: {'b c': d}}",
        "1:20: error: spec.labels[\"b c\"]: found \"b c\", expected a header's name, such as X-Request-Id "
        "[invalid-header-name]");
    row("records repeat", "name: a\nparts:\n  - {name: p}\n  - {name: p}\n",
        "4:12: error: spec.parts[1].name: found \"p\", expected each once; it stands in line 3 already "
        "[duplicate-name]");
    row("in a record", "{name: a, parts: [{name: p, size: 0}]}",
        "1:35: error: spec.parts[0].size: found 0, expected a whole number, from 1 to 100 [out-of-range]");
    row("no mapping", "[a]",
        "1:1: error: spec: found a list of 1, expected a mapping with fields such as name, open, "
        "limit, share [wrong-type]");
    row("file outside", "{name: a, file: ../b}",
        "1:17: error: spec.file: found ../b, expected a file beside the document or below it: relative, "
        "without \"..\" "
        "[invalid-file]");
    row("secret without name", "{name: a, secret: {secretRef: {key: k}}}",
        "1:31: error: spec.secret.secretRef.name: found nothing, expected the name of a folder under "
        "--secrets "
        "[missing-field]");
    row("secret outside", "{name: a, secret: {secretRef: {name: ../x}}}",
        "1:38: error: spec.secret.secretRef.name: found ../x, expected a name of lower-case letters, digits, "
        "\"-\" and "
        "\".\", such as accounts [invalid-name]");
    row("control character", "name: \"a\\r\\nb\"",
        "1:7: error: spec.name: found \"a\\u000d\\nb\", expected text without control characters "
        "[control-character]");
    row("across fields", "{name: a, burst: 5}",
        "1:18: error: spec.burst: found 5, expected at least the limit "
        "[burst-below-limit]");
}

void TestRecord::reports()
{
    QFETCH(QByteArray, text);
    QFETCH(QString, expected);
    Findings findings(u"f"_s);
    (void)parse(text, findings);
    QCOMPARE(findings.all().size(), 1u);
    QCOMPARE(findings.all()[0].text(), u"f:"_s + expected);
}

void TestRecord::reportsAllFaults()
{
    Findings findings;
    (void)parse("open: 1\nlimit: x\nwait: 1\nparts: [{nme: a}, 3]\n", findings);
    QStringList rules;
    for (const Finding& finding : findings.all())
        rules << finding.rule + u' ' + finding.place.path;
    QCOMPARE(rules, (QStringList{u"wrong-type spec.open"_s, u"wrong-type spec.limit"_s,
                                 u"invalid-duration spec.wait"_s, u"unknown-field spec.parts[0].nme"_s,
                                 u"missing-field spec.parts[0].name"_s, u"wrong-type spec.parts[1]"_s,
                                 u"missing-field spec.name"_s}));
}

void TestRecord::describesItsFields()
{
    const FieldDescription* wait = thingRecord().find(u"wait");
    QVERIFY(wait);
    QCOMPARE(wait->kind, FieldDescription::Kind::Duration);
    QCOMPARE(wait->defaultValue, QJsonValue(250));
    QCOMPARE(wait->documentText(wait->defaultValue), u"250ms"_s);
    QCOMPARE(wait->maximum, 3'600'000);
    const FieldDescription* parts = thingRecord().find(u"parts");
    QCOMPARE(parts->elements->record, &partRecord());
    QCOMPARE(thingRecord().find(u"colour")->choiceNames(), (QStringList{u"red"_s, u"green"_s, u"blue"_s}));
    QVERIFY(thingRecord().find(u"burst")->defaultValue.isUndefined());
    QVERIFY(!thingRecord().find(u"tls")->built);
    QVERIFY(thingRecord().find(u"name")->required);
}

void TestRecord::secretsAreNotRepeated()
{
    Findings findings;
    (void)parse("{name: a, secret: hunter2}", findings);
    QCOMPARE(findings.all().size(), 1u);
    QVERIFY(!findings.all()[0].text().contains(u"hunter2"_s));
}

void TestRecord::findingsAreBounded()
{
    QByteArray text = "name: a\n";
    for (int i = 0; i < 5000; ++i)
        text += "unknown" + QByteArray::number(i) + ": 1\n";
    Findings findings;
    (void)parse(text, findings);
    QCOMPARE(findings.all().size(), Findings::Maximum + 1);
    QCOMPARE(findings.all().back().rule, u"too-many-findings"_s);
}

void TestRecord::nearestKnownWord_data()
{
    QTest::addColumn<QString>("word");
    QTest::addColumn<QString>("nearest");
    QTest::newRow("swapped") << "tiemout"
                             << "timeout";
    QTest::newRow("case") << "TimeOut"
                          << "timeout";
    QTest::newRow("missing letter") << "upstrem"
                                    << "upstream";
    QTest::newRow("far") << "retention"
                         << "";
    QTest::newRow("short") << "xy"
                           << "";
    QTest::newRow("long") << QString(100'000, u'a') << "";
}

void TestRecord::nearestKnownWord()
{
    QFETCH(QString, word);
    QFETCH(QString, nearest);
    QCOMPARE(nearestOf(word, {u"timeout"_s, u"upstream"_s, u"match"_s}), nearest);
}

} // namespace postern

QTEST_APPLESS_MAIN(postern::TestRecord)
#include "tst_record.moc"

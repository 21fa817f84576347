#include "models/document/yaml_edit.h"
#include "models/document/yaml_render.h"
#include "models/document/yaml_splice.h"
#include "models/schema/yaml_reader.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonObject>
#include <QRandomGenerator>
#include <QTest>

#include <functional>

using namespace postern;

namespace {

QByteArray contents(const QString& path)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        qFatal("no %s", qPrintable(path));
    return file.readAll();
}

Node plain(const char* text) { return Node::scalar(QString::fromUtf8(text)); }

Node policyEntry()
{
    Node config = Node::mapping({{plain("maxBody"), plain("64KiB")}});
    config.style = Node::Style::Flow;
    return Node::mapping(
        {{plain("name"), plain("size")}, {plain("type"), plain("requestSize")}, {plain("config"), config}});
}

/// Every path of a tree, with whether it is an item of a list.
void collect(const Node& node, const QString& path, QStringList& scalars, QStringList& parts,
             QStringList& lists)
{
    if (node.isScalar())
        scalars << path;
    if (node.isSequence()) {
        lists << path;
        for (std::size_t i = 0; i < node.items.size(); ++i) {
            parts << pathTo(path, qsizetype(i));
            collect(node.items[i], pathTo(path, qsizetype(i)), scalars, parts, lists);
        }
    }
    for (const Node::Entry& entry : node.entries) {
        parts << pathTo(path, entry.key.text);
        collect(entry.value, pathTo(path, entry.key.text), scalars, parts, lists);
    }
}

struct Difference
{
    qsizetype from; ///< first old line that differs, from 1
    qsizetype to;   ///< last; from - 1 where lines were only added
};

Difference difference(const QByteArray& before, const QByteArray& after)
{
    const auto old = before.split('\n');
    const auto now = after.split('\n');
    const qsizetype shorter = std::min(old.size(), now.size());
    qsizetype head = 0;
    while (head < shorter && old[head] == now[head])
        ++head;
    qsizetype tail = 0;
    while (tail < shorter - head && old[old.size() - 1 - tail] == now[now.size() - 1 - tail])
        ++tail;
    return {head + 1, old.size() - tail};
}

qsizetype lineOf(const QByteArray& text, qsizetype offset) { return text.left(offset).count('\n') + 1; }

} // namespace

class YamlEditTest : public QObject
{
    Q_OBJECT

    using Change = std::function<Result<void>(YamlEdit&)>;

private Q_SLOTS:
    void changesOnlyWhatIsAsked_data()
    {
        QTest::addColumn<QByteArray>("before");
        QTest::addColumn<Change>("change");
        QTest::addColumn<QByteArray>("after");
        const auto row = [](const char* name, const char* before, Change change, const char* after) {
            QTest::newRow(name) << QByteArray(before) << std::move(change) << QByteArray(after);
        };
        const auto set = [](const char* path, const char* value) -> Change {
            return [=](YamlEdit& edit) { return edit.setScalar(QString::fromUtf8(path), plain(value)); };
        };
        const auto remove = [](const char* path) -> Change {
            return [=](YamlEdit& edit) { return edit.remove(QString::fromUtf8(path)); };
        };

        row("a number", "a: 1   # why\nb: 2\n", set("a", "50"), "a: 50   # why\nb: 2\n");
        row("double quotes stay", "a: \"x\" # c\n", set("a", "y z"), "a: \"y z\" # c\n");
        row("single quotes stay", "a: 'x'\n", set("a", "it's"), "a: 'it''s'\n");
        row("quotes go from a number", "a: \"x\"\n", set("a", "5"), "a: 5\n");
        row(
            "quotes come where plain would lie", "a: x\n",
            [](YamlEdit& edit) {
                return edit.setScalar(QStringLiteral("a"),
                                      Node::scalar(QStringLiteral("true"), Node::Style::DoubleQuoted));
            },
            "a: \"true\"\n");
        row("quotes come before a comment sign", "a: x\n", set("a", "b #c"), "a: \"b #c\"\n");
        row("in braces", "{a: {b: 1, c: 2}, d: 3}\n", set("a.b", "9"), "{a: {b: 9, c: 2}, d: 3}\n");
        row("in braces a comma is quoted", "{a: x}\n", set("a", "b, c"), "{a: \"b, c\"}\n");
        row("an empty value", "a:\nb: 2\n", set("a", "1"), "a: 1\nb: 2\n");
        row("a folded text", "a: >-\n  one\n  two\nb: 2\n", set("a", "three"), "a: three\nb: 2\n");
        row("a new key", "a:\n  b: 1 # x\n  # end of a\nc: 2\n", set("a.z", "5"),
            "a:\n  b: 1 # x\n  z: 5\n  # end of a\nc: 2\n");
        row("a new key in braces", "a: {b: 1}\n", set("a.z", "5"), "a: {b: 1, z: 5}\n");
        row("a new key in empty braces", "a: {}\n", set("a.z", "5"), "a: {z: 5}\n");
        row("mappings on the way", "a:\n  b: 1\n", set("a.x.m", "5"), "a:\n  b: 1\n  x:\n    m: 5\n");
        row("below an empty key", "a:\n  b:\n", set("a.b.c", "5"), "a:\n  b:\n    c: 5\n");
        row("no line end at the end", "a: 1", set("b", "2"), "a: 1\nb: 2");
        row("Windows' line ends", "a: 1\r\nb:\r\n  c: 2\r\n", set("b.d", "3"),
            "a: 1\r\nb:\r\n  c: 2\r\n  d: 3\r\n");
        row("a key of an item", "- name: x\n  b: 1\n- name: y\n", set("[0].c", "3"),
            "- name: x\n  b: 1\n  c: 3\n- name: y\n");
        row("beyond ASCII", "a: é # ü\nb: x\n", set("b", "ß"), "a: é # ü\nb: ß\n");

        row("a key gone with its comment", "a: 1\n# about b\nb: 2 # x\nc: 3\n", remove("b"), "a: 1\nc: 3\n");
        row("another's comment stays", "a: 1\n\n# about all\n\nb: 2\nc: 3\n", remove("b"),
            "a: 1\n\n# about all\n\nc: 3\n");
        row("a block gone", "a:\n  b:\n    - 1\n    - 2\nc: 3\n", remove("a"), "c: 3\n");
        row("an item gone", "a:\n- x\n# about y\n- y\n- z\n", remove("a[1]"), "a:\n- x\n- z\n");
        row("the last of a list", "a:\n  - x\nb: 1\n", remove("a[0]"), "a: []\nb: 1\n");
        row("the last of a mapping", "a:\n  # why\n  x: 1\nb: 1\n", remove("a.x"), "a: {}\nb: 1\n");
        row("first in braces", "{a: 1, b: 2}\n", remove("a"), "{b: 2}\n");
        row("last in braces", "{a: 1, b: 2}\n", remove("b"), "{a: 1}\n");
        row("only in brackets", "a: [ x ]\n", remove("a[0]"), "a: []\n");
        row("the key on the dash's line", "- name: x\n  b: 1\n", remove("[0].name"), "- b: 1\n");
        row("the key on the dash's line, a comment below", "- name: x\n  # about b\n  b: 1\n",
            remove("[0].name"), "-\n  # about b\n  b: 1\n");

        row(
            "an item before", "a:\n  # about y\n  - y\n",
            [](YamlEdit& edit) { return edit.insertItem(QStringLiteral("a"), 0, plain("x")); },
            "a:\n  - x\n  # about y\n  - y\n");
        row(
            "a policy last", "policies:\n  - name: a\n    type: b  # c\nnext: 1\n",
            [](YamlEdit& edit) { return edit.insertItem(QStringLiteral("policies"), 99, policyEntry()); },
            "policies:\n  - name: a\n    type: b  # c\n  - name: size\n    type: requestSize\n    config: "
            "{maxBody: 64KiB}\nnext: 1\n");
        row(
            "a policy into an empty list", "policies: []\n",
            [](YamlEdit& edit) { return edit.insertItem(QStringLiteral("policies"), 0, policyEntry()); },
            "policies: [{name: size, type: requestSize, config: {maxBody: 64KiB}}]\n");
        row(
            "a policy where there was no list", "spec:\n  a: 1\n",
            [](YamlEdit& edit) { return edit.insertItem(QStringLiteral("spec.policies"), 0, policyEntry()); },
            "spec:\n  a: 1\n  policies:\n    - name: size\n      type: requestSize\n      config: {maxBody: "
            "64KiB}\n");
        row(
            "an item in brackets", "a: [x, y]\n",
            [](YamlEdit& edit) { return edit.insertItem(QStringLiteral("a"), 1, plain("m")); },
            "a: [x, m, y]\n");

        row(
            "a whole value, what stays the same untouched",
            "c:\n  # why\n  key: a   # x\n  limit: 1\n  old: 2\n",
            [](YamlEdit& edit) {
                return edit.setValue(QStringLiteral("c"), Node::mapping({{plain("key"), plain("a")},
                                                                         {plain("limit"), plain("5")},
                                                                         {plain("per"), plain("1s")}}));
            },
            "c:\n  # why\n  key: a   # x\n  limit: 5\n  per: 1s\n");
        row(
            "a list, what stays the same untouched", "l:\n  - a # 1\n  - b # 2\n  - c # 3\n",
            [](YamlEdit& edit) {
                return edit.setValue(QStringLiteral("l"),
                                     Node::sequence({plain("a"), plain("x"), plain("y"), plain("c")}));
            },
            "l:\n  - a # 1\n  - x # 2\n  - y\n  - c # 3\n");
        row(
            "a scalar that becomes a list", "k: jwt.sub # x\n",
            [](YamlEdit& edit) {
                Node list = Node::sequence({plain("caller"), plain("route")});
                list.style = Node::Style::Flow;
                return edit.setValue(QStringLiteral("k"), list);
            },
            "k: [caller, route] # x\n");
        row(
            "a block list that becomes a scalar", "k:\n  - a\n  - b\nz: 1\n",
            [](YamlEdit& edit) { return edit.setValue(QStringLiteral("k"), plain("c")); }, "k: c\nz: 1\n");
    }
    void changesOnlyWhatIsAsked()
    {
        QFETCH(QByteArray, before);
        QFETCH(Change, change);
        QFETCH(QByteArray, after);
        auto edit = YamlEdit::create(before);
        QVERIFY2(edit, edit ? "" : qPrintable(edit.error().text()));
        const auto done = change(*edit);
        QVERIFY2(done, done ? "" : qPrintable(done.error().text()));
        QCOMPARE(QString::fromUtf8(edit->text()), QString::fromUtf8(after));
    }

    void theOtherDocumentsOfAFileStay()
    {
        auto edit = YamlEdit::create("a: 1\n---\n# two\na: 2\n", 1);
        QVERIFY(edit);
        QVERIFY(edit->setScalar(QStringLiteral("a"), plain("3")));
        QCOMPARE(edit->text(), "a: 1\n---\n# two\na: 3\n");
    }

    void whatCanNotBeDoneIsSaidAndLeavesTheText_data()
    {
        QTest::addColumn<Change>("change");
        QTest::newRow("no such item")
            << Change([](YamlEdit& edit) { return edit.remove(QStringLiteral("l[7]")); });
        QTest::newRow("no such key") << Change(
            [](YamlEdit& edit) { return edit.remove(QStringLiteral("x.y")); });
        QTest::newRow("a list is no single value")
            << Change([](YamlEdit& edit) { return edit.setScalar(QStringLiteral("l"), plain("1")); });
        QTest::newRow("below a scalar")
            << Change([](YamlEdit& edit) { return edit.setScalar(QStringLiteral("a.b"), plain("1")); });
        QTest::newRow("an item of no list")
            << Change([](YamlEdit& edit) { return edit.insertItem(QStringLiteral("a"), 0, plain("1")); });
        QTest::newRow("no path") << Change(
            [](YamlEdit& edit) { return edit.setScalar(QStringLiteral("a..b"), plain("1")); });
        QTest::newRow("everything") << Change([](YamlEdit& edit) { return edit.remove(QString()); });
    }
    void whatCanNotBeDoneIsSaidAndLeavesTheText()
    {
        QFETCH(Change, change);
        const QByteArray text = "a: 1\nl:\n  - x\n";
        auto edit = YamlEdit::create(text);
        QVERIFY(edit);
        const auto done = change(*edit);
        QVERIFY(!done);
        QVERIFY(!done.error().message.isEmpty());
        QCOMPARE(edit->text(), text);
    }

    void randomEditsTouchNoOtherLine_data()
    {
        QTest::addColumn<QByteArray>("text");
        for (const char* name : {"samples/core.yaml", "samples/accounts.yaml", "samples/core-baseline.yaml",
                                 "samples/payments-baseline.yaml", "documents/edits/teams_own.yaml"})
            QTest::newRow(name) << contents(QStringLiteral(POSTERN_TEST_DATA "/") + QLatin1StringView(name));
        QByteArray windows = contents(QStringLiteral(POSTERN_TEST_DATA "/documents/edits/teams_own.yaml"));
        QTest::newRow("with Windows' line ends") << windows.replace("\n", "\r\n");
    }
    void randomEditsTouchNoOtherLine()
    {
        QFETCH(QByteArray, text);
        const quint32 seed = QRandomGenerator::system()->generate();
        qInfo("seed %u", seed);
        QRandomGenerator random(seed);
        int refused = 0;
        constexpr int rounds = 400;
        for (int round = 0; round < rounds; ++round) {
            auto edit = YamlEdit::create(text);
            QVERIFY2(edit, edit ? "" : qPrintable(edit.error().text()));
            const Node before = edit->root();
            QStringList scalars, parts, lists;
            collect(before, QString(), scalars, parts, lists);
            const auto any = [&](const QStringList& of) { return of[random.bounded(int(of.size()))]; };
            const YamlSplice places(text);

            const int kind = random.bounded(3);
            const QString path = kind == 0 ? any(scalars) : kind == 1 ? any(parts) : any(lists);
            const Node& target = *nodeAt(before, path);
            const Node item = random.bounded(2) ? policyEntry() : plain("extra");
            static const char* values[] = {"7",   "x",   "250ms", "a b",  "/v1/{id}/**", "yes",
                                           "- x", "ünï", "#1",    "a: b", "[x]"};
            const Node value = random.bounded(2) ? Node::scalar(QString::fromUtf8(values[random.bounded(11)]),
                                                                Node::Style::DoubleQuoted)
                                                 : plain("7");
            const auto done =
                kind == 0   ? edit->setScalar(path, value)
                : kind == 1 ? edit->remove(path)
                            : edit->insertItem(path, random.bounded(int(target.items.size()) + 1), item);
            const QByteArray context =
                path.toUtf8() + " kind " + QByteArray::number(kind) + "\n" + edit->text();
            if (!done) {
                QCOMPARE(edit->text(), text);
                ++refused;
                continue;
            }
            const Difference differs = difference(text, edit->text());
            if (differs.to < differs.from && kind == 0)
                continue; // the same value again
            const qsizetype first = lineOf(
                text, places.withOwnComments(kind == 1 && places.dashOf(target) >= 0 && path.endsWith(u']')
                                                 ? places.dashOf(target)
                                                 : target.start.offset));
            const qsizetype last = lineOf(text, places.contentEnd(target));
            if (kind == 0) {
                QVERIFY2(differs.from >= lineOf(text, target.start.offset) && differs.to <= last,
                         context.constData());
            } else if (kind == 2) {
                // Added lines only, or the one line of a bracketed list.
                QVERIFY2(differs.to < differs.from || differs.to - differs.from == 0 || target.items.empty(),
                         context.constData());
                QVERIFY2(differs.from >= lineOf(text, target.start.offset) - 1 && differs.to <= last + 1,
                         context.constData());
            } else {
                // A key's line may be above its value; its own comments go with it.
                qsizetype key = target.start.offset;
                if (!path.endsWith(u']'))
                    for (const Node::Entry& entry :
                         nodeAt(before, path.left(path.lastIndexOf(u'.') < 0 ? 0 : path.lastIndexOf(u'.')))
                             ->entries)
                        if (&entry.value == &target)
                            key = entry.key.start.offset;
                const qsizetype from = std::min(first, lineOf(text, places.withOwnComments(key)));
                // The last part of a collection takes the collection's lines with it: `[]` joins its key's
                // line.
                QVERIFY2(differs.from >= from - 6 && differs.to <= last + 1, context.constData());
                QVERIFY2(edit->text().count('\n') <= text.count('\n'), context.constData());
            }
        }
        QVERIFY2(refused < rounds / 10, qPrintable(QString::number(refused)));
    }

    void manyEditsOnTopOfEachOtherStayWellFormed()
    {
        const quint32 seed = QRandomGenerator::system()->generate();
        qInfo("seed %u", seed);
        QRandomGenerator random(seed);
        auto edit =
            YamlEdit::create(contents(QStringLiteral(POSTERN_TEST_DATA "/documents/edits/teams_own.yaml")));
        QVERIFY(edit);
        for (int round = 0; round < 300; ++round) {
            QStringList scalars, parts, lists;
            collect(edit->root(), QString(), scalars, parts, lists);
            const int kind = random.bounded(5);
            if (kind < 2 && !lists.isEmpty())
                std::ignore = edit->insertItem(lists[random.bounded(int(lists.size()))], random.bounded(4),
                                               policyEntry());
            else if (kind == 2 && parts.size() > 20)
                std::ignore = edit->remove(parts[random.bounded(int(parts.size()))]);
            else if (!scalars.isEmpty())
                std::ignore = edit->setScalar(scalars[random.bounded(int(scalars.size()))], plain("7"));
            Findings findings;
            QCOMPARE(readYaml(edit->text(), findings).size(), 1U);
            QVERIFY2(!findings.hasErrors(), edit->text().constData());
        }
    }

    void jsonBecomesWhatADocumentWouldWrite()
    {
        const YamlRender render("\n");
        const QJsonObject object{{QStringLiteral("a"), 5},
                                 {QStringLiteral("b"), QStringLiteral("yes")},
                                 {QStringLiteral("c"), QJsonArray{QStringLiteral("x"), true}},
                                 {QStringLiteral("d"), 0.5}};
        QCOMPARE(render.flow(nodeFromJson(object)), "{a: 5, b: \"yes\", c: [x, true], d: 0.5}");
    }
};

QTEST_GUILESS_MAIN(YamlEditTest)
#include "tst_yaml_edit.moc"

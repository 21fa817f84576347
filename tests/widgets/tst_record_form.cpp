#include "tests/widgets/sample_record.h"

#include "models/schema/record_description.h"
#include "widgets/form/choice_box.h"
#include "widgets/form/field_words.h"
#include "widgets/form/record_form.h"
#include "widgets/frame/segmented_control.h"

#include <QAbstractButton>
#include <QLabel>
#include <QLineEdit>
#include <QSignalSpy>
#include <QTest>
#include <QToolButton>

using namespace postern;

namespace {

Node text(const char* value) { return Node::scalar(QString::fromUtf8(value)); }

Node::Entry entry(const char* key, Node value) { return {text(key), std::move(value)}; }

/// What the form said, as `set limit 50`, `insert steps 1 {…}`, `remove burst`.
class Said final : public QObject
{
public:
    explicit Said(RecordForm& form)
    {
        connect(&form, &RecordForm::valueChanged, this, [this](const QString& path, const Node& value) {
            lines.append(QStringLiteral("set %1 %2").arg(path, shown(value)));
        });
        connect(&form, &RecordForm::itemInserted, this,
                [this](const QString& path, qsizetype index, const Node& item) {
                    lines.append(QStringLiteral("insert %1 %2 %3").arg(path).arg(index).arg(shown(item)));
                });
        connect(&form, &RecordForm::valueRemoved, this,
                [this](const QString& path) { lines.append(QStringLiteral("remove %1").arg(path)); });
    }
    QStringList take() { return std::exchange(lines, {}); }

    QStringList lines;

private:
    static QString shown(const Node& node)
    {
        if (node.isScalar())
            return node.style == Node::Style::DoubleQuoted ? u'"' + node.text + u'"' : node.text;
        QStringList parts;
        for (const Node& item : node.items)
            parts.append(shown(item));
        for (const Node::Entry& one : node.entries)
            parts.append(one.key.text + u':' + shown(one.value));
        return (node.isSequence() ? u'[' : u'{') + parts.join(u',') + (node.isSequence() ? u']' : u'}');
    }
};

template<typename W>
W* named(const QWidget& form, const char* name)
{
    for (W* widget : form.findChildren<W*>()) {
        if (widget->accessibleName() == QString::fromUtf8(name))
            return widget;
    }
    return nullptr;
}

} // namespace

class TestRecordForm : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void labels_data();
    void labels();
    void quoting_data();
    void quoting();
    void defaultsArePlaceholders();
    void typedValuesLeave();
    void shownValuesDoNotEcho();
    void typingSurvivesALateEcho();
    void choices();
    void lists();
    void scalarOrList();
    void maps();
    void nestedRecord();
    void secret();
    void resetRemoves();
    void findingsStandAtTheirField();
    void focusGoesToTheField();
    void readOnlyChangesNothing();
    void everyFieldHasHelpAndName();
};

void TestRecordForm::labels_data()
{
    QTest::addColumn<QString>("name");
    QTest::addColumn<QString>("label");
    const auto row = [](const char* name, const char* label) {
        QTest::newRow(name) << QString::fromLatin1(name) << QString::fromLatin1(label);
    };
    row("limit", "Limit");
    row("keyHeader", "Key header");
    row("onMissingKey", "On missing key");
    row("jwksURL", "Jwks URL");
}

void TestRecordForm::labels()
{
    QFETCH(QString, name);
    QTEST(fieldLabel(name), "label");
}

void TestRecordForm::quoting_data()
{
    QTest::addColumn<QString>("typed");
    QTest::addColumn<bool>("quoted");
    const auto row = [](const char* typed, bool quoted) {
        QTest::newRow(typed) << QString::fromUtf8(typed) << quoted;
    };
    row("jwt.sub", false);
    row("accounts api", false);
    row("true", true);
    row("12", true);
    row("1e3", true);
    row("*all", true);
    row("- x", true);
    row("a: b", true);
    row("a #b", true);
    row("https://id.bank.example/x", false);
    row("null", true);
    row("yes", true);
    row("ends:", true);
}

void TestRecordForm::quoting()
{
    QFETCH(QString, typed);
    FieldDescription field;
    field.kind = FieldDescription::Kind::Text;
    const auto style = scalarFor(field, typed).style;
    QTEST(style == Node::Style::DoubleQuoted, "quoted");
    field.kind = FieldDescription::Kind::Integer;
    QCOMPARE(scalarFor(field, typed).style, Node::Style::Plain);
}

void TestRecordForm::defaultsArePlaceholders()
{
    RecordForm form(test::sampleRecord());
    QCOMPARE(named<QLineEdit>(form, "Per")->text(), QString());
    QCOMPARE(named<QLineEdit>(form, "Per")->placeholderText(), QStringLiteral("1s"));
    QCOMPARE(named<QLineEdit>(form, "Max body")->placeholderText(), QStringLiteral("64KiB"));
    QCOMPARE(named<QLineEdit>(form, "Limit")->placeholderText(), QStringLiteral("required"));
    QCOMPARE(named<SegmentedControl>(form, "Mode")->current(), QStringLiteral("enforce"));
    QCOMPARE(named<ChoiceBox>(form, "Algorithm")->currentText(), QStringLiteral("RS256"));
}

void TestRecordForm::typedValuesLeave()
{
    RecordForm form(test::sampleRecord());
    Said said(form);
    auto* limit = named<QLineEdit>(form, "Limit");
    QTest::keyClicks(limit, QStringLiteral("50"));
    QCOMPARE(said.take(), QStringList({QStringLiteral("set limit 5"), QStringLiteral("set limit 50")}));
    auto* per = named<QLineEdit>(form, "Per");
    QTest::keyClicks(per, QStringLiteral("5m"));
    QCOMPARE(said.take().back(), QStringLiteral("set per 5m"));
    QTest::keyClick(per, Qt::Key_Backspace);
    QTest::keyClick(per, Qt::Key_Backspace);
    QCOMPARE(said.take().back(), QStringLiteral("remove per"));
    // A required field stays, empty, so that the finding has a place.
    QTest::keyClick(limit, Qt::Key_Backspace);
    QTest::keyClick(limit, Qt::Key_Backspace);
    QCOMPARE(said.take().back(), QStringLiteral("set limit \"\""));
}

void TestRecordForm::shownValuesDoNotEcho()
{
    RecordForm form(test::sampleRecord());
    Said said(form);
    form.setValues(Node::mapping(
        {entry("mode", text("shadow")), entry("key", Node::sequence({text("caller"), text("route")})),
         entry("limit", text("50")), entry("algorithm", text("ES256")), entry("strict", text("false")),
         entry("labels", Node::mapping({entry("team", text("risk"))})),
         entry("retry", Node::mapping({entry("attempts", text("3"))})),
         entry("steps", Node::sequence({Node::mapping({entry("backoff", text("1s"))})}))}));
    QCOMPARE(said.take(), QStringList());
    QCOMPARE(named<QLineEdit>(form, "Limit")->text(), QStringLiteral("50"));
    QCOMPARE(named<SegmentedControl>(form, "Mode")->current(), QStringLiteral("shadow"));
    QCOMPARE(named<SegmentedControl>(form, "Strict")->current(), QStringLiteral("false"));
    QCOMPARE(named<ChoiceBox>(form, "Algorithm")->currentText(), QStringLiteral("ES256"));
    // A value that no choice has is not shown as another.
    form.setValues(Node::mapping({entry("mode", text("enfroce")), entry("algorithm", text("HS256"))}));
    QCOMPARE(named<SegmentedControl>(form, "Mode")->current(), QString());
    QCOMPARE(named<ChoiceBox>(form, "Algorithm")->currentIndex(), -1);
    QCOMPARE(said.take(), QStringList());
}

void TestRecordForm::typingSurvivesALateEcho()
{
    RecordForm form(test::sampleRecord());
    form.show();
    form.activateWindow();
    QVERIFY(QTest::qWaitForWindowActive(&form));
    auto* limit = named<QLineEdit>(form, "Limit");
    limit->setFocus();
    QTest::keyClicks(limit, QStringLiteral("123"));
    form.setValues(Node::mapping({entry("limit", text("12"))})); // what was typed a moment ago
    QCOMPARE(limit->text(), QStringLiteral("123"));
    form.setValues(Node::mapping({entry("limit", text("123"))}));
    QCOMPARE(limit->text(), QStringLiteral("123"));
    form.setValues(Node::mapping({entry("limit", text("77"))})); // somebody else's
    QCOMPARE(limit->text(), QStringLiteral("77"));
}

void TestRecordForm::choices()
{
    RecordForm form(test::sampleRecord());
    Said said(form);
    auto* mode = named<SegmentedControl>(form, "Mode");
    named<QAbstractButton>(*mode, "shadow")->click();
    QCOMPARE(said.take(), QStringList(QStringLiteral("set mode shadow")));
    auto* algorithm = named<ChoiceBox>(form, "Algorithm");
    algorithm->setFocus();
    QTest::keyClick(algorithm, Qt::Key_Down);
    QCOMPARE(said.take(), QStringList(QStringLiteral("set algorithm RS384")));
    const auto* model = algorithm->model();
    QVERIFY(!model->flags(model->index(4, 0)).testFlag(Qt::ItemIsEnabled)); // not built yet
}

void TestRecordForm::lists()
{
    RecordForm form(test::sampleRecord());
    form.setValues(Node::mapping({entry("key", Node::sequence({text("caller"), text("route")}))}));
    Said said(form);
    named<QToolButton>(form, "Remove item 2")->click();
    QCOMPARE(said.take(), QStringList(QStringLiteral("remove key[1]")));
    named<QToolButton>(form, "Add to Key")->click();
    QCOMPARE(said.take(), QStringList(QStringLiteral("insert key 2 \"\"")));
    named<QToolButton>(form, "Add to Steps")->click();
    QCOMPARE(said.take(), QStringList(QStringLiteral("insert steps 0 {}")));
}

void TestRecordForm::scalarOrList()
{
    RecordForm form(test::sampleRecord());
    form.setValues(Node::mapping({entry("key", text("caller"))}));
    Said said(form);
    form.focusField(QStringLiteral("key"));
    QLineEdit* item = nullptr;
    for (auto* line : form.findChildren<QLineEdit*>()) {
        if (line->text() == QLatin1String("caller"))
            item = line;
    }
    QVERIFY(item);
    QTest::keyClicks(item, QStringLiteral("s"));
    QCOMPARE(said.take().size(), 1);
    named<QToolButton>(form, "Add to Key")->click();
    QCOMPARE(said.take(), QStringList(QStringLiteral("set key [caller,\"\"]")));
    form.setValues(Node::mapping({}));
    named<QToolButton>(form, "Add to Key")->click();
    QCOMPARE(said.take(), QStringList(QStringLiteral("set key \"\"")));
}

void TestRecordForm::maps()
{
    RecordForm form(test::sampleRecord());
    form.setValues(Node::mapping({entry("labels", Node::mapping({entry("team", text("risk"))}))}));
    Said said(form);
    auto* fresh = named<QLineEdit>(form, "Labels, new name");
    QTest::keyClicks(fresh, QStringLiteral("cost.center"));
    QTest::keyClick(fresh, Qt::Key_Return);
    QCOMPARE(said.take(), QStringList(QStringLiteral("set labels[\"cost.center\"] \"\"")));
    QTest::keyClicks(fresh, QStringLiteral("team"));
    QTest::keyClick(fresh, Qt::Key_Return); // is there already
    QCOMPARE(said.take(), QStringList());
    named<QToolButton>(form, "Remove team")->click();
    QCOMPARE(said.take(), QStringList(QStringLiteral("remove labels.team")));
}

void TestRecordForm::nestedRecord()
{
    RecordForm form(test::sampleRecord());
    QVERIFY(!named<QLineEdit>(form, "Attempts")); // made when it is opened
    form.setValues(Node::mapping({entry("retry", Node::mapping({entry("attempts", text("3"))}))}));
    Said said(form);
    auto* attempts = named<QLineEdit>(form, "Attempts");
    QVERIFY(attempts);
    QCOMPARE(attempts->text(), QStringLiteral("3"));
    QTest::keyClick(attempts, Qt::Key_End);
    QTest::keyClicks(attempts, QStringLiteral("0"));
    QCOMPARE(said.take(), QStringList(QStringLiteral("set retry.attempts 30")));
}

void TestRecordForm::secret()
{
    RecordForm form(test::sampleRecord());
    Said said(form);
    auto* name = named<QLineEdit>(form, "Secret, name");
    QTest::keyClicks(name, QStringLiteral("a"));
    QCOMPARE(said.take(), QStringList(QStringLiteral("set secret.secretRef.name a")));
    QTest::keyClick(name, Qt::Key_Backspace);
    QCOMPARE(said.take(), QStringList(QStringLiteral("remove secret")));
}

void TestRecordForm::resetRemoves()
{
    RecordForm form(test::sampleRecord());
    auto* reset = named<QToolButton>(form, "Burst: back to the default");
    QVERIFY(reset->isHidden());
    form.setValues(Node::mapping({entry("burst", text("9")), entry("limit", text("9"))}));
    QVERIFY(!reset->isHidden());
    QVERIFY(named<QToolButton>(form, "Limit: back to the default")->isHidden()); // required: there is none
    Said said(form);
    reset->click();
    QCOMPARE(said.take(), QStringList(QStringLiteral("remove burst")));
}

void TestRecordForm::findingsStandAtTheirField()
{
    RecordForm form(test::sampleRecord());
    form.setFindings({{QStringLiteral("burst"), true, QStringLiteral("found 0")},
                      {QStringLiteral("steps[1].backoff"), true, QStringLiteral("found soon")},
                      {QStringLiteral("bursts"), true, QStringLiteral("unknown")},
                      {QString(), true, QStringLiteral("no complete limit")}});
    QStringList shown;
    for (const auto* label : form.findChildren<QLabel*>()) {
        if (!label->isHidden() && label->property("tone").toString() == QLatin1String("bad"))
            shown.append(label->text());
    }
    QCOMPARE(shown, QStringList({QStringLiteral("found 0"), QStringLiteral("[1].backoff: found soon"),
                                 QStringLiteral("bursts: unknown\nno complete limit")}));
    QVERIFY(named<QLineEdit>(form, "Burst")->property("invalid").toBool());
    form.setFindings({});
    QVERIFY(!named<QLineEdit>(form, "Burst")->property("invalid").toBool());
}

void TestRecordForm::focusGoesToTheField()
{
    RecordForm form(test::sampleRecord());
    form.setValues(Node::mapping({entry("key", Node::sequence({text("caller"), text("route")}))}));
    form.show();
    form.activateWindow();
    QVERIFY(QTest::qWaitForWindowActive(&form));
    QVERIFY(form.focusField(QStringLiteral("burst")));
    QVERIFY(named<QLineEdit>(form, "Burst")->hasFocus());
    QVERIFY(form.focusField(QStringLiteral("retry.backoff")));
    QVERIFY(named<QLineEdit>(form, "Backoff")->hasFocus());
    QVERIFY(form.focusField(QStringLiteral("key[1]")));
    QCOMPARE(qobject_cast<QLineEdit*>(QApplication::focusWidget())->text(), QStringLiteral("route"));
    QVERIFY(!form.focusField(QStringLiteral("nothing")));
}

void TestRecordForm::readOnlyChangesNothing()
{
    RecordForm form(test::sampleRecord());
    form.setValues(
        Node::mapping({entry("key", Node::sequence({text("caller")})), entry("burst", text("9"))}));
    form.setReadOnly(true);
    Said said(form);
    QTest::keyClicks(named<QLineEdit>(form, "Limit"), QStringLiteral("5"));
    QVERIFY(named<QToolButton>(form, "Add to Key")->isHidden());
    QVERIFY(named<QToolButton>(form, "Burst: back to the default")->isHidden());
    QVERIFY(!named<SegmentedControl>(form, "Mode")->isEnabled());
    QCOMPARE(said.take(), QStringList());
}

void TestRecordForm::everyFieldHasHelpAndName()
{
    for (const FieldDescription& field : test::sampleRecord().fields()) {
        const QString tip = fieldTooltip(field);
        QVERIFY(tip.contains(field.help));
        QVERIFY(tip.startsWith(field.name));
    }
}

QTEST_MAIN(TestRecordForm)
#include "tst_record_form.moc"

#include "tests/widgets/gallery/pages.h"
#include "tests/widgets/sample_record.h"

#include "models/schema/record_description.h"
#include "widgets/editor/diff_view.h"
#include "widgets/editor/semantic_diff_view.h"
#include "widgets/editor/yaml_editor.h"
#include "widgets/form/record_form.h"
#include "widgets/frame/card.h"
#include "widgets/frame/stage_strip.h"
#include "widgets/theme/tokens.h"

#include <QBoxLayout>
#include <QLabel>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QScrollArea>

namespace postern::gallery {
namespace {

const QString yaml = QStringLiteral("apiVersion: postern.dev/v1alpha1\n"
                                    "kind: ApiGateway\n"
                                    "spec:\n"
                                    "  policies:\n"
                                    "    - name: callers\n"
                                    "      type: jwt\n"
                                    "      config: {issuer: https://id.bank.example, audiences: [accounts]}\n"
                                    "    # agreed with Risk, see PAY-1180\n"
                                    "    - name: fair-use\n"
                                    "      type: rateLimit\n"
                                    "      config:\n"
                                    "        key: jwt.sub\n"
                                    "        limit: 100\n"
                                    "        per: 1s\n"
                                    "        burst: 200\n"
                                    "    - name: attacks\n"
                                    "      type: waf\n"
                                    "      mode: shadow\n");

QString edited()
{
    QString text = yaml;
    text.replace(QLatin1String("limit: 100"), QLatin1String("limit: 50"));
    text.replace(QLatin1String("burst: 200"), QLatin1String("burst: 100"));
    return text;
}

Node values()
{
    return Node::mapping(
        {{Node::scalar(QStringLiteral("key")), Node::scalar(QStringLiteral("jwt.sub"))},
         {Node::scalar(QStringLiteral("limit")), Node::scalar(QStringLiteral("50"))},
         {Node::scalar(QStringLiteral("burst")), Node::scalar(QStringLiteral("0"))},
         {Node::scalar(QStringLiteral("labels")),
          Node::mapping({{Node::scalar(QStringLiteral("team")), Node::scalar(QStringLiteral("risk"))}})},
         {Node::scalar(QStringLiteral("retry")),
          Node::mapping({{Node::scalar(QStringLiteral("attempts")), Node::scalar(QStringLiteral("3"))}})}});
}

QWidget* formCard()
{
    auto* card = new Card(QStringLiteral("Rate limit"), Card::Heading::Section);
    auto* form = new RecordForm(test::sampleRecord());
    form->setValues(values());
    form->setFindings(
        {{QStringLiteral("burst"), true, QStringLiteral("found 0, expected a whole number from 1")}});
    auto* scroll = new QScrollArea;
    scroll->setWidgetResizable(true);
    scroll->setWidget(form);
    form->setAutoFillBackground(false);
    scroll->viewport()->setAutoFillBackground(false);
    card->body()->addWidget(scroll);
    card->setFixedWidth(400);
    return card;
}

QWidget* yamlCard()
{
    auto* card = new Card(QStringLiteral("gateway.yaml"), Card::Heading::Section);
    card->setFlush(true);
    auto* editor = new YamlEditor;
    editor->openText(yaml);
    editor->setText(edited());
    editor->setCurrentObject(9, 15);
    editor->setFindings({{State::Bad, 7, 24, QStringLiteral("found an issuer without keys")},
                         {State::Watch, 18, 7, QStringLiteral("shadow in production")}});
    editor->showFind();
    card->body()->addWidget(editor);
    return card;
}

QWidget* commitCard()
{
    auto* card = new Card(QStringLiteral("Commit to main"), Card::Heading::Section);
    card->setSubtitle(QStringLiteral("gitops/fleet · protected: a pull request will be opened"));
    auto* message = new QPlainTextEdit;
    message->setPlainText(QStringLiteral("accounts: halve the fair-use limit"));
    card->body()->addWidget(message);
    auto* row = new QHBoxLayout;
    row->addStretch(1);
    row->addWidget(new QPushButton(QStringLiteral("Save draft")));
    auto* push = new QPushButton(QStringLiteral("Push to main"));
    push->setProperty("primary", true);
    row->addWidget(push);
    card->body()->addLayout(row);
    auto* strip = new StageStrip;
    using Progress = StageStrip::Progress;
    strip->setStages({{QStringLiteral("edited"), Progress::Done, {}},
                      {QStringLiteral("checked"), Progress::Done, {}},
                      {QStringLiteral("committed"), Progress::Running, {}},
                      {QStringLiteral("pushed"), Progress::Failed, {}},
                      {QStringLiteral("0 of 3"), Progress::Pending, {}},
                      {QStringLiteral("holds"), Progress::Pending, {}}});
    card->body()->addWidget(strip);
    return card;
}

} // namespace

QWidget* makeEditPage()
{
    auto* page = new QWidget;
    auto* column = new QVBoxLayout(page);
    column->setSpacing(space::card);
    auto* upper = new QHBoxLayout;
    upper->setSpacing(space::card);
    upper->addWidget(formCard());
    upper->addWidget(yamlCard(), 1);
    column->addLayout(upper, 3);
    auto* lower = new QHBoxLayout;
    lower->setSpacing(space::card);
    auto* effect = new Card(QStringLiteral("What changes in effect"), Card::Heading::Section);
    auto* changes = new SemanticDiffView;
    changes->setChanges(
        {{EffectChange::Kind::Changed,
          QStringLiteral("fair-use"),
          {{QStringLiteral("limit"), QStringLiteral("100/s"), QStringLiteral("50/s")},
           {QStringLiteral("burst"), QStringLiteral("200"), QStringLiteral("100")}},
          QStringLiteral("on 3 routes, 1 API, 3 gateways"),
          QStringLiteral("fair-use")},
         {EffectChange::Kind::Removed, QStringLiteral("attacks"), {}, QStringLiteral("on 1 route"), {}}},
        QStringLiteral("Nothing else changes: 2 lines of 61, comments kept."));
    effect->body()->addWidget(changes);
    auto* text = new Card(QStringLiteral("Lines"), Card::Heading::Section);
    text->setFlush(true);
    auto* diff = new DiffView;
    diff->setTexts(yaml, edited(), 1);
    text->body()->addWidget(diff);
    lower->addWidget(effect, 1);
    lower->addWidget(text, 1);
    lower->addWidget(commitCard(), 1);
    column->addLayout(lower, 2);
    return framed(page, QStringLiteral("policies"),
                  {QStringLiteral("Policies"), QStringLiteral("accounts"), QStringLiteral("fair-use")});
}

} // namespace postern::gallery

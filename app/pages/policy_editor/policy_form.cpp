#include "app/pages/policy_editor/policy_form.h"

#include "app/words/finding_words.h"
#include "widgets/form/record_form.h"
#include "widgets/frame/card.h"
#include "widgets/frame/segmented_control.h"
#include "widgets/theme/tokens.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QScrollArea>
#include <QVBoxLayout>

namespace postern {
namespace {

const QString configPrefix = QStringLiteral("config");

} // namespace

PolicyForm::PolicyForm(QWidget* parent)
    : QWidget(parent)
    , m_card(new Card(this))
    , m_mode(new SegmentedControl(this))
    , m_modeRow(new QWidget(this))
    , m_scroll(new QScrollArea(this))
    , m_words(new QLabel(this))
{
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(m_card);
    m_mode->setObjectName(QStringLiteral("mode"));
    m_mode->setAccessibleName(tr("Mode"));
    m_mode->addSegment(QStringLiteral("enforce"), tr("enforce"), tr("Decides, and acts on it"));
    m_mode->addSegment(QStringLiteral("shadow"), tr("shadow"), tr("Decides and counts, and lets pass"));
    m_mode->addSegment(QStringLiteral("off"), tr("off"), tr("Does nothing"));
    connect(m_mode, &SegmentedControl::activated, this,
            [this](const QString& mode) { Q_EMIT valueChanged(QStringLiteral("mode"), Node::scalar(mode)); });
    auto* row = new QHBoxLayout(m_modeRow);
    row->setContentsMargins(0, 0, 0, 0);
    row->addWidget(new QLabel(tr("Mode"), m_modeRow));
    row->addStretch(1);
    row->addWidget(m_mode);
    m_scroll->setWidgetResizable(true);
    m_scroll->setFrameShape(QFrame::NoFrame);
    m_scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_words->setWordWrap(true);
    m_words->setProperty("tone", QStringLiteral("muted"));
    m_words->setAlignment(Qt::AlignTop | Qt::AlignLeft);
    m_card->body()->addWidget(m_modeRow);
    m_card->body()->addWidget(m_scroll, 1);
    m_card->body()->addWidget(m_words, 1);
    m_words->hide();
}

void PolicyForm::showPolicy(const PolicyPlace& place, const std::vector<Finding>& findings)
{
    m_card->setTitle(place.entry.type);
    m_mode->setCurrent(nameOf(place.entry.mode));
    m_modeRow->show();
    makeForm(place.config);
    if (!m_form)
        return showWords(place.typeHelp.isEmpty()
                             ? tr("“%1” is no policy type.").arg(place.entry.type)
                             : tr("The policy type %1 is not built yet.").arg(place.entry.type));
    m_words->hide();
    m_scroll->show();
    m_form->setValues(place.entry.config.value_or(Node()));
    showFindings(place, findings);
}

void PolicyForm::showWords(const QString& words)
{
    m_words->setText(words);
    m_words->show();
    m_scroll->hide();
    m_modeRow->setVisible(m_form != nullptr);
}

bool PolicyForm::focusField(const QString& path) { return m_form && m_form->focusField(path); }

void PolicyForm::makeForm(const RecordDescription* config)
{
    if (config == m_config)
        return;
    m_config = config;
    delete m_scroll->takeWidget();
    m_form = nullptr;
    if (!config)
        return;
    m_form = new RecordForm(*config);
    m_form->setObjectName(QStringLiteral("policyForm"));
    m_scroll->setWidget(m_form);
    // Both stand on a card, not on the page.
    m_form->setBackgroundRole(QPalette::Base);
    m_scroll->viewport()->setBackgroundRole(QPalette::Base);
    const auto inPolicy = [](const QString& path) { return configPrefix + QLatin1Char('.') + path; };
    connect(m_form, &RecordForm::valueChanged, this,
            [this, inPolicy](const QString& path, const Node& value) {
                Q_EMIT valueChanged(inPolicy(path), value);
            });
    connect(m_form, &RecordForm::itemInserted, this,
            [this, inPolicy](const QString& path, qsizetype index, const Node& item) {
                Q_EMIT itemInserted(inPolicy(path), index, item);
            });
    connect(m_form, &RecordForm::valueRemoved, this,
            [this, inPolicy](const QString& path) { Q_EMIT valueRemoved(inPolicy(path)); });
}

void PolicyForm::showFindings(const PolicyPlace& place, const std::vector<Finding>& findings)
{
    const QString prefix = place.path + QLatin1Char('.') + configPrefix;
    QList<FormFinding> shown;
    for (const Finding& finding : findings) {
        if (finding.place.file != place.identity.file || !finding.place.path.startsWith(prefix))
            continue;
        const QString path = finding.place.path.mid(prefix.size());
        shown.append({.path = path.startsWith(QLatin1Char('.')) ? path.mid(1) : path,
                      .error = finding.severity == Finding::Severity::Error,
                      .message = findingText(finding)});
    }
    m_form->setFindings(shown);
}

} // namespace postern

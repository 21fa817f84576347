#include "widgets/form/record_form.h"

#include "models/schema/document_path.h"
#include "models/schema/record_description.h"
#include "widgets/form/field_row.h"
#include "widgets/theme/tokens.h"

#include <QApplication>
#include <QBoxLayout>
#include <QLabel>

namespace postern {

RecordForm::RecordForm(const RecordDescription& record, QWidget* parent)
    : QWidget(parent)
    , m_record(record)
    , m_column(new QVBoxLayout(this))
    , m_remark(new QLabel)
    , m_help(new QLabel)
{
    m_column->setContentsMargins(0, 0, 0, 0);
    m_column->setSpacing(space::gap);
    for (const FieldDescription& field : record.fields()) {
        if (!field.built)
            continue;
        auto* row = new FieldRow(field, pathTo(QString(), field.name), this);
        connect(row->editor(), &FieldEditor::valueChanged, this, &RecordForm::valueChanged);
        connect(row->editor(), &FieldEditor::itemInserted, this, &RecordForm::itemInserted);
        connect(row->editor(), &FieldEditor::valueRemoved, this, &RecordForm::valueRemoved);
        m_column->addWidget(row);
        m_rows.push_back(row);
    }
    for (QLabel* label : {m_remark, m_help}) {
        label->setWordWrap(true);
        label->setProperty("textSize", QStringLiteral("caption"));
        m_column->addWidget(label);
    }
    m_remark->setProperty("tone", QStringLiteral("bad"));
    m_remark->hide();
    m_help->setProperty("tone", QStringLiteral("muted"));
    m_help->setText(record.help());
    m_column->addStretch(1);
    connect(qApp, &QApplication::focusChanged, this, [this](QWidget*, QWidget* now) { explain(now); });
    setValues(Node());
}

RecordForm::~RecordForm() = default;

// The help of the field that has the keyboard stands under the form; otherwise the record's.
void RecordForm::explain(const QWidget* focused)
{
    for (const FieldRow* row : m_rows) {
        if (focused && row->isAncestorOf(focused)) {
            m_help->setText(row->editor()->field().help);
            return;
        }
    }
    m_help->setText(m_record.help());
}

void RecordForm::setValues(const Node& mapping)
{
    for (FieldRow* row : m_rows)
        row->show(mapping.find(row->editor()->field().name));
}

void RecordForm::setFindings(const QList<FormFinding>& findings)
{
    for (FieldRow* row : m_rows)
        row->setFindings(findings);
    QStringList others;
    for (const FormFinding& finding : findings) {
        const bool shown = std::any_of(m_rows.begin(), m_rows.end(),
                                       [&](const FieldRow* row) { return row->holds(finding.path); });
        if (!shown)
            others.append(finding.path.isEmpty() ? finding.message
                                                 : tr("%1: %2").arg(finding.path, finding.message));
    }
    m_remark->setText(others.join(u'\n'));
    m_remark->setVisible(!others.isEmpty());
}

void RecordForm::setReadOnly(bool readOnly)
{
    for (FieldRow* row : m_rows)
        row->setReadOnly(readOnly);
}

bool RecordForm::focusField(const QString& path)
{
    for (FieldRow* row : m_rows) {
        if (row->holds(path))
            return row->editor()->focusPath(path);
    }
    return false;
}

} // namespace postern

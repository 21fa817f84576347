#include "widgets/form/scalar_editors.h"

#include "models/schema/document_path.h"
#include "widgets/form/choice_box.h"
#include "widgets/form/field_words.h"
#include "widgets/form/hinted_line_edit.h"
#include "widgets/frame/segmented_control.h"
#include "widgets/theme/tokens.h"

#include <QBoxLayout>
#include <QLabel>
#include <QPlainTextEdit>
#include <QStyle>

#include <algorithm>

namespace postern {
namespace {

QHBoxLayout* rowIn(QWidget* widget)
{
    auto* row = new QHBoxLayout(widget);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(space::step);
    return row;
}

/// The style sheet looks at the property when it polishes.
void markInvalid(QWidget* widget, bool invalid)
{
    if (widget->property("invalid").toBool() == invalid)
        return;
    widget->setProperty("invalid", invalid);
    widget->style()->unpolish(widget);
    widget->style()->polish(widget);
}

QString placeholderOf(const FieldDescription& field)
{
    // Of a required field the struct's own default says nothing.
    return field.required ? LineEditor::tr("required") : fieldDefault(field);
}

} // namespace

LineEditor::LineEditor(const FieldDescription& field, const QString& path)
    : FieldEditor(field, path), m_line(new HintedLineEdit)
{
    rowIn(this)->addWidget(m_line);
    setFocusProxy(m_line);
    m_line->setHint(fieldHint(field));
    m_line->setPlaceholderText(placeholderOf(field));
    m_line->setAccessibleName(fieldLabel(field.name));
    m_line->setAccessibleDescription(field.expectation());
    m_line->setToolTip(fieldTooltip(field));
    connect(m_line, &QLineEdit::textEdited, this, [this](const QString& text) {
        m_sent.append(text);
        if (text.trimmed().isEmpty())
            emptied();
        else
            Q_EMIT valueChanged(this->path(), scalarFor(this->field(), text.trimmed()));
    });
}

void LineEditor::show(const Node* value)
{
    const QString text = value ? value->text : QString();
    const bool same = m_line->text().trimmed() == text;
    const bool lateEcho =
        m_line->hasFocus() && m_sent.contains(text) && !m_sent.isEmpty() && m_sent.back() != text;
    if (same)
        m_sent.clear();
    if (same || lateEcho)
        return;
    m_sent.clear();
    m_line->setText(text);
    m_line->setCursorPosition(0);
}

void LineEditor::setReadOnly(bool readOnly) { m_line->setReadOnly(readOnly); }

void LineEditor::setInvalid(bool invalid) { markInvalid(m_line, invalid); }

ParagraphEditor::ParagraphEditor(const FieldDescription& field, const QString& path)
    : FieldEditor(field, path), m_text(new QPlainTextEdit)
{
    constexpr int lines = 4;
    rowIn(this)->addWidget(m_text);
    setFocusProxy(m_text);
    m_text->setTabChangesFocus(true);
    m_text->setFixedHeight(lines * 19 + 12);
    m_text->setPlaceholderText(placeholderOf(field));
    m_text->setAccessibleName(fieldLabel(field.name));
    m_text->setToolTip(fieldTooltip(field));
    connect(m_text, &QPlainTextEdit::textChanged, this, [this] {
        if (m_showing)
            return;
        const QString text = m_text->toPlainText();
        if (text.isEmpty())
            emptied();
        else
            Q_EMIT valueChanged(this->path(), scalarFor(this->field(), text));
    });
}

void ParagraphEditor::show(const Node* value)
{
    const QString text = value ? value->text : QString();
    if (text == m_text->toPlainText())
        return;
    m_showing = true;
    m_text->setPlainText(text);
    m_showing = false;
}

void ParagraphEditor::setReadOnly(bool readOnly) { m_text->setReadOnly(readOnly); }

void ParagraphEditor::setInvalid(bool invalid) { markInvalid(m_text, invalid); }

ChoiceEditor::ChoiceEditor(const FieldDescription& field, const QString& path)
    : FieldEditor(field, path), m_choices(field.choices)
{
    if (field.kind == FieldDescription::Kind::Boolean)
        m_choices = {{QStringLiteral("true"), {}, true}, {QStringLiteral("false"), {}, true}};
    if (fitsSegments())
        buildSegments();
    else
        buildBox();
    setToolTip(fieldTooltip(field));
}

bool ChoiceEditor::fitsSegments() const
{
    constexpr std::size_t most = 4;
    constexpr qreal room = 250;
    const QFontMetricsF metrics(textFont(textSize::body, Weight::Semibold));
    qreal width = 0;
    for (const auto& choice : m_choices)
        width += metrics.horizontalAdvance(choice.name) + 2 * space::gap + space::step + 2;
    return m_choices.size() <= most && width <= room;
}

void ChoiceEditor::buildSegments()
{
    m_segments = new SegmentedControl;
    rowIn(this)->addWidget(m_segments);
    setFocusProxy(m_segments);
    m_segments->setAccessibleName(fieldLabel(field().name));
    for (const auto& choice : m_choices) {
        const auto usable = choice.built ? SegmentedControl::Usable::Yes : SegmentedControl::Usable::No;
        m_segments->addSegment(choice.name, choice.name, choice.built ? choice.help : tr("not built yet"),
                               usable);
    }
    connect(m_segments, &SegmentedControl::activated, this,
            [this](const QString& id) { Q_EMIT valueChanged(path(), scalarFor(field(), id)); });
}

void ChoiceEditor::buildBox()
{
    m_box = new ChoiceBox;
    rowIn(this)->addWidget(m_box);
    setFocusProxy(m_box);
    m_box->setAccessibleName(fieldLabel(field().name));
    m_box->setPlaceholderText(placeholderOf(field()));
    for (const auto& choice : m_choices)
        m_box->addChoice(choice.name, choice.built ? choice.help : tr("not built yet"), choice.built);
    connect(m_box, &QComboBox::activated, this, [this](int index) {
        Q_EMIT valueChanged(path(), scalarFor(field(), m_box->itemData(index).toString()));
    });
}

void ChoiceEditor::show(const Node* value)
{
    const QString text = value ? value->text : fieldDefault(field());
    if (m_segments) {
        m_segments->setCurrent(text);
    } else {
        m_box->setCurrentIndex(m_box->findData(text));
        m_box->setImplied(!value);
    }
}

void ChoiceEditor::setReadOnly(bool readOnly)
{
    QWidget* editor = m_segments ? static_cast<QWidget*>(m_segments) : m_box;
    editor->setEnabled(!readOnly);
}

void ChoiceEditor::setInvalid(bool invalid)
{
    if (m_box)
        m_box->setInvalid(invalid);
}

SecretEditor::SecretEditor(const FieldDescription& field, const QString& path)
    : FieldEditor(field, path), m_name(new HintedLineEdit), m_key(new HintedLineEdit)
{
    auto* row = rowIn(this);
    row->addWidget(m_name, 3);
    row->addWidget(m_key, 2);
    setFocusProxy(m_name);
    setToolTip(fieldTooltip(field));
    wire(m_name, QStringLiteral("name"));
    wire(m_key, QStringLiteral("key"));
    m_name->setPlaceholderText(tr("secret's name"));
    m_key->setPlaceholderText(tr("key"));
}

void SecretEditor::wire(HintedLineEdit* line, const QString& key)
{
    line->setAccessibleName(tr("%1, %2").arg(fieldLabel(field().name), key));
    const QString place = pathTo(pathTo(path(), u"secretRef"), key);
    connect(line, &QLineEdit::textEdited, this, [this, place, key](const QString& text) {
        if (!text.isEmpty())
            Q_EMIT valueChanged(place, scalarFor(field(), text));
        else
            // Without a name there is no reference at all.
            Q_EMIT valueRemoved(key == QLatin1String("name") ? path() : place);
    });
}

void SecretEditor::show(const Node* value)
{
    const Node* reference = value ? value->find(u"secretRef") : nullptr;
    const auto take = [&](QLineEdit* line, QStringView key) {
        const Node* part = reference ? reference->find(key) : nullptr;
        const QString text = part ? part->text : QString();
        if (line->text() != text)
            line->setText(text);
    };
    take(m_name, u"name");
    take(m_key, u"key");
}

void SecretEditor::setReadOnly(bool readOnly)
{
    m_name->setReadOnly(readOnly);
    m_key->setReadOnly(readOnly);
}

OpaqueEditor::OpaqueEditor(const FieldDescription& field, const QString& path)
    : FieldEditor(field, path), m_words(new QLabel)
{
    m_words->setProperty("tone", QStringLiteral("muted"));
    m_words->setMinimumHeight(space::control);
    rowIn(this)->addWidget(m_words);
    setToolTip(fieldTooltip(field));
}

void OpaqueEditor::show(const Node* value)
{
    m_words->setText(value ? tr("set; edit it in the YAML") : tr("not set; edit it in the YAML"));
}

void OpaqueEditor::setReadOnly(bool readOnly) { Q_UNUSED(readOnly) }

} // namespace postern

#include "widgets/form/field_words.h"

#include "models/schema/record_description.h"

#include <QCoreApplication>

#include <algorithm>

namespace postern {
namespace {

using Kind = FieldDescription::Kind;

QString words(const char* text) { return QCoreApplication::translate("postern::RecordForm", text); }

QString numberText(const FieldDescription& field, double value)
{
    const QString text = field.documentText(QJsonValue(value));
    return text.isEmpty() ? QString::number(value) : text;
}

/// Whether YAML's core schema reads a plain \a text as a text.
bool isPlainText(const QString& text)
{
    static const QStringList others{QStringLiteral("true"), QStringLiteral("false"), QStringLiteral("null"),
                                    QStringLiteral("~"),    QStringLiteral("yes"),   QStringLiteral("no"),
                                    QStringLiteral("on"),   QStringLiteral("off")};
    if (text.isEmpty() || others.contains(text, Qt::CaseInsensitive))
        return false;
    bool isNumber = false;
    (void)text.toDouble(&isNumber);
    if (isNumber || text.front().isSpace() || text.back().isSpace())
        return false;
    static const QString indicators = QStringLiteral("-?:,[]{}#&*!|>'\"%@`.+0123456789");
    const bool dangerousStart = indicators.contains(text.front()) && !text.front().isDigit();
    return !dangerousStart && !text.contains(QLatin1String(": ")) && !text.contains(QLatin1String(" #")) &&
           !text.endsWith(u':') && !text.contains(u'\n');
}

} // namespace

QString fieldLabel(const QString& name)
{
    QString label;
    for (qsizetype i = 0; i < name.size(); ++i) {
        const QChar c = name.at(i);
        const bool begins = c.isUpper() && i > 0 && !name.at(i - 1).isUpper();
        if (begins)
            label += u' ';
        // An abbreviation keeps its capitals (`maxURL`).
        const bool alone = c.isUpper() && (i + 1 == name.size() || !name.at(i + 1).isUpper()) &&
                           (i == 0 || !name.at(i - 1).isUpper());
        label += i == 0 ? c.toUpper() : alone ? c.toLower() : c;
    }
    return label;
}

QString fieldHint(const FieldDescription& field)
{
    if (!field.unit.isEmpty())
        return field.unit;
    const bool measured = field.kind == Kind::Integer || field.kind == Kind::Number ||
                          field.kind == Kind::Duration || field.kind == Kind::Bytes;
    if (!measured)
        return {};
    // A bound that large is no hint; the tooltip states it.
    constexpr double practicallyNone = 1e8;
    const bool plain = field.kind == Kind::Integer || field.kind == Kind::Number;
    const bool capped = field.maximum && !(plain && *field.maximum >= practicallyNone);
    if (field.minimum && capped)
        return QStringLiteral("%1 … %2").arg(numberText(field, *field.minimum),
                                             numberText(field, *field.maximum));
    if (field.minimum)
        return QStringLiteral("≥ %1").arg(numberText(field, *field.minimum));
    if (capped)
        return QStringLiteral("≤ %1").arg(numberText(field, *field.maximum));
    return {};
}

QString fieldDefault(const FieldDescription& field)
{
    if (field.defaultValue.isUndefined() || field.defaultValue.isNull())
        return {};
    return field.documentText(field.defaultValue);
}

QString fieldTooltip(const FieldDescription& field)
{
    QStringList lines{field.name};
    if (!field.help.isEmpty())
        lines.append(field.help);
    lines.append(words("Accepts %1.").arg(field.expectation()));
    const QString usual = fieldDefault(field);
    if (field.required)
        lines.append(words("Required."));
    else if (!usual.isEmpty())
        lines.append(words("Where nothing is said: %1.").arg(usual));
    return lines.join(u'\n');
}

Node scalarFor(const FieldDescription& field, const QString& text)
{
    const bool isText = field.kind == Kind::Text || field.kind == Kind::File || field.kind == Kind::Choice;
    if (text.contains(u'\n'))
        return Node::scalar(text, Node::Style::Literal);
    const bool quoted = isText && !field.anyScalar && !isPlainText(text);
    return Node::scalar(text, quoted ? Node::Style::DoubleQuoted : Node::Style::Plain);
}

Node emptyValue(const FieldDescription& field)
{
    switch (field.kind) {
    case Kind::Record: {
        std::vector<Node::Entry> entries;
        for (const FieldDescription& part :
             field.record ? field.record->fields() : std::vector<FieldDescription>()) {
            if (part.required)
                entries.push_back({Node::scalar(part.name), emptyValue(part)});
        }
        return Node::mapping(std::move(entries));
    }
    case Kind::List:
        return field.scalarOrList && field.elements ? emptyValue(*field.elements) : Node::sequence({});
    case Kind::Map:
        return Node::mapping({});
    case Kind::Choice:
        return scalarFor(field, field.choices.empty() ? QString() : field.choices.front().name);
    case Kind::Boolean:
        return Node::scalar(QStringLiteral("false"));
    default:
        break;
    }
    const QString usual = fieldDefault(field);
    if (!usual.isEmpty())
        return scalarFor(field, usual);
    return field.minimum && field.kind != Kind::Text ? scalarFor(field, numberText(field, *field.minimum))
                                                     : scalarFor(field, QString());
}

} // namespace postern

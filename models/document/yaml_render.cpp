#include "models/document/yaml_render.h"

#include <QRegularExpression>

#include <algorithm>

namespace postern {

namespace {

bool isPlainSafe(QStringView text, bool inFlow)
{
    static const QString indicators = QStringLiteral("-?:,[]{}#&*!|>'\"%@`");
    if (text.isEmpty() || text.front().isSpace() || text.back().isSpace() ||
        indicators.contains(text.front()) || text.endsWith(u':') || text.contains(QLatin1StringView(": ")) ||
        text.contains(QLatin1StringView(" #")) || text.startsWith(QLatin1StringView("...")))
        return false;
    return std::none_of(text.begin(), text.end(), [&](QChar c) {
        return c.unicode() < 0x20 || c.unicode() == 0x7f || c.unicode() == 0x85 || c.unicode() == 0xfeff ||
               (c.unicode() >= 0x2028 && c.unicode() <= 0x2029) ||
               (inFlow && QStringView(u",[]{}").contains(c));
    });
}

bool isPrintable(QStringView text)
{
    return std::all_of(text.begin(), text.end(), [](QChar c) {
        return c.unicode() >= 0x20 && c.unicode() != 0x7f && c.unicode() != 0x85 && c.unicode() != 0xfeff &&
               c.unicode() != 0x2028 && c.unicode() != 0x2029;
    });
}

QByteArray doubleQuoted(QStringView text)
{
    QByteArray out = "\"";
    for (const char32_t c : text.toUcs4()) {
        if (c == U'"' || c == U'\\')
            out.append('\\').append(static_cast<char>(c));
        else if (c == U'\n')
            out += "\\n";
        else if (c == U'\t')
            out += "\\t";
        else if (c == U'\r')
            out += "\\r";
        else if (c < 0x10000 && !isPrintable(QString(QChar(static_cast<char16_t>(c)))))
            out += "\\u" + QByteArray::number(c, 16).rightJustified(4, '0');
        else
            out += QString::fromUcs4(&c, 1).toUtf8();
    }
    return out + '"';
}

QByteArray singleQuoted(const QString& text)
{
    return '\'' + QString(text).replace(u'\'', QLatin1StringView("''")).toUtf8() + '\'';
}

bool isText(const Node& scalar) { return !scalar.isPlain() || readsAsText(scalar.text); }

bool fitsOneLine(const Node& value)
{
    return value.isNull() || value.isScalar() || value.style == Node::Style::Flow ||
           (value.isMapping() && value.entries.empty()) || (value.isSequence() && value.items.empty());
}

QByteArray spaces(qsizetype count) { return QByteArray(count, ' '); }

} // namespace

bool readsAsText(QStringView plain)
{
    static const QRegularExpression other(
        QStringLiteral(
            "^(~|null|true|false|yes|no|on|off|y|n|[-+]?[0-9][0-9_]*(\\.[0-9_]*)?([eE][-+]?[0-9]+)?"
            "|[-+]?\\.[0-9]+([eE][-+]?[0-9]+)?|[-+]?\\.(inf|nan)|0o[0-7]+|0x[0-9a-f]+|[-+]?[0-9][0-9_]*(:[0-"
            "5]?[0-9])+"
            "|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}.*|=|<<)?$"),
        QRegularExpression::CaseInsensitiveOption);
    return !other.match(plain).hasMatch();
}

bool sameValue(const Node& left, const Node& right)
{
    if (left.kind != right.kind)
        return false;
    switch (left.kind) {
    case Node::Kind::Null:
        return true;
    case Node::Kind::Scalar:
        return left.text == right.text && isText(left) == isText(right);
    case Node::Kind::Sequence:
        return std::equal(left.items.begin(), left.items.end(), right.items.begin(), right.items.end(),
                          sameValue);
    case Node::Kind::Mapping:
        return std::equal(left.entries.begin(), left.entries.end(), right.entries.begin(),
                          right.entries.end(), [](const Node::Entry& a, const Node::Entry& b) {
                              return a.key.text == b.key.text && sameValue(a.value, b.value);
                          });
    }
    Q_UNREACHABLE();
}

QByteArray YamlRender::scalar(const Node& value, Node::Style like, bool inFlow) const
{
    if (!isText(value))
        return value.text.toUtf8();
    if (like == Node::Style::SingleQuoted && isPrintable(value.text))
        return singleQuoted(value.text);
    if (like == Node::Style::DoubleQuoted || !isPlainSafe(value.text, inFlow) || !readsAsText(value.text))
        return doubleQuoted(value.text);
    return value.text.toUtf8();
}

QByteArray YamlRender::flow(const Node& value) const
{
    QByteArray out;
    switch (value.kind) {
    case Node::Kind::Null:
        return "null";
    case Node::Kind::Scalar:
        return scalar(value, value.style, true);
    case Node::Kind::Sequence:
        for (const Node& item : value.items)
            out += (out.isEmpty() ? "" : ", ") + flow(item);
        return '[' + out + ']';
    case Node::Kind::Mapping:
        for (const Node::Entry& entry : value.entries)
            out += (out.isEmpty() ? "" : ", ") + scalar(entry.key, entry.key.style, true) + ": " +
                   flow(entry.value);
        return '{' + out + '}';
    }
    Q_UNREACHABLE();
}

QByteArray YamlRender::after(const Node& value, qsizetype indent) const
{
    if (value.isScalar())
        return ' ' + scalar(value, value.style, false);
    if (fitsOneLine(value))
        return ' ' + flow(value);
    QByteArray out;
    const qsizetype inner = indent + 2;
    for (const Node& item : value.items)
        out += m_lineEnd + spaces(inner) + this->item(item, inner);
    for (const Node::Entry& entry : value.entries)
        out += m_lineEnd + spaces(inner) + this->entry(entry.key.text, entry.value, inner);
    return out;
}

QByteArray YamlRender::entry(const QString& key, const Node& value, qsizetype indent) const
{
    const Node name = Node::scalar(key, readsAsText(key) ? Node::Style::Plain : Node::Style::DoubleQuoted);
    return scalar(name, name.style, false) + ':' + after(value, indent);
}

QByteArray YamlRender::item(const Node& value, qsizetype indent) const
{
    if (!value.isMapping() || fitsOneLine(value))
        return '-' + after(value, indent);
    // A mapping begins on its dash's line.
    QByteArray out = "- ";
    for (const Node::Entry& entry : value.entries)
        out += (out.size() == 2 ? QByteArray() : m_lineEnd + spaces(indent + 2)) +
               this->entry(entry.key.text, entry.value, indent + 2);
    return out;
}

} // namespace postern

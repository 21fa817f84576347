#include "models/document/canonical_json.h"

#include <QJsonArray>
#include <QJsonObject>

#include <algorithm>
#include <charconv>
#include <cmath>

namespace postern {

namespace {

/// RFC 8785 §3.2.2.2: the short escapes where there are some, \u00xx for other controls, all else as it is.
void appendString(QByteArray& out, const QString& text)
{
    out += '"';
    for (const char c : text.toUtf8()) {
        switch (c) {
        case '"':
            out += "\\\"";
            break;
        case '\\':
            out += "\\\\";
            break;
        case '\b':
            out += "\\b";
            break;
        case '\t':
            out += "\\t";
            break;
        case '\n':
            out += "\\n";
            break;
        case '\f':
            out += "\\f";
            break;
        case '\r':
            out += "\\r";
            break;
        default:
            if (quint8(c) < 0x20)
                out += "\\u00" + QByteArray(1, c).toHex();
            else
                out += c;
        }
    }
    out += '"';
}

bool lessByUtf16(const QString& a, const QString& b)
{
    return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end(),
                                        [](QChar x, QChar y) { return x.unicode() < y.unicode(); });
}

void append(QByteArray& out, const QJsonValue& value);

void appendObject(QByteArray& out, const QJsonObject& object)
{
    QStringList keys = object.keys();
    std::sort(keys.begin(), keys.end(), lessByUtf16);
    out += '{';
    for (const QString& key : keys) {
        if (out.back() != '{')
            out += ',';
        appendString(out, key);
        out += ':';
        append(out, object.value(key));
    }
    out += '}';
}

void appendArray(QByteArray& out, const QJsonArray& array)
{
    out += '[';
    for (qsizetype i = 0; i < array.size(); ++i) {
        if (i > 0)
            out += ',';
        append(out, array.at(i));
    }
    out += ']';
}

void append(QByteArray& out, const QJsonValue& value)
{
    switch (value.type()) {
    case QJsonValue::Bool:
        out += value.toBool() ? "true" : "false";
        break;
    case QJsonValue::Double:
        out += canonicalNumber(value.toDouble());
        break;
    case QJsonValue::String:
        appendString(out, value.toString());
        break;
    case QJsonValue::Array:
        appendArray(out, value.toArray());
        break;
    case QJsonValue::Object:
        appendObject(out, value.toObject());
        break;
    default:
        out += "null";
    }
}

/// ECMA-262, Number::toString: \a digits without a point, the value is 0.digits × 10^point.
QByteArray placePoint(const QByteArray& digits, int point)
{
    const int count = int(digits.size());
    if (count <= point && point <= 21)
        return digits + QByteArray(point - count, '0');
    if (0 < point && point <= 21)
        return digits.left(point) + '.' + digits.mid(point);
    if (-6 < point && point <= 0)
        return "0." + QByteArray(-point, '0') + digits;
    const int exponent = point - 1;
    const QByteArray tail = (exponent < 0 ? "e-" : "e+") + QByteArray::number(std::abs(exponent));
    return count == 1 ? digits + tail : digits.left(1) + '.' + digits.mid(1) + tail;
}

} // namespace

QByteArray canonicalNumber(double number)
{
    if (number == 0)
        return "0"; // also -0
    if (number < 0)
        return '-' + canonicalNumber(-number);
    // The shortest digits that read back as the same number: d.ddde±xx.
    char buffer[40];
    const auto end = std::to_chars(buffer, buffer + sizeof buffer, number, std::chars_format::scientific).ptr;
    const QByteArray text(buffer, end - buffer);
    const qsizetype e = text.indexOf('e');
    const int exponent = text.mid(e + 1).toInt();
    return placePoint(text.left(e).replace(".", ""), exponent + 1);
}

QByteArray canonicalJson(const QJsonValue& value)
{
    QByteArray out;
    append(out, value);
    return out;
}

} // namespace postern

#include "models/schema/path_template.h"

#include <QSet>

#include <algorithm>

namespace postern {

using namespace Qt::StringLiterals;

namespace {

using Segment = PathTemplate::Segment;

bool isHex(QChar c)
{
    return (c >= u'0' && c <= u'9') || (c >= u'A' && c <= u'F') || (c >= u'a' && c <= u'f');
}

/// RFC 3986 §3.3 pchar, without `%` and without `;`, which the gateway refuses in paths.
bool isPathCharacter(QChar c)
{
    return c.unicode() < 0x80 && (c.isLetterOrNumber() || QStringView(u"-._~!$&'()*+,=:@").contains(c));
}

/// A literal as it is compared: escapes in upper case. Escapes of characters that need none, and of `/`, `\`
/// and control characters, are refused: the normalised path of a request never has them.
Result<QString> literal(QStringView segment)
{
    QString text;
    for (qsizetype i = 0; i < segment.size(); ++i) {
        if (segment[i] != u'%') {
            if (!isPathCharacter(segment[i]))
                return failure(Error::invalid(u"the character \"%1\""_s.arg(segment[i])));
            text += segment[i];
            continue;
        }
        if (i + 2 >= segment.size() || !isHex(segment[i + 1]) || !isHex(segment[i + 2]))
            return failure(Error::invalid(u"a %% without two hexadecimal digits"_s));
        const QString escape = segment.mid(i, 3).toString().toUpper();
        const int value = escape.mid(1).toInt(nullptr, 16);
        const QChar plain{ushort(value)};
        if (value < 0x20 || value == 0x7f || plain == u'/' || plain == u'\\')
            return failure(Error::invalid(u"the escape %1, which no normalised path has"_s.arg(escape)));
        if (value < 0x80 && (plain.isLetterOrNumber() || QStringView(u"-._~").contains(plain)))
            return failure(Error::invalid(u"the escape %1; write %2"_s.arg(escape, plain)));
        text += escape;
        i += 2;
    }
    return text;
}

Result<Segment> parseSegment(QStringView segment, bool last)
{
    if (segment == u"**") {
        if (!last)
            return failure(Error::invalid(u"** before the end"_s));
        return Segment{Segment::Kind::Rest, {}};
    }
    if (segment.startsWith(u'{') && segment.endsWith(u'}')) {
        const QStringView name = segment.mid(1, segment.size() - 2);
        const bool plain = !name.isEmpty() && std::all_of(name.begin(), name.end(), [](QChar c) {
            return c.unicode() < 0x80 && (c.isLetterOrNumber() || c == u'_' || c == u'-');
        });
        if (!plain)
            return failure(Error::invalid(u"the variable %1"_s.arg(segment)));
        return Segment{Segment::Kind::Variable, name.toString()};
    }
    if (segment.contains(u"**"))
        return failure(Error::invalid(u"the segment \"%1\"; ** stands alone"_s.arg(segment)));
    if (segment == u"." || segment == u"..")
        return failure(Error::invalid(u"the segment \"%1\", which no normalised path has"_s.arg(segment)));
    auto text = literal(segment);
    if (!text)
        return failure(text.error());
    return Segment{Segment::Kind::Literal, *text};
}

} // namespace

Result<PathTemplate> PathTemplate::parse(QStringView text)
{
    if (!text.startsWith(u'/'))
        return failure(Error::invalid(u"no / at the start"_s));
    PathTemplate result;
    if (text == u"/")
        return result;
    QSet<QString> names;
    const auto parts = text.mid(1).split(u'/');
    for (qsizetype i = 0; i < parts.size(); ++i) {
        const bool last = i + 1 == parts.size();
        // A trailing slash is a segment of its own: /a and /a/ are two paths.
        if (parts[i].isEmpty() && !last)
            return failure(Error::invalid(u"an empty segment"_s));
        auto segment = parseSegment(parts[i], last);
        if (!segment)
            return failure(segment.error());
        if (segment->kind == Segment::Kind::Variable) {
            if (names.contains(segment->text))
                return failure(Error::invalid(u"the variable {%1} twice"_s.arg(segment->text)));
            names.insert(segment->text);
        }
        result.segments.push_back(std::move(*segment));
    }
    return result;
}

bool PathTemplate::sameShape(const PathTemplate& other) const
{
    return std::equal(segments.begin(), segments.end(), other.segments.begin(), other.segments.end(),
                      [](const Segment& a, const Segment& b) {
                          return a.kind == b.kind && (a.kind != Segment::Kind::Literal || a.text == b.text);
                      });
}

} // namespace postern

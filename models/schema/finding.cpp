#include "models/schema/finding.h"

#include <algorithm>

namespace postern {

using namespace Qt::StringLiterals;

namespace {

QString severityName(Finding::Severity severity)
{
    return severity == Finding::Severity::Error ? u"error"_s : u"warning"_s;
}

/// Optimal string alignment distance, without case: one for each letter added, dropped, changed, or two
/// swapped.
qsizetype editDistance(const QString& left, const QString& right)
{
    const auto rows = std::size_t(left.size()) + 1;
    const auto columns = std::size_t(right.size()) + 1;
    std::vector<std::vector<qsizetype>> distance(rows, std::vector<qsizetype>(columns));
    for (std::size_t i = 0; i < rows; ++i)
        for (std::size_t j = 0; j < columns; ++j) {
            if (i == 0 || j == 0) {
                distance[i][j] = qsizetype(i + j);
                continue;
            }
            const QChar a = left[qsizetype(i) - 1];
            const QChar b = right[qsizetype(j) - 1];
            distance[i][j] = std::min(
                {distance[i - 1][j] + 1, distance[i][j - 1] + 1, distance[i - 1][j - 1] + (a == b ? 0 : 1)});
            const bool swapped =
                i > 1 && j > 1 && a == right[qsizetype(j) - 2] && left[qsizetype(i) - 2] == b;
            if (swapped)
                distance[i][j] = std::min(distance[i][j], distance[i - 2][j - 2] + 1);
        }
    return distance[rows - 1][columns - 1];
}

} // namespace

QString Finding::text() const
{
    QString text = severityName(severity) + u": "_s;
    if (const QString where = place.text(); !where.isEmpty())
        text.prepend(where + u": "_s);
    if (!place.path.isEmpty())
        text += place.path + u": "_s;
    text += u"found "_s + found;
    if (!expected.isEmpty())
        text += u", expected "_s + expected;
    return text + u" ["_s + rule + u']';
}

QJsonObject Finding::json() const
{
    return {{u"severity"_s, severityName(severity)},
            {u"rule"_s, rule},
            {u"file"_s, place.file},
            {u"line"_s, place.line},
            {u"column"_s, place.column},
            {u"path"_s, place.path},
            {u"found"_s, found},
            {u"expected"_s, expected}};
}

Place Findings::placeOf(const Node& at, const QString& path) const
{
    return {.file = m_file, .line = at.start.line, .column = at.start.column, .path = path};
}

void Findings::error(const QString& rule, const Node& at, const QString& path, const QString& found,
                     const QString& expected)
{
    add({Finding::Severity::Error, rule, placeOf(at, path), found, expected});
}

void Findings::warning(const QString& rule, const Node& at, const QString& path, const QString& found,
                       const QString& expected)
{
    add({Finding::Severity::Warning, rule, placeOf(at, path), found, expected});
}

void Findings::add(Finding finding)
{
    if (finding.severity == Finding::Severity::Error)
        ++m_errors;
    if (m_findings.size() < Maximum) {
        m_findings.push_back(std::move(finding));
    } else if (m_findings.size() == Maximum) {
        m_findings.push_back({Finding::Severity::Error, u"too-many-findings"_s, finding.place,
                              u"more than %1 findings"_s.arg(Maximum),
                              u"the ones above repaired first; the rest follows then"_s});
        ++m_errors;
    }
}

bool hasErrors(const std::vector<Finding>& findings)
{
    return std::any_of(findings.begin(), findings.end(),
                       [](const Finding& finding) { return finding.severity == Finding::Severity::Error; });
}

void sortByPlace(std::vector<Finding>& findings)
{
    std::stable_sort(findings.begin(), findings.end(), [](const Finding& a, const Finding& b) {
        return std::tie(a.place.file, a.place.line, a.place.column) <
               std::tie(b.place.file, b.place.line, b.place.column);
    });
}

QString quoted(QStringView text)
{
    constexpr qsizetype longest = 80;
    QString result(u'"');
    for (const QChar c : text.left(longest)) {
        if (c == u'\n')
            result += u"\\n"_s;
        else if (c.category() == QChar::Other_Control || c.category() == QChar::Other_Format ||
                 c.category() == QChar::Separator_Line || c.category() == QChar::Separator_Paragraph)
            result += u"\\u%1"_s.arg(uint(c.unicode()), 4, 16, QLatin1Char('0'));
        else
            result += c;
    }
    if (text.size() > longest)
        result += u'…';
    return result + u'"';
}

QString nearestOf(QStringView word, const QStringList& candidates)
{
    constexpr qsizetype longestWord = 64; // what is longer is no slip of a known name
    if (word.size() > longestWord)
        return {};
    const QString wanted = word.toString().toLower();
    QString nearest;
    // A third of the letters may be wrong, and one always: past that the guess would only confuse.
    qsizetype best = std::max<qsizetype>(1, word.size() / 3) + 1;
    for (const QString& candidate : candidates) {
        const qsizetype distance = editDistance(wanted, candidate.toLower());
        if (distance < best) {
            best = distance;
            nearest = candidate;
        }
    }
    return nearest;
}

} // namespace postern

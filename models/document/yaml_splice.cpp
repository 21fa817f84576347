#include "models/document/yaml_splice.h"

namespace postern {

QByteArray YamlSplice::lineEnd() const
{
    const qsizetype first = m_text.indexOf('\n');
    return first > 0 && m_text[first - 1] == '\r' ? "\r\n" : "\n";
}

qsizetype YamlSplice::lineStart(qsizetype offset) const
{
    return offset == 0 ? 0 : m_text.lastIndexOf('\n', offset - 1) + 1;
}

qsizetype YamlSplice::lineStop(qsizetype offset) const
{
    qsizetype stop = m_text.indexOf('\n', offset);
    if (stop < 0)
        stop = m_text.size();
    return stop > offset && m_text[stop - 1] == '\r' ? stop - 1 : stop;
}

qsizetype YamlSplice::nextLine(qsizetype offset) const
{
    const qsizetype stop = m_text.indexOf('\n', offset);
    return stop < 0 ? m_text.size() : stop + 1;
}

qsizetype YamlSplice::contentEnd(const Node& node) const
{
    if (node.style != Node::Style::Flow) {
        if (node.isSequence() && !node.items.empty())
            return contentEnd(node.items.back());
        if (node.isMapping() && !node.entries.empty()) {
            const Node::Entry& last = node.entries.back();
            return last.value.isNull() ? std::max(last.key.end.offset, last.value.end.offset)
                                       : contentEnd(last.value);
        }
    }
    // A block scalar's mark lies past its last line end.
    qsizetype end = node.end.offset;
    if (node.style == Node::Style::Literal || node.style == Node::Style::Folded)
        while (end > node.start.offset &&
               (m_text[end - 1] == '\n' || m_text[end - 1] == '\r' || m_text[end - 1] == ' '))
            --end;
    return end;
}

qsizetype YamlSplice::dashOf(const Node& item) const
{
    qsizetype at = item.start.offset - 1;
    // An empty item's mark stands right behind its dash; any other's content may be on a later line.
    while (at >= 0 && (m_text[at] == ' ' || m_text[at] == '\n' || m_text[at] == '\r'))
        --at;
    return at >= 0 && m_text[at] == '-' ? at : -1;
}

bool YamlSplice::beginsLine(qsizetype offset) const
{
    for (qsizetype at = lineStart(offset); at < offset; ++at)
        if (m_text[at] != ' ')
            return false;
    return true;
}

qsizetype YamlSplice::withOwnComments(qsizetype offset) const
{
    const qsizetype indent = indentAt(offset);
    qsizetype from = lineStart(offset);
    while (from > 0) {
        const qsizetype above = lineStart(from - 1);
        qsizetype mark = above;
        while (m_text[mark] == ' ')
            ++mark;
        if (m_text[mark] != '#' || mark - above != indent)
            break;
        from = above;
    }
    return from;
}

YamlSplice::Range YamlSplice::blockLines(qsizetype start, const Node& value) const
{
    return {withOwnComments(start), nextLine(std::max(start, contentEnd(value)))};
}

} // namespace postern

#include "models/document/tree_splice.h"

namespace postern {

using namespace Qt::StringLiterals;

namespace {

Node* child(Node& node, const PathStep& step)
{
    if (const auto* key = std::get_if<QString>(&step))
        return node.isMapping() ? const_cast<Node*>(node.find(*key)) : nullptr;
    const auto index = static_cast<std::size_t>(std::get<qsizetype>(step));
    return node.isSequence() && index < node.items.size() ? &node.items[index] : nullptr;
}

Result<Way> wayTo(Node& root, const QString& path)
{
    auto steps = parsePath(path);
    if (!steps)
        return failure(steps.error());
    if (steps->empty())
        return failure(Error::invalid(u"an edit needs a path inside the document"_s));
    Way way{std::move(*steps), {&root}};
    for (const PathStep& step : way.steps) {
        Node* next = child(*way.nodes.back(), step);
        if (!next)
            break;
        way.nodes.push_back(next);
    }
    return way;
}

Error notThere(const QString& path)
{
    Error error = Error::invalid(u"there is no %1 in the document"_s.arg(path));
    error.place.path = path;
    return error;
}

} // namespace

/// The column of the key, or of the dash, that holds the target.
qsizetype TreeSplice::keyIndent(const Way& way) const
{
    const PathStep& last = way.steps[way.nodes.size() - 2];
    if (const auto* key = std::get_if<QString>(&last))
        return m_places.indentAt(way.parent().findEntry(*key)->key.start.offset);
    return m_places.indentAt(m_places.dashOf(way.target()));
}

QByteArray TreeSplice::replace(const Way& way, const Node& value) const
{
    const Node& old = way.target();
    if (old.isNull() && old.text.isEmpty()) // `key:` and nothing, in whichever style
        return spliced(old.start.offset, old.start.offset,
                       way.inFlow() ? ' ' + m_render.flow(value) : m_render.after(value, keyIndent(way)));
    const qsizetype end = m_places.contentEnd(old);
    if (value.isScalar() && (old.isScalar() || old.isNull()))
        return spliced(old.start.offset, end, m_render.scalar(value, old.style, way.inFlow()));
    if (way.inFlow() || value.isScalar() || value.isNull() || value.style == Node::Style::Flow) {
        // A block that becomes one line joins its key's line.
        const bool ownLines =
            !old.isScalar() && old.style != Node::Style::Flow && m_places.beginsLine(old.start.offset);
        const qsizetype from =
            ownLines && std::holds_alternative<QString>(way.steps.back())
                ? way.parent().findEntry(std::get<QString>(way.steps.back()))->key.end.offset + 1
                : old.start.offset;
        const QByteArray text =
            value.isScalar() ? m_render.scalar(value, value.style, way.inFlow()) : m_render.flow(value);
        return spliced(from, end, (from == old.start.offset ? "" : " ") + text);
    }
    qsizetype from = old.start.offset;
    while (from > 0 && (m_text[from - 1] == ' ' || m_text[from - 1] == '\n' || m_text[from - 1] == '\r'))
        --from;
    return spliced(from, end, m_render.after(value, keyIndent(way)));
}

Result<QByteArray> TreeSplice::setValue(const QString& path, const Node& value)
{
    const auto way = wayTo(m_root, path);
    if (!way)
        return failure(way.error());
    if (!way->arrived())
        return addMissing(*way, path, value);
    QByteArray text = replace(*way, value);
    way->target() = value;
    return text;
}

Result<QByteArray> TreeSplice::addMissing(const Way& way, const QString& path, const Node& value)
{
    // The missing mappings on the way, around the value.
    Node added = value;
    for (std::size_t i = way.steps.size(); i-- > way.nodes.size();) {
        const auto* key = std::get_if<QString>(&way.steps[i]);
        if (!key)
            return failure(notThere(path));
        added = Node::mapping({{Node::scalar(*key), added}});
    }
    const auto* key = std::get_if<QString>(&way.steps[way.nodes.size() - 1]);
    Node& holder = way.target();
    if (!key || holder.isScalar() || holder.isSequence())
        return failure(notThere(path));
    if (holder.isNull()) {
        const Node mapping = Node::mapping({{Node::scalar(*key), added}});
        if (way.nodes.size() == 1)
            return failure(notThere(path));
        QByteArray text = replace(way, mapping);
        holder = mapping;
        return text;
    }
    QByteArray text = addEntry(way, holder, *key, added);
    holder.entries.push_back({Node::scalar(*key), added});
    return text;
}

QByteArray TreeSplice::addEntry(const Way& way, Node& mapping, const QString& key, const Node& value) const
{
    if (mapping.style == Node::Style::Flow) {
        const Node name =
            Node::scalar(key, readsAsText(key) ? Node::Style::Plain : Node::Style::DoubleQuoted);
        const QByteArray entry = m_render.scalar(name, name.style, true) + ": " + m_render.flow(value);
        if (mapping.entries.empty())
            return spliced(mapping.start.offset + 1, mapping.end.offset - 1, entry);
        const qsizetype end = m_places.contentEnd(mapping.entries.back().value);
        return spliced(end, end, ", " + entry);
    }
    Q_UNUSED(way);
    const qsizetype indent = m_places.indentAt(mapping.entries.front().key.start.offset);
    return appendLines(mapping, indent, m_render.entry(key, value, indent));
}

/// New lines below the last line of \a after.
QByteArray TreeSplice::appendLines(const Node& after, qsizetype indent, const QByteArray& lines) const
{
    const qsizetype at = m_places.lineStop(m_places.contentEnd(after));
    return spliced(at, at, m_places.lineEnd() + QByteArray(indent, ' ') + lines);
}

Result<QByteArray> TreeSplice::insertItem(const QString& path, qsizetype index, const Node& item)
{
    const auto way = wayTo(m_root, path);
    if (!way)
        return failure(way.error());
    if (!way->arrived() || way->target().isNull())
        return setValue(path, Node::sequence({item}));
    Node& list = way->target();
    if (!list.isSequence())
        return failure(Error::invalid(u"%1 is %2, expected a list"_s.arg(path, describe(list))));
    const auto position =
        std::min(static_cast<std::size_t>(std::max<qsizetype>(index, 0)), list.items.size());
    const bool last = position == list.items.size();
    QByteArray text;
    if (list.style == Node::Style::Flow) {
        const QByteArray rendered = m_render.flow(item);
        if (list.items.empty())
            text = spliced(list.start.offset + 1, list.end.offset - 1, rendered);
        else if (last)
            text = spliced(m_places.contentEnd(list.items.back()), m_places.contentEnd(list.items.back()),
                           ", " + rendered);
        else
            text = spliced(list.items[position].start.offset, list.items[position].start.offset,
                           rendered + ", ");
    } else {
        const qsizetype dash = m_places.dashOf(list.items[last ? 0 : position]);
        const qsizetype indent = m_places.indentAt(dash);
        const QByteArray lines = m_render.item(item, indent);
        if (last) {
            text = appendLines(list, indent, lines);
        } else {
            const qsizetype at = m_places.withOwnComments(dash);
            text = spliced(at, at, QByteArray(indent, ' ') + lines + m_places.lineEnd());
        }
    }
    list.items.insert(list.items.begin() + static_cast<qsizetype>(position), item);
    return text;
}

/// Takes one of \a count parts of a flow collection out, with one comma.
QByteArray TreeSplice::removeFlow(const Way& way, qsizetype index, qsizetype count) const
{
    const Node& holder = way.parent();
    const auto from = [&](qsizetype i) {
        const auto at = static_cast<std::size_t>(i);
        return holder.isMapping() ? holder.entries[at].key.start.offset : holder.items[at].start.offset;
    };
    const auto to = [&](qsizetype i) {
        const auto at = static_cast<std::size_t>(i);
        return holder.isMapping() ? std::max(holder.entries[at].key.end.offset,
                                             m_places.contentEnd(holder.entries[at].value))
                                  : m_places.contentEnd(holder.items[at]);
    };
    if (index + 1 < count)
        return spliced(from(index), from(index + 1), {});
    if (index > 0)
        return spliced(to(index - 1), to(index), {});
    return spliced(holder.start.offset + 1, holder.end.offset - 1, {});
}

QByteArray TreeSplice::removeEntry(const Way& way, std::size_t index) const
{
    const Node& mapping = way.parent();
    const Node::Entry& entry = mapping.entries[index];
    const qsizetype start = entry.key.start.offset;
    if (m_places.beginsLine(start)) {
        const auto lines = m_places.blockLines(start, entry.value.isNull() ? entry.key : entry.value);
        return spliced(lines.from, lines.to, {});
    }
    // The first key of an item stands on its dash's line: the next key moves up to it, unless comments stand
    // between.
    const qsizetype next = mapping.entries[index + 1].key.start.offset;
    const qsizetype end = std::max(entry.key.end.offset, m_places.contentEnd(entry.value));
    if (m_text.mid(end, next - end).contains('#')) {
        qsizetype from = start;
        while (m_text[from - 1] == ' ')
            --from;
        return spliced(from, m_places.lineStop(end), {});
    }
    return spliced(start, next, {});
}

Result<QByteArray> TreeSplice::remove(const QString& path)
{
    const auto way = wayTo(m_root, path);
    if (!way)
        return failure(way.error());
    if (!way->arrived())
        return failure(notThere(path));
    Node& holder = way->parent();
    const PathStep& last = way->steps.back();
    const std::size_t index =
        std::holds_alternative<QString>(last)
            ? static_cast<std::size_t>(holder.findEntry(std::get<QString>(last)) - holder.entries.data())
            : static_cast<std::size_t>(std::get<qsizetype>(last));
    const std::size_t count = holder.isMapping() ? holder.entries.size() : holder.items.size();
    if (count == 1 && holder.style != Node::Style::Flow) {
        // The last one gone leaves an empty collection, which only brackets can say.
        if (way->nodes.size() == 2)
            return failure(Error::invalid(u"%1 is all that the document has"_s.arg(path)));
        Way up = *way;
        up.nodes.pop_back();
        up.steps.pop_back();
        Node empty = holder.isMapping() ? Node::mapping({}) : Node::sequence({});
        empty.style = Node::Style::Flow;
        QByteArray text = replace(up, empty);
        holder = empty;
        return text;
    }
    QByteArray text;
    if (holder.style == Node::Style::Flow) {
        text = removeFlow(*way, static_cast<qsizetype>(index), static_cast<qsizetype>(count));
    } else if (holder.isMapping()) {
        text = removeEntry(*way, index);
    } else {
        const auto lines = m_places.blockLines(m_places.dashOf(way->target()), way->target());
        text = spliced(lines.from, lines.to, {});
    }
    if (holder.isMapping())
        holder.entries.erase(holder.entries.begin() + static_cast<qsizetype>(index));
    else
        holder.items.erase(holder.items.begin() + static_cast<qsizetype>(index));
    return text;
}

} // namespace postern

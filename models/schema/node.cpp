#include "models/schema/node.h"

#include "models/schema/finding.h"

#include <algorithm>

namespace postern {

using namespace Qt::StringLiterals;

const Node::Entry* Node::findEntry(QStringView key) const
{
    const auto at = std::find_if(entries.begin(), entries.end(),
                                 [&](const Entry& entry) { return entry.key.text == key; });
    return at == entries.end() ? nullptr : &*at;
}

const Node* Node::find(QStringView key) const
{
    const Entry* entry = findEntry(key);
    return entry ? &entry->value : nullptr;
}

Node Node::scalar(const QString& text, Style style)
{
    Node node;
    node.kind = Kind::Scalar;
    node.style = style;
    node.text = text;
    return node;
}

Node Node::sequence(std::vector<Node> items)
{
    Node node;
    node.kind = Kind::Sequence;
    node.style = Style::Block;
    node.items = std::move(items);
    return node;
}

Node Node::mapping(std::vector<Entry> entries)
{
    Node node;
    node.kind = Kind::Mapping;
    node.style = Style::Block;
    node.entries = std::move(entries);
    return node;
}

bool sameMeaning(const Node& left, const Node& right)
{
    if (left.kind != right.kind)
        return false;
    switch (left.kind) {
    case Node::Kind::Null:
        return true;
    case Node::Kind::Scalar:
        return left.isPlain() == right.isPlain() && left.text == right.text;
    case Node::Kind::Sequence:
        return std::equal(left.items.begin(), left.items.end(), right.items.begin(), right.items.end(),
                          sameMeaning);
    case Node::Kind::Mapping:
        return std::equal(left.entries.begin(), left.entries.end(), right.entries.begin(),
                          right.entries.end(), [](const Node::Entry& a, const Node::Entry& b) {
                              return a.key.text == b.key.text && sameMeaning(a.value, b.value);
                          });
    }
    return false;
}

QString describe(const Node& node)
{
    switch (node.kind) {
    case Node::Kind::Null:
        return u"nothing"_s;
    case Node::Kind::Scalar: {
        const QString shown = quoted(node.text);
        return node.isPlain() ? shown.mid(1, shown.size() - 2) : shown;
    }
    case Node::Kind::Sequence:
        return node.items.empty() ? u"an empty list"_s : u"a list of %1"_s.arg(node.items.size());
    case Node::Kind::Mapping:
        return node.entries.empty() ? u"an empty mapping"_s : u"a mapping"_s;
    }
    return {};
}

} // namespace postern

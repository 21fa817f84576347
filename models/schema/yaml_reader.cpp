#include "models/schema/yaml_reader.h"

#include "models/schema/document_path.h"
#include "models/schema/source_map.h"
#include "models/schema/units.h"

#include <QSet>

#include <yaml.h>

#include <memory>

namespace postern {

using namespace Qt::StringLiterals;

namespace {

QString fromYaml(const yaml_char_t* text, std::size_t length)
{
    return QString::fromUtf8(reinterpret_cast<const char*>(text), qsizetype(length));
}

Node::Style styleOf(yaml_scalar_style_t style)
{
    switch (style) {
    case YAML_SINGLE_QUOTED_SCALAR_STYLE:
        return Node::Style::SingleQuoted;
    case YAML_DOUBLE_QUOTED_SCALAR_STYLE:
        return Node::Style::DoubleQuoted;
    case YAML_LITERAL_SCALAR_STYLE:
        return Node::Style::Literal;
    case YAML_FOLDED_SCALAR_STYLE:
        return Node::Style::Folded;
    default:
        return Node::Style::Plain;
    }
}

/// YAML 1.2 core's null.
bool isNull(const Node& node)
{
    return node.isPlain() && (node.text.isEmpty() || node.text == u'~' || node.text == "null"_L1 ||
                              node.text == "Null"_L1 || node.text == "NULL"_L1);
}

/// Frees the event whichever way a turn of the loop ends.
struct Event
{
    yaml_event_t value{};
    Event() = default;
    Event(const Event&) = delete;
    Event& operator=(const Event&) = delete;
    ~Event() { yaml_event_delete(&value); }
};

/// Builds nodes from libyaml's events. Lives on the stack of one readYaml().
class Reader
{
public:
    Reader(const QByteArray& text, Findings& findings, const YamlLimits& limits)
        : m_text(text), m_findings(findings), m_limits(limits), m_map(text)
    {
        yaml_parser_initialize(&m_parser);
        yaml_parser_set_encoding(&m_parser, YAML_UTF8_ENCODING);
        const qsizetype start = byteOrderMarkLength(text);
        yaml_parser_set_input_string(&m_parser,
                                     reinterpret_cast<const unsigned char*>(text.constData() + start),
                                     std::size_t(text.size() - start));
    }
    Reader(const Reader&) = delete;
    Reader& operator=(const Reader&) = delete;
    ~Reader() { yaml_parser_delete(&m_parser); }

    std::vector<Node> run()
    {
        for (bool goOn = true; goOn;) {
            Event event;
            if (!yaml_parser_parse(&m_parser, &event.value)) {
                syntaxError();
                break;
            }
            goOn = take(event.value);
        }
        return std::move(m_documents);
    }

private:
    struct Frame
    {
        Node node;
        QString path;
        std::optional<Node> key; ///< a mapping's key that waits for its value
        QSet<QString> keys;
        bool dropValue = false; ///< the waiting key is a repeat
    };

    bool take(const yaml_event_t& event);
    bool open(Node::Kind kind, bool block, const yaml_event_t& event);
    bool close(const yaml_event_t& event);
    bool place(Node node);
    bool placeKey(Node node);
    void endDocument();
    bool count(const Node& node);
    bool overLimit(const Node& node, const QString& found, const QString& expected);
    void refuseProperties(const Node& node, const yaml_char_t* anchor, const yaml_char_t* tag);
    void refuse(const QString& rule, const Node& node, const QString& found, const QString& expected);
    void syntaxError();
    [[nodiscard]] QString childPath() const;
    [[nodiscard]] Node nodeAt(const yaml_event_t& event, Node::Kind kind, Node::Style style) const;

    const QByteArray& m_text;
    Findings& m_findings;
    YamlLimits m_limits;
    SourceMap m_map;
    yaml_parser_t m_parser{};
    std::vector<Frame> m_stack;
    std::vector<Node> m_documents;
    std::optional<Node> m_root;
    int m_nodes = 0;
    bool m_refused = false; ///< this document has what no node can hold
};

Node Reader::nodeAt(const yaml_event_t& event, Node::Kind kind, Node::Style style) const
{
    Node node;
    node.kind = kind;
    node.style = style;
    node.start = m_map.at(event.start_mark.index);
    node.end = m_map.at(event.end_mark.index);
    return node;
}

bool Reader::take(const yaml_event_t& event)
{
    switch (event.type) {
    case YAML_STREAM_END_EVENT:
        return false;
    case YAML_DOCUMENT_START_EVENT:
        m_root.reset();
        m_refused = false;
        return m_documents.size() < std::size_t(m_limits.documents) ||
               overLimit(nodeAt(event, Node::Kind::Null, Node::Style::Plain),
                         u"more than %1 documents"_s.arg(m_limits.documents), u"a smaller file"_s);
    case YAML_DOCUMENT_END_EVENT:
        endDocument();
        return true;
    case YAML_ALIAS_EVENT: {
        Node node = nodeAt(event, Node::Kind::Null, Node::Style::Plain);
        refuse(u"yaml-alias"_s, node,
               u"the alias *"_s + fromYaml(event.data.alias.anchor, std::strlen(reinterpret_cast<const char*>(
                                                                        event.data.alias.anchor))),
               u"the value itself: aliases are not followed"_s);
        return place(std::move(node));
    }
    case YAML_SCALAR_EVENT: {
        const auto& scalar = event.data.scalar;
        Node node = nodeAt(event, Node::Kind::Scalar, styleOf(scalar.style));
        node.text = fromYaml(scalar.value, scalar.length);
        refuseProperties(node, scalar.anchor, scalar.tag);
        return place(std::move(node));
    }
    case YAML_SEQUENCE_START_EVENT:
        return open(Node::Kind::Sequence, event.data.sequence_start.style == YAML_BLOCK_SEQUENCE_STYLE,
                    event);
    case YAML_MAPPING_START_EVENT:
        return open(Node::Kind::Mapping, event.data.mapping_start.style == YAML_BLOCK_MAPPING_STYLE, event);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        return close(event);
    default:
        return true;
    }
}

bool Reader::open(Node::Kind kind, bool block, const yaml_event_t& event)
{
    Node node = nodeAt(event, kind, block ? Node::Style::Block : Node::Style::Flow);
    const bool isMap = kind == Node::Kind::Mapping;
    refuseProperties(node, isMap ? event.data.mapping_start.anchor : event.data.sequence_start.anchor,
                     isMap ? event.data.mapping_start.tag : event.data.sequence_start.tag);
    if (m_stack.size() >= std::size_t(m_limits.depth))
        return overLimit(node, u"more than %1 levels"_s.arg(m_limits.depth), u"a flatter document"_s);
    if (!count(node))
        return false;
    QString path = childPath();
    m_stack.push_back({std::move(node), std::move(path), std::nullopt, {}, false});
    return true;
}

bool Reader::close(const yaml_event_t& event)
{
    Node node = std::move(m_stack.back().node);
    m_stack.pop_back();
    node.end = m_map.at(event.end_mark.index);
    --m_nodes; // counted when it was opened
    return place(std::move(node));
}

bool Reader::place(Node node)
{
    if (isNull(node))
        node.kind = Node::Kind::Null;
    if (!count(node))
        return false;
    if (m_stack.empty()) {
        m_root = std::move(node);
        return true;
    }
    Frame& frame = m_stack.back();
    if (frame.node.kind == Node::Kind::Sequence) {
        frame.node.items.push_back(std::move(node));
        return true;
    }
    if (!frame.key)
        return placeKey(std::move(node));
    if (!std::exchange(frame.dropValue, false))
        frame.node.entries.push_back({std::move(*frame.key), std::move(node)});
    frame.key.reset();
    return true;
}

bool Reader::placeKey(Node node)
{
    Frame& frame = m_stack.back();
    if (node.kind == Node::Kind::Null && !node.text.isEmpty())
        node.kind = Node::Kind::Scalar; // a key called null or ~ is a text: no field is called so
    if (node.kind != Node::Kind::Scalar) {
        refuse(u"yaml-key"_s, node, describe(node), u"a key that is text"_s);
        node.kind = Node::Kind::Scalar;
        node.text.clear();
    } else if (node.isPlain() && node.text == "<<"_L1) {
        refuse(u"yaml-merge-key"_s, node, u"<<"_s, u"the fields themselves: merge keys are not followed"_s);
    } else if (frame.keys.contains(node.text)) {
        const Node::Entry* first = frame.node.findEntry(node.text);
        m_findings.error(
            u"duplicate-key"_s, node, pathTo(frame.path, node.text), quoted(node.text),
            u"each key once; it stands in line %1 already"_s.arg(first ? first->key.start.line : 0));
        frame.dropValue = true;
    }
    frame.keys.insert(node.text);
    frame.key = std::move(node);
    return true;
}

void Reader::endDocument()
{
    if (!m_root || m_refused || (m_root->isNull() && m_root->text.isEmpty()))
        return;
    m_documents.push_back(std::move(*m_root));
}

bool Reader::count(const Node& node)
{
    return ++m_nodes <= m_limits.nodes ||
           overLimit(node, u"more than %1 values"_s.arg(m_limits.nodes), u"a smaller document"_s);
}

bool Reader::overLimit(const Node& node, const QString& found, const QString& expected)
{
    m_findings.error(u"yaml-limit"_s, node, {}, found, expected);
    return false;
}

void Reader::refuseProperties(const Node& node, const yaml_char_t* anchor, const yaml_char_t* tag)
{
    if (anchor)
        refuse(u"yaml-anchor"_s, node,
               u"the anchor &"_s + QString::fromUtf8(reinterpret_cast<const char*>(anchor)),
               u"the value alone: anchors are not kept"_s);
    if (tag)
        refuse(u"yaml-tag"_s, node, u"the tag "_s + QString::fromUtf8(reinterpret_cast<const char*>(tag)),
               u"the value without a tag; text in quotes"_s);
}

void Reader::refuse(const QString& rule, const Node& node, const QString& found, const QString& expected)
{
    m_refused = true;
    m_findings.error(rule, node, childPath(), found, expected);
}

QString Reader::childPath() const
{
    if (m_stack.empty())
        return {};
    const Frame& frame = m_stack.back();
    if (frame.node.kind == Node::Kind::Sequence)
        return pathTo(frame.path, qsizetype(frame.node.items.size()));
    return frame.key ? pathTo(frame.path, frame.key->text) : frame.path;
}

void Reader::syntaxError()
{
    Node at;
    const bool byReader = m_parser.error == YAML_READER_ERROR;
    at.start = byReader ? m_map.atByte(byteOrderMarkLength(m_text) + qsizetype(m_parser.problem_offset))
                        : m_map.at(m_parser.problem_mark.index);
    QString problem = m_parser.problem ? QString::fromUtf8(m_parser.problem) : u"not enough memory"_s;
    if (m_parser.context && !byReader)
        problem += u" ("_s + QString::fromUtf8(m_parser.context) +
                   u" from line %1)"_s.arg(m_map.at(m_parser.context_mark.index).line);
    m_findings.error(u"yaml-syntax"_s, at, childPath(), problem, u"valid YAML"_s);
}

} // namespace

std::vector<Node> readYaml(const QByteArray& text, Findings& findings, const YamlLimits& limits)
{
    Node start;
    start.start = {.line = 1, .column = 1, .offset = 0};
    if (text.size() > limits.bytes) {
        findings.error(u"too-large"_s, start, {}, u"%1 bytes"_s.arg(text.size()),
                       u"at most %1"_s.arg(formatBytes(Bytes{quint64(limits.bytes)})));
        return {};
    }
    if (const qsizetype bad = firstInvalidUtf8(text); bad >= 0) {
        start.start = SourceMap(text.left(bad)).atByte(bad);
        findings.error(u"invalid-utf8"_s, start, {},
                       u"the byte 0x%1"_s.arg(quint8(text[bad]), 2, 16, QLatin1Char('0')), u"UTF-8"_s);
        return {};
    }
    return Reader(text, findings, limits).run();
}

} // namespace postern

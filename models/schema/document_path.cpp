#include "models/schema/document_path.h"

#include "models/schema/node.h"

#include <algorithm>

namespace postern {

using namespace Qt::StringLiterals;

namespace {

bool isBareKey(QStringView key)
{
    return !key.isEmpty() && std::all_of(key.begin(), key.end(), [](QChar c) {
        return (c.unicode() < 0x80 && c.isLetterOrNumber()) || c == u'_' || c == u'-';
    });
}

QString quotedKey(QStringView key)
{
    QString result = u"[\""_s;
    for (const QChar c : key) {
        if (c == u'"' || c == u'\\')
            result += u'\\';
        result += c;
    }
    return result + u"\"]"_s;
}

/// Reads `["…"]` from \a at, which stands after `["`.
std::optional<QString> readQuotedKey(QStringView path, qsizetype& at)
{
    QString key;
    for (; at < path.size(); ++at) {
        if (path[at] == u'"') {
            if (!path.mid(at + 1).startsWith(u']'))
                return std::nullopt;
            at += 2;
            return key;
        }
        if (path[at] == u'\\' && ++at == path.size())
            return std::nullopt;
        key += path[at];
    }
    return std::nullopt;
}

std::optional<qsizetype> readIndex(QStringView path, qsizetype& at)
{
    const qsizetype close = path.indexOf(u']', at);
    if (close < 0)
        return std::nullopt;
    bool isNumber = false;
    const qsizetype index = path.mid(at, close - at).toInt(&isNumber);
    if (!isNumber || index < 0 || !path[at].isDigit())
        return std::nullopt;
    at = close + 1;
    return index;
}

std::optional<PathStep> readStep(QStringView path, qsizetype& at, bool first)
{
    if (path.mid(at).startsWith(u"[\"")) {
        at += 2;
        auto key = readQuotedKey(path, at);
        return key ? std::optional<PathStep>(*key) : std::nullopt;
    }
    if (path[at] == u'[') {
        ++at;
        auto index = readIndex(path, at);
        return index ? std::optional<PathStep>(*index) : std::nullopt;
    }
    if (!first) {
        if (path[at] != u'.')
            return std::nullopt;
        ++at;
    }
    const qsizetype from = at;
    while (at < path.size() && path[at] != u'.' && path[at] != u'[')
        ++at;
    const QStringView key = path.mid(from, at - from);
    return isBareKey(key) ? std::optional<PathStep>(key.toString()) : std::nullopt;
}

const Node* child(const Node& node, const PathStep& step)
{
    if (const auto* key = std::get_if<QString>(&step))
        return node.find(*key);
    const auto index = std::size_t(std::get<qsizetype>(step));
    return index < node.items.size() ? &node.items[index] : nullptr;
}

} // namespace

QString pathTo(const QString& parent, QStringView key)
{
    if (!isBareKey(key))
        return parent + quotedKey(key);
    return parent.isEmpty() ? key.toString() : parent + u'.' + key.toString();
}

QString pathTo(const QString& parent, qsizetype index)
{
    return parent + u'[' + QString::number(index) + u']';
}

Result<std::vector<PathStep>> parsePath(QStringView path)
{
    std::vector<PathStep> steps;
    for (qsizetype at = 0; at < path.size();) {
        auto step = readStep(path, at, steps.empty());
        if (!step)
            return failure(Error::invalid(
                u"\"%1\" is no path in a document, such as spec.routes[2].timeout"_s.arg(path)));
        steps.push_back(std::move(*step));
    }
    return steps;
}

const Node* nodeAt(const Node& root, QStringView path)
{
    const auto steps = parsePath(path);
    if (!steps)
        return nullptr;
    const Node* node = &root;
    for (const PathStep& step : *steps)
        if (!(node = child(*node, step)))
            return nullptr;
    return node;
}

const Node& nearestNode(const Node& root, QStringView path)
{
    const auto steps = parsePath(path);
    const Node* node = &root;
    for (const PathStep& step : steps ? *steps : std::vector<PathStep>()) {
        const Node* next = child(*node, step);
        if (!next)
            break;
        node = next;
    }
    return *node;
}

} // namespace postern

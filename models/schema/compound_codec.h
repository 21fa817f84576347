#pragma once

// Codecs made of other codecs: optional values, lists and maps. Included by codec.h.
#include "models/schema/codec.h"

namespace postern {

template<typename M>
struct Codec<std::optional<M>>
{
    Codec<M> inner;

    template<typename... R>
    explicit Codec(const R&... record) : inner{record...}
    {}
    [[nodiscard]] FieldDescription describe() const { return inner.describe(); }
    void read(const FieldDescription& field, const Node& node, const QString& path, Findings& findings,
              std::optional<M>& out) const
    {
        inner.read(field, node, path, findings, out.emplace());
    }
    [[nodiscard]] QJsonValue write(const std::optional<M>& value) const
    {
        return value ? inner.write(*value) : QJsonValue(QJsonValue::Undefined);
    }
};

template<typename M>
struct Codec<std::vector<M>>
{
    Codec<M> inner;

    template<typename... R>
    explicit Codec(const R&... record) : inner{record...}
    {}
    [[nodiscard]] FieldDescription describe() const
    {
        FieldDescription field;
        field.kind = FieldDescription::Kind::List;
        field.elements = std::make_shared<FieldDescription>(inner.describe());
        return field;
    }
    void read(const FieldDescription& field, const Node& node, const QString& path, Findings& findings,
              std::vector<M>& out) const
    {
        out.clear();
        if (field.scalarOrList && node.isScalar()) {
            inner.read(*field.elements, node, path, findings, out.emplace_back());
            return;
        }
        if (!acceptsList(field, node, path, findings))
            return;
        for (std::size_t i = 0; i < node.items.size(); ++i)
            inner.read(*field.elements, node.items[i], pathTo(path, qsizetype(i)), findings,
                       out.emplace_back());
    }
    [[nodiscard]] QJsonValue write(const std::vector<M>& values) const
    {
        QJsonArray array;
        for (const M& value : values)
            array.append(inner.write(value));
        return array;
    }
};

/// A mapping from text, in the document's order.
template<typename M>
struct Codec<std::vector<std::pair<QString, M>>>
{
    Codec<M> inner;

    template<typename... R>
    explicit Codec(const R&... record) : inner{record...}
    {}
    [[nodiscard]] FieldDescription describe() const
    {
        FieldDescription field;
        field.kind = FieldDescription::Kind::Map;
        field.elements = std::make_shared<FieldDescription>(inner.describe());
        return field;
    }
    void read(const FieldDescription& field, const Node& node, const QString& path, Findings& findings,
              std::vector<std::pair<QString, M>>& out) const
    {
        out.clear();
        if (!acceptsMap(field, node, path, findings))
            return;
        for (const Node::Entry& entry : node.entries) {
            auto& [key, value] = out.emplace_back(entry.key.text, M{});
            inner.read(*field.elements, entry.value, pathTo(path, key), findings, value);
        }
    }
    [[nodiscard]] QJsonValue write(const std::vector<std::pair<QString, M>>& map) const
    {
        QJsonObject object;
        for (const auto& [key, value] : map)
            object.insert(key, inner.write(value));
        return object;
    }
};

} // namespace postern

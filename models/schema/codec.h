#pragma once

#include "models/schema/document_path.h"
#include "models/schema/scalars.h"

#include <QJsonArray>
#include <QJsonObject>

#include <limits>
#include <type_traits>

namespace postern {

template<typename T>
class Record;

/// How a C++ type is described, read from a node and written as normalised JSON. `Record::field` picks the
/// codec from the member's type; a codec of records is given the record. A new member type is a new
/// specialisation.
/// The general one is that of a record within a record.
template<typename T>
struct Codec
{
    const Record<T>* record;

    explicit Codec(const Record<T>& described) : record(&described) {}
    [[nodiscard]] FieldDescription describe() const
    {
        FieldDescription field;
        field.kind = FieldDescription::Kind::Record;
        field.record = record;
        return field;
    }
    void read(const FieldDescription&, const Node& node, const QString& path, Findings& findings,
              T& out) const
    {
        out = record->parse(node, path, findings);
    }
    [[nodiscard]] QJsonValue write(const T& value) const { return record->serialise(value); }
};

namespace detail {
template<typename M, FieldDescription::Kind Which,
         std::optional<M> (*Read)(const FieldDescription&, const Node&, const QString&, Findings&)>
struct ScalarCodec
{
    [[nodiscard]] FieldDescription describe() const
    {
        FieldDescription field;
        field.kind = Which;
        return field;
    }
    void read(const FieldDescription& field, const Node& node, const QString& path, Findings& findings,
              M& out) const
    {
        if (auto value = Read(field, node, path, findings))
            out = std::move(*value);
    }
};
} // namespace detail

template<>
struct Codec<bool> : detail::ScalarCodec<bool, FieldDescription::Kind::Boolean, readBoolean>
{
    [[nodiscard]] QJsonValue write(bool value) const { return value; }
};
template<>
struct Codec<qint64> : detail::ScalarCodec<qint64, FieldDescription::Kind::Integer, readInteger>
{
    [[nodiscard]] QJsonValue write(qint64 value) const { return value; }
};
template<>
struct Codec<double> : detail::ScalarCodec<double, FieldDescription::Kind::Number, readNumber>
{
    [[nodiscard]] QJsonValue write(double value) const { return value; }
};
template<>
struct Codec<QString> : detail::ScalarCodec<QString, FieldDescription::Kind::Text, readText>
{
    [[nodiscard]] QJsonValue write(const QString& value) const { return value; }
};
template<>
struct Codec<std::chrono::milliseconds>
    : detail::ScalarCodec<std::chrono::milliseconds, FieldDescription::Kind::Duration, readDuration>
{
    [[nodiscard]] QJsonValue write(std::chrono::milliseconds value) const { return qint64(value.count()); }
};
template<>
struct Codec<Bytes> : detail::ScalarCodec<Bytes, FieldDescription::Kind::Bytes, readBytes>
{
    [[nodiscard]] QJsonValue write(Bytes value) const { return qint64(value.count); }
};
template<>
struct Codec<FileReference> : detail::ScalarCodec<FileReference, FieldDescription::Kind::File, readFile>
{
    [[nodiscard]] QJsonValue write(const FileReference& value) const { return value.path; }
};
template<>
struct Codec<SecretReference>
    : detail::ScalarCodec<SecretReference, FieldDescription::Kind::Secret, readSecret>
{
    [[nodiscard]] QJsonValue write(const SecretReference& value) const;
};

template<>
struct Codec<int>
{
    [[nodiscard]] FieldDescription describe() const;
    void read(const FieldDescription& field, const Node& node, const QString& path, Findings& findings,
              int& out) const;
    [[nodiscard]] QJsonValue write(int value) const { return value; }
};

/// A value whose meaning is decided elsewhere (a policy's config). Never written: its owner does that.
template<>
struct Codec<Node>
{
    [[nodiscard]] FieldDescription describe() const;
    void read(const FieldDescription&, const Node& node, const QString&, Findings&, Node& out) const
    {
        out = node;
    }
    [[nodiscard]] QJsonValue write(const Node&) const { return QJsonValue(QJsonValue::Undefined); }
};

template<typename E>
requires std::is_enum_v<E>
struct Codec<E>
{
    [[nodiscard]] FieldDescription describe() const
    {
        FieldDescription field;
        field.kind = FieldDescription::Kind::Choice;
        for (const Choice<E>& choice : choicesOf(E{}))
            field.choices.push_back({QString::fromLatin1(choice.name), QString::fromUtf8(choice.help),
                                     choice.built == Built::Yes});
        return field;
    }
    void read(const FieldDescription& field, const Node& node, const QString& path, Findings& findings,
              E& out) const
    {
        if (const auto index = readChoice(field, node, path, findings))
            out = choicesOf(E{})[*index].value;
    }
    [[nodiscard]] QJsonValue write(E value) const { return nameOf(value); }
};

} // namespace postern

#include "models/schema/compound_codec.h"

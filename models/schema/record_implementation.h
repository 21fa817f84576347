#pragma once

// The templates of record.h; included by it.
#include "models/schema/record.h"

namespace postern {

template<typename T>
template<typename M, typename... R>
Record<T>& Record<T>::field(const char* name, M T::*member, const char* help, const R&... nested)
{
    const Codec<M> codec{nested...};
    FieldDescription description = codec.describe();
    description.name = QString::fromLatin1(name);
    description.help = QString::fromUtf8(help);
    description.defaultValue = codec.write(T{}.*member);
    m_fields.push_back(std::move(description));
    m_bindings.push_back({[codec, member](const FieldDescription& field, const Node& node,
                                          const QString& path, Findings& findings,
                                          T& out) { codec.read(field, node, path, findings, out.*member); },
                          [codec, member](const T& value) { return codec.write(value.*member); }});
    return *this;
}

template<typename T>
Record<T>& Record<T>::notYetBuilt(const char* name, const char* help)
{
    FieldDescription description;
    description.kind = FieldDescription::Kind::Any;
    description.name = QString::fromLatin1(name);
    description.help = QString::fromUtf8(help);
    description.defaultValue = QJsonValue(QJsonValue::Undefined);
    description.built = false;
    m_fields.push_back(std::move(description));
    m_bindings.push_back({[](const FieldDescription&, const Node&, const QString&, Findings&, T&) {},
                          [](const T&) { return QJsonValue(QJsonValue::Undefined); }});
    return *this;
}

template<typename T>
T Record<T>::parse(const Node& node, const QString& path, Findings& findings) const
{
    T value{};
    if (m_setPlace)
        m_setPlace(value, findings.placeOf(node, path));
    const std::size_t before = findings.errors();
    readFields(node, path, findings, [&](std::size_t index, const Node& child, const QString& childPath) {
        m_bindings[index].read(m_fields[index], child, childPath, findings, value);
    });
    if (findings.errors() != before)
        return value; // a check across fields would only repeat what is already said
    RecordContext context(node, path, findings);
    for (const auto& check : m_checks)
        check(value, context);
    if (m_normalise)
        m_normalise(value);
    return value;
}

template<typename T>
QJsonObject Record<T>::serialise(const T& value) const
{
    QJsonObject object;
    for (std::size_t i = 0; i < m_fields.size(); ++i) {
        const QJsonValue written = m_bindings[i].write(value);
        if (written.isUndefined() || (!m_fields[i].required && written == m_fields[i].defaultValue))
            continue;
        object.insert(m_fields[i].name, written);
    }
    return object;
}

} // namespace postern

#pragma once

#include "models/schema/codec.h"
#include "models/schema/record_description.h"

namespace postern {

/// The ONE field table of a plain struct: it drives parsing, defaults, validation, serialisation, the form,
/// JSON Schema and the manual. Defaults are the struct's own member initialisers. Declared once per type:
///   const Record<RequestSizeConfig>& requestSizeRecord()
///   {
///       static const auto instance = record<RequestSizeConfig>("requestSize", "Bounds a request's body.")
///           .field("maxBody", &RequestSizeConfig::maxBody, "The largest body …").range(Bytes{0}, Bytes{1 <<
///           30});
///       return instance;
///   }
/// Immutable once built and read from any thread. Modifiers apply to the field named last; of a list or map,
/// `range`, `length` and `matching` apply to its elements.
template<typename T>
class Record final : public RecordDescription
{
public:
    Record(QString name, QString help) : RecordDescription(std::move(name), std::move(help)) {}

    /// A member that is (or holds) a record is given that record last.
    template<typename M, typename... R>
    Record& field(const char* name, M T::*member, const char* help, const R&... nested);
    /// A field that is known but has no member yet: refused with the rule `not-yet-built`.
    Record& notYetBuilt(const char* name, const char* help);

    Record& required()
    {
        return last([](auto& f) { f.required = true; });
    }
    Record& notYetBuilt()
    {
        return last([](auto& f) { f.built = false; });
    }
    Record& unit(const char* unit)
    {
        return last([&](auto& f) { f.leaf().unit = QString::fromUtf8(unit); });
    }
    /// A rate: how many in the period that the field \a period holds.
    Record& ratePer(const char* period)
    {
        return last([&](auto& f) { f.ratePer = QString::fromLatin1(period); });
    }
    Record& range(double from, double to)
    {
        return last([&](auto& f) {
            f.leaf().minimum = from;
            f.leaf().maximum = to;
        });
    }
    Record& range(std::chrono::milliseconds from, std::chrono::milliseconds to)
    {
        return range(double(from.count()), double(to.count()));
    }
    Record& range(Bytes from, Bytes to) { return range(double(from.count), double(to.count)); }
    /// Of a text, in characters.
    Record& length(std::size_t from, std::size_t to) { return range(double(from), double(to)); }
    Record& items(std::size_t from, std::size_t to)
    {
        return last([&](auto& f) {
            f.minimumItems = from;
            f.maximumItems = to;
        });
    }
    Record& matching(const TextRule& rule)
    {
        return last([&](auto& f) { f.leaf().textRule = rule; });
    }
    Record& keysMatching(const TextRule& rule)
    {
        return last([&](auto& f) { f.keyRule = rule; });
    }
    /// A list whose records share no value of \a field; without a field: whose scalars do not repeat.
    Record& unique(const char* field = ".")
    {
        return last([&](auto& f) { f.uniqueBy = QString::fromLatin1(field); });
    }
    Record& scalarOrList()
    {
        return last([](auto& f) { f.scalarOrList = true; });
    }
    Record& multiline()
    {
        return last([](auto& f) { f.leaf().multiline = true; });
    }
    Record& anyScalar()
    {
        return last([](auto& f) { f.leaf().anyScalar = true; });
    }

    /// Runs after the fields are read without error in this record: rules across fields.
    Record& check(std::function<void(const T&, RecordContext&)> check)
    {
        m_checks.push_back(std::move(check));
        return *this;
    }
    /// Runs last: two ways to say the same become one, so that the hash does not tell them apart.
    Record& normalise(std::function<void(T&)> step)
    {
        m_normalise = std::move(step);
        return *this;
    }
    /// Where in the source the record stands is kept in \a member.
    Record& placeIn(Place T::*member)
    {
        m_setPlace = [member](T& value, Place place) { value.*member = std::move(place); };
        return *this;
    }

    [[nodiscard]] T parse(const Node& node, const QString& path, Findings& findings) const;
    /// Normalised, defaults left out, required fields always there.
    [[nodiscard]] QJsonObject serialise(const T& value) const;
    [[nodiscard]] QJsonObject normalised(const Node& node, const QString& path,
                                         Findings& findings) const override
    {
        return serialise(parse(node, path, findings));
    }

private:
    struct Binding
    {
        std::function<void(const FieldDescription&, const Node&, const QString&, Findings&, T&)> read;
        std::function<QJsonValue(const T&)> write;
    };
    Record& last(const auto& change)
    {
        change(m_fields.back());
        return *this;
    }

    std::vector<Binding> m_bindings; ///< one for each of m_fields
    std::vector<std::function<void(const T&, RecordContext&)>> m_checks;
    std::function<void(T&)> m_normalise;
    // No pointer to member: where T has no Place, GCC 12 sees an access beyond T in the branch never taken.
    std::function<void(T&, Place)> m_setPlace;
};

template<typename T>
[[nodiscard]] Record<T> record(const char* name, const char* help)
{
    return Record<T>(QString::fromLatin1(name), QString::fromUtf8(help));
}

} // namespace postern

#include "models/schema/record_implementation.h"

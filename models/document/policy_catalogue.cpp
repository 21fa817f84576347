#include "models/document/policy_catalogue.h"

#include <algorithm>
#include <array>

namespace postern {

QString nameOf(Stage stage)
{
    static constexpr std::array names{"identify",  "bound", "answerEarly", "inspect",     "authenticate",
                                      "authorise", "limit", "validate",    "idempotency", "ownLogic",
                                      "cache",     "shape", "forward",     "response"};
    static_assert(names.size() == std::size_t(Stage::Response) + 1);
    return QString::fromLatin1(names[std::size_t(stage)]);
}

const PolicyTypeDescription* PolicyCatalogue::find(QStringView type) const
{
    const auto& all = types();
    const auto at =
        std::find_if(all.begin(), all.end(), [&](const auto& entry) { return entry.type == type; });
    return at == all.end() ? nullptr : &*at;
}

QStringList PolicyCatalogue::names() const
{
    QStringList names;
    for (const PolicyTypeDescription& entry : types())
        names << entry.type;
    return names;
}

} // namespace postern

#include "models/schema/values.h"

#include <algorithm>

namespace postern {

const QString* findValue(const TextMap& map, QStringView key)
{
    const auto at =
        std::find_if(map.begin(), map.end(), [&](const auto& entry) { return entry.first == key; });
    return at == map.end() ? nullptr : &at->second;
}

} // namespace postern

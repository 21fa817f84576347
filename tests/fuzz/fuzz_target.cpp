// Request targets: the normal form is normal, and holds nothing that servers read in different ways.
#include "gateway/http/target.h"

#include <cstdlib>
#include <string>

using namespace postern;

namespace {

void require(bool holds)
{
    if (!holds)
        std::abort();
}

void checkPath(std::string_view path)
{
    require(path == "*" || path.starts_with('/'));
    for (const std::string_view never :
         {"//", "/./", "/../", "\\", ";", "?", "#", "%00", "%2F", "%2f", "%5C", "%5c", " "})
        require(path.find(never) == std::string_view::npos);
    require(!path.ends_with("/.") && !path.ends_with("/.."));
    for (std::size_t i = 0; i < path.size(); ++i) {
        require(path[i] > 0x20 && path[i] < 0x7f);
        if (path[i] != '%')
            continue;
        require(i + 2 < path.size());
        const std::string digits(path.substr(i + 1, 2));
        require(digits.find_first_not_of("0123456789ABCDEF") == std::string::npos);
        const char c = static_cast<char>(std::stoi(digits, nullptr, 16));
        require(!((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z')));
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (size == 0)
        return 0;
    // Exactly as large as the text, so that a look beyond it is found.
    const std::string raw(reinterpret_cast<const char*>(data) + 1, size - 1);
    const Method method = data[0] % 2 == 0 ? Method::Get : Method::Options;
    Arena arena;
    Target once;
    if (parseTarget(raw, method, arena, once) != Refusal::None)
        return 0;
    require(once.pathAndQuery.size() <= raw.size() + 1);
    require(once.pathAndQuery.starts_with(once.path));
    checkPath(once.path);
    Target twice;
    require(parseTarget(once.pathAndQuery, method, arena, twice) == Refusal::None);
    require(twice.pathAndQuery == once.pathAndQuery && twice.path == once.path && twice.query == once.query);
    return 0;
}

#include "gateway/http/method.h"

#include <array>

namespace postern {

namespace {

constexpr std::array<std::string_view, 9> kNames = {"GET",   "HEAD",    "POST",    "PUT",  "DELETE",
                                                    "PATCH", "OPTIONS", "CONNECT", "TRACE"};

} // namespace

Method methodFromToken(std::string_view token)
{
    for (std::size_t i = 0; i < kNames.size(); ++i) {
        if (token == kNames[i])
            return static_cast<Method>(i);
    }
    return Method::Other;
}

std::string_view methodName(Method method)
{
    const auto index = static_cast<std::size_t>(method);
    return index < kNames.size() ? kNames[index] : std::string_view("other");
}

bool isIdempotent(Method method)
{
    return method != Method::Post && method != Method::Patch && method != Method::Connect &&
           method != Method::Other;
}

} // namespace postern

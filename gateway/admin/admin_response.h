#pragma once

#include "gateway/http/refusal.h"
#include "gateway/http/request_head.h"

#include <string>
#include <string_view>

namespace postern {

class AdminSource;

/// One answer of the admin listener, before it is written.
struct AdminResponse
{
    int status = 200;
    std::string_view type = "text/plain; charset=utf-8"; ///< static text
    std::string body;
};

/// `GET` and `HEAD` of the five paths; 404 for any other path, 405 for any other method.
[[nodiscard]] AdminResponse answerAdmin(const RequestHead& request, const AdminSource& source);

/// What a malformed request gets.
[[nodiscard]] AdminResponse refuseAdmin(Refusal refusal);

/// The whole message. \a withBody is false for HEAD: the length is told all the same.
[[nodiscard]] std::string renderAdmin(const AdminResponse& response, bool withBody, bool keepAlive);

} // namespace postern

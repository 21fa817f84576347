#pragma once

#include "gateway/http/headers.h"
#include "gateway/http/method.h"
#include "models/base/result.h"

#include <array>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace postern {

/// A route as the router sees it.
struct RouteSpec
{
    struct HeaderCondition
    {
        std::string name;  ///< without case
        std::string value; ///< exact; of `content-type` the media type alone, without case and parameters
    };
    std::vector<std::string> methods; ///< none: any
    std::string path;                 ///< `/v1/accounts/{id}`, `/v1/events/**`
    std::vector<HeaderCondition> headers;
};

/// What a request leads to.
struct RouteLookup
{
    enum class Outcome { Matched, NoRoute, MethodNotAllowed };
    static constexpr std::size_t kMaxParameters = 16;

    Outcome outcome = Outcome::NoRoute;
    std::size_t route = 0; ///< with Matched: index into the specs
    std::size_t parameterCount = 0;
    /// Values of the template's `{x}` from left to right, percent-encoded as in the path they point into; a
    /// matched `**` is no parameter. Names: Router::parameterNames().
    std::array<std::string_view, kMaxParameters> parameters;
};

/// Finds a request's route: a tree of path segments where a literal beats `{x}` beats `**`; among routes of
/// one template more header conditions win, then document order. A less special route serves where a more
/// special one fails by method or header. Immutable once made, shared by all workers; matching allocates
/// nothing, and costs the same for one route and for ten thousand.
class Router
{
public:
    /// Errors name the route by its index and what is wrong with its template.
    static Result<Router> create(std::span<const RouteSpec> routes);
    Router(Router&&) noexcept;
    Router& operator=(Router&&) noexcept;
    ~Router();

    /// \a path is normalised (Target::path).
    [[nodiscard]] RouteLookup match(Method method, std::string_view methodToken, std::string_view path,
                                    const Headers& headers) const;
    /// The methods under which \a path exists, as an Allow field has them (`GET, HEAD`). For
    /// MethodNotAllowed.
    [[nodiscard]] std::string allowedMethods(std::string_view path) const;
    [[nodiscard]] std::span<const std::string> parameterNames(std::size_t route) const;

private:
    struct Tree;
    explicit Router(std::unique_ptr<const Tree> tree);

    std::unique_ptr<const Tree> m_tree;
};

} // namespace postern

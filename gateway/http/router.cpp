#include "gateway/http/router.h"

#include "gateway/http/character_class.h"
#include "gateway/http/route_tree.h"
#include "gateway/http/target.h"

#include <algorithm>

namespace postern {

struct Router::Tree : RouteTree
{};

namespace {

constexpr std::size_t kMostSegments = 64;

/// Puts one route's template into the tree.
class TemplateCompiler
{
public:
    TemplateCompiler(RouteTree& tree, const RouteSpec& spec) : m_tree(tree), m_spec(spec) {}

    /// \returns what is wrong with the template, or nothing.
    [[nodiscard]] std::string insert(std::uint32_t route)
    {
        std::string_view rest = m_spec.path;
        if (!rest.starts_with('/'))
            return "a path template begins with /";
        std::uint32_t node = 0;
        for (std::size_t count = 1;; ++count) {
            rest.remove_prefix(1);
            const std::size_t slash = rest.find('/');
            const bool last = slash == std::string_view::npos;
            const std::string_view segment = rest.substr(0, slash);
            if (count > kMostSegments)
                return "a path template has at most 64 segments";
            if (segment == "**") {
                m_tree.node(node).rest.push_back(candidate(route));
                return last ? std::string() : "** stands at the end of a path template alone";
            }
            if (std::string fault = insertSegment(segment, last, node); !fault.empty())
                return fault;
            if (last) {
                m_tree.node(node).exact.push_back(candidate(route));
                return {};
            }
            rest.remove_prefix(slash);
        }
    }
    [[nodiscard]] std::vector<std::string> takeNames() { return std::move(m_names); }

private:
    [[nodiscard]] std::string insertSegment(std::string_view segment, bool last, std::uint32_t& node)
    {
        if (segment.find_first_of("{}") != std::string_view::npos) {
            const std::string_view name =
                segment.substr(1, segment.size() - std::min<std::size_t>(segment.size(), 2));
            if (!segment.starts_with('{') || !segment.ends_with('}') || name.empty() ||
                name.find_first_of("{}") != std::string_view::npos)
                return "a parameter is a whole segment of the form {name}";
            if (std::ranges::find(m_names, name) != m_names.end())
                return "a path template names a parameter once";
            if (m_names.size() == RouteLookup::kMaxParameters)
                return "a path template has at most 16 parameters";
            m_names.emplace_back(name);
            node = m_tree.addParameterChild(node);
            return {};
        }
        if (segment.empty() && !last)
            return "a path template has no empty segments";
        // Requests are compared in their normal form, so the template must be in it too.
        Arena arena;
        const std::string slashed = "/" + std::string(segment);
        std::string_view normal;
        if (const Refusal refusal = normalisePath(slashed, arena, normal); refusal != Refusal::None)
            return "no request path can contain the segment: " + std::string(refusalDetail(refusal));
        if (segment == "*" || (!segment.empty() && normal.size() == 1))
            return "a path template has no segments *, . and ..";
        node = m_tree.addLiteralChild(node, normal.substr(1));
        return {};
    }

    [[nodiscard]] RouteTree::Candidate candidate(std::uint32_t route) const
    {
        RouteTree::Candidate result;
        result.route = route;
        result.anyMethod = m_spec.methods.empty();
        for (const std::string& token : m_spec.methods) {
            const Method method = methodFromToken(token);
            if (method == Method::Other)
                result.others.push_back(token);
            else
                result.methods =
                    static_cast<std::uint16_t>(result.methods | 1U << static_cast<unsigned>(method));
        }
        for (const RouteSpec::HeaderCondition& condition : m_spec.headers) {
            const HeaderId id = headerId(condition.name);
            const std::string_view value =
                id == HeaderId::ContentType ? mediaType(condition.value) : std::string_view(condition.value);
            result.conditions.push_back({condition.name, id, std::string(value)});
        }
        return result;
    }

    RouteTree& m_tree;
    const RouteSpec& m_spec;
    std::vector<std::string> m_names;
};

/// More conditions first; the sort is stable, so document order decides between equals.
void order(std::vector<RouteTree::Candidate>& candidates)
{
    std::ranges::stable_sort(candidates, std::ranges::greater(), [](const RouteTree::Candidate& candidate) {
        return candidate.conditions.size();
    });
}

} // namespace

Router::Router(std::unique_ptr<const Tree> tree) : m_tree(std::move(tree)) {}
Router::Router(Router&&) noexcept = default;
Router& Router::operator=(Router&&) noexcept = default;
Router::~Router() = default;

Result<Router> Router::create(std::span<const RouteSpec> routes)
{
    auto tree = std::make_unique<Tree>();
    for (std::size_t i = 0; i < routes.size(); ++i) {
        TemplateCompiler compiler(*tree, routes[i]);
        if (const std::string fault = compiler.insert(static_cast<std::uint32_t>(i)); !fault.empty()) {
            Place place;
            place.path = QStringLiteral("spec.routes[%1].match.path").arg(i);
            return failure(Error::invalid(QStringLiteral("%1: %2").arg(QString::fromStdString(routes[i].path),
                                                                       QString::fromStdString(fault)),
                                          place));
        }
        tree->parameterNames.push_back(compiler.takeNames());
    }
    for (RouteTree::Node& node : tree->nodes()) {
        order(node.exact);
        order(node.rest);
    }
    return Router(std::move(tree));
}

RouteLookup Router::match(Method method, std::string_view methodToken, std::string_view path,
                          const Headers& headers) const
{
    RouteLookup result;
    bool pathExists = false;
    bool methodExists = false;
    auto visit = [&](const std::vector<RouteTree::Candidate>& candidates, const RouteLookup& lookup) {
        pathExists = true;
        for (const RouteTree::Candidate& candidate : candidates) {
            if (!candidate.acceptsMethod(method, methodToken))
                continue;
            methodExists = true;
            if (!candidate.acceptsHeaders(headers))
                continue;
            result.outcome = RouteLookup::Outcome::Matched;
            result.route = candidate.route;
            result.parameterCount = lookup.parameterCount;
            std::copy_n(lookup.parameters.begin(), lookup.parameterCount, result.parameters.begin());
            return true;
        }
        return false;
    };
    if (!m_tree->walk(path, visit) && pathExists && !methodExists)
        result.outcome = RouteLookup::Outcome::MethodNotAllowed;
    return result;
}

std::string Router::allowedMethods(std::string_view path) const
{
    unsigned methods = 0;
    std::vector<std::string_view> others;
    auto visit = [&](const std::vector<RouteTree::Candidate>& candidates, const RouteLookup&) {
        for (const RouteTree::Candidate& candidate : candidates) {
            methods |= candidate.methods;
            for (const std::string& other : candidate.others) {
                if (std::ranges::find(others, other) == others.end())
                    others.push_back(other);
            }
        }
        return false;
    };
    m_tree->walk(path, visit);
    std::string text;
    const auto append = [&text](std::string_view name) {
        text.append(text.empty() ? "" : ", ").append(name);
    };
    for (unsigned i = 0; i < static_cast<unsigned>(Method::Other); ++i) {
        if ((methods >> i & 1) != 0)
            append(methodName(static_cast<Method>(i)));
    }
    for (const std::string_view other : others)
        append(other);
    return text;
}

std::span<const std::string> Router::parameterNames(std::size_t route) const
{
    return m_tree->parameterNames[route];
}

} // namespace postern

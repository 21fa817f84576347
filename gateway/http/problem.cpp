#include "gateway/http/problem.h"

#include "gateway/http/response_head.h"

namespace postern {

namespace {

constexpr std::string_view kTypePrefix = "urn:postern:problem:";

} // namespace

Problem Problem::of(Refusal refusal)
{
    Problem problem;
    problem.status = refusalStatus(refusal);
    problem.reason = refusalToken(refusal);
    problem.detail = refusalDetail(refusal);
    return problem;
}

void appendProblem(std::string& out, const Problem& problem, std::string_view instance)
{
    // Enough for texts without escapes and for the member names; hostile text, which grows sixfold at worst,
    // stands in no member.
    out.reserve(out.size() + 192 + problem.reason.size() + problem.detail.size() + problem.policy.size() +
                instance.size());
    out.append(R"({"type":)");
    // The reason is a token from a closed list: nothing in it needs an escape.
    out.append("\"").append(kTypePrefix).append(problem.reason).append("\"");
    out.append(R"(,"title":)");
    const std::string_view title = reasonPhrase(problem.status);
    appendJsonString(out, title.empty() ? problem.reason : title);
    out.append(R"(,"status":)").append(std::to_string(problem.status));
    if (!problem.detail.empty()) {
        out.append(R"(,"detail":)");
        appendJsonString(out, problem.detail);
    }
    if (!instance.empty()) {
        out.append(R"(,"instance":)");
        appendJsonString(out, instance);
    }
    if (!problem.policy.empty()) {
        out.append(R"(,"policy":)");
        appendJsonString(out, problem.policy);
    }
    out.append("}");
}

} // namespace postern

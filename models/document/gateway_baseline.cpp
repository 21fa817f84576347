#include "models/document/gateway_baseline.h"

#include "models/document/api_version.h"

#include <algorithm>

namespace postern {

using namespace Qt::StringLiterals;

namespace {

constexpr Choice<RequiredMode> requiredModes[] = {
    {"enforce", RequiredMode::Enforce, "A policy in shadow or off meets no requirement."}};

constexpr Choice<ListenerException> listenerExceptions[] = {
    {"none", ListenerException::None, "Every listener."},
    {"loopback", ListenerException::Loopback, "Listeners that only this machine or pod reaches are excused."},
};

void checkApiRequirement(const ApiRequirement& requirement, RecordContext& context)
{
    const bool policy = !requirement.policy.isEmpty();
    const bool objective = !requirement.objective.isEmpty();
    if (policy == objective)
        context.error(u"conflicting-fields"_s, {}, policy ? u"policy and objective"_s : u"neither"_s,
                      u"either policy, or objective with atLeast"_s);
    else if (objective != requirement.atLeast.has_value())
        context.error(u"conflicting-fields"_s, u"atLeast"_s, objective ? u"nothing"_s : u"atLeast"_s,
                      u"objective and atLeast together"_s);
    else if (objective && context.has(u"mode"))
        context.error(u"unused-field"_s, u"mode"_s, u"mode"_s, u"no mode: it belongs to policy"_s);
}

void checkRequirement(const Requirement& requirement, RecordContext& context)
{
    const int kinds =
        requirement.everyRoute.has_value() + requirement.api.has_value() + requirement.listeners.has_value();
    if (kinds != 1)
        context.error(u"conflicting-fields"_s, {},
                      kinds == 0 ? u"none of them"_s : u"%1 of them"_s.arg(kinds),
                      u"exactly one of everyRoute, api, listeners"_s);
}

const TextRule& objectiveTypeRule()
{
    static const TextRule rule{
        u"unknown-choice"_s, u"availability or latency"_s, u"^(availability|latency)$"_s,
        [](QStringView text) { return text == "availability"_L1 || text == "latency"_L1; }};
    return rule;
}

const Record<EveryRouteRequirement>& everyRouteRecord()
{
    static const auto instance =
        record<EveryRouteRequirement>("everyRoute", "What every route must have.")
            .field("anyOf", &EveryRouteRequirement::anyOf, "Policy types, one of which is enforced.")
            .required()
            .items(1, 64)
            .unique();
    return instance;
}

const Record<ApiRequirement>& apiRequirementRecord()
{
    static const auto instance =
        record<ApiRequirement>("api", "What the API must have.")
            .field("policy", &ApiRequirement::policy, "A policy type that is enforced on all of its routes.")
            .field("mode", &ApiRequirement::mode, "How the policy must act.")
            .field("objective", &ApiRequirement::objective, "A type of objective that is promised.")
            .matching(objectiveTypeRule())
            .field("atLeast", &ApiRequirement::atLeast, "The least target of that objective.")
            .range(1, 99.9999)
            .unit("%")
            .check(checkApiRequirement);
    return instance;
}

const Record<ListenersRequirement>& listenersRequirementRecord()
{
    static const auto instance =
        record<ListenersRequirement>("listeners", "What every listener must have.")
            .field("minTls", &ListenersRequirement::minTls, "TLS of at least this version.")
            .required()
            .field("except", &ListenersRequirement::except, "Which listeners are excused.");
    return instance;
}

const Record<Requirement>& requirementRecord()
{
    static const auto instance =
        record<Requirement>("requirement", "What an API must have, whoever writes it.")
            .field("name", &Requirement::name, "What exemptions and metrics call it.")
            .required()
            .matching(text_rules::name())
            .field("everyRoute", &Requirement::everyRoute, "What every route must have.", everyRouteRecord())
            .field("api", &Requirement::api, "What the API must have.", apiRequirementRecord())
            .field("listeners", &Requirement::listeners, "What every listener must have.",
                   listenersRequirementRecord())
            .placeIn(&Requirement::place)
            .check(checkRequirement);
    return instance;
}

const Record<Exemption>& exemptionRecord()
{
    static const auto instance =
        record<Exemption>("exemption", "Excuses one API from one requirement until a date.")
            .field("api", &Exemption::api, "namespace/name of the API.")
            .required()
            .matching(text_rules::apiId())
            .field("requirement", &Exemption::requirement, "The requirement's name, in this baseline.")
            .required()
            .field("reason", &Exemption::reason, "Why, for those who read it later.")
            .required()
            .multiline()
            .matching(text_rules::notEmpty())
            .field("until", &Exemption::until, "The last day on which it holds, in UTC.")
            .required()
            .matching(text_rules::date())
            .placeIn(&Exemption::place);
    return instance;
}

const Record<AppliesTo>& appliesToRecord()
{
    static const auto instance =
        record<AppliesTo>("appliesTo", "Which APIs the baseline is for: namespaces AND labels.")
            .field("namespaces", &AppliesTo::namespaces, "Any of these; none named: every one.")
            .items(1, 1000)
            .unique()
            .matching(text_rules::namespaceName())
            .field("labels", &AppliesTo::labels, "All of these.")
            .items(0, 64);
    return instance;
}

const Record<BaselineSpec>& baselineSpecRecord()
{
    static const auto instance =
        record<BaselineSpec>("spec", "What the baseline says.")
            .field("appliesTo", &BaselineSpec::appliesTo, "Which APIs it is for; left out: all.",
                   appliesToRecord())
            .field("policies", &BaselineSpec::policies, "Policies that the APIs get.", baselinePolicyRecord())
            .items(0, 100)
            .unique("name")
            .field("requirements", &BaselineSpec::requirements, "What the APIs must have.",
                   requirementRecord())
            .items(0, 200)
            .unique("name")
            .field("exemptions", &BaselineSpec::exemptions, "Who is excused, why, and until when.",
                   exemptionRecord())
            .items(0, 5000);
    return instance;
}

} // namespace

std::span<const Choice<RequiredMode>> choicesOf(RequiredMode) { return requiredModes; }

std::span<const Choice<ListenerException>> choicesOf(ListenerException) { return listenerExceptions; }

bool AppliesTo::matches(const Metadata& metadata) const
{
    const bool inNamespace = namespaces.empty() || std::find(namespaces.begin(), namespaces.end(),
                                                             metadata.nameSpace) != namespaces.end();
    return inNamespace && std::all_of(labels.begin(), labels.end(), [&](const auto& label) {
               const QString* value = findValue(metadata.labels, label.first);
               return value && *value == label.second;
           });
}

const Record<GatewayBaseline>& gatewayBaselineRecord()
{
    static const auto instance =
        record<GatewayBaseline>("GatewayBaseline",
                                "Governance: what APIs get, must have, and may be excused from until a date.")
            .field("apiVersion", &GatewayBaseline::apiVersion, "Which rules the document follows.")
            .required()
            .matching(apiVersionRule())
            .field("kind", &GatewayBaseline::kind, "GatewayBaseline.")
            .required()
            .field("metadata", &GatewayBaseline::metadata, "Names the baseline.", baselineMetadataRecord())
            .required()
            .field("spec", &GatewayBaseline::spec, "What the baseline says.", baselineSpecRecord())
            .required()
            .placeIn(&GatewayBaseline::place);
    return instance;
}

} // namespace postern

#include "gateway/policies/catalogue.h"

#include "gateway/policies/headers/config.h"
#include "gateway/policies/jwt/config.h"
#include "gateway/policies/rate_limit/config.h"
#include "gateway/policies/request_id/config.h"
#include "gateway/policies/request_size/config.h"

namespace postern {

namespace {

PolicyTypeDescription built(Stage stage, const RecordDescription& config)
{
    return {config.name(), stage, true, &config, config.help()};
}

PolicyTypeDescription later(Stage stage, const char* type, const char* help)
{
    return {QString::fromLatin1(type), stage, false, nullptr, QString::fromUtf8(help)};
}

/// In the order of the stages, so that the list reads as a request's way. One line a type.
class Catalogue final : public PolicyCatalogue
{
public:
    [[nodiscard]] const std::vector<PolicyTypeDescription>& types() const override { return m_types; }

private:
    const std::vector<PolicyTypeDescription> m_types{
        built(Stage::Identify, requestIdRecord()),
        later(Stage::Bound, "ipRestriction", "Lets in or refuses by address."),
        built(Stage::Bound, requestSizeRecord()),
        later(Stage::Bound, "concurrencyLimit", "Bounds how many requests are in flight."),
        later(Stage::Bound, "loadShedding", "Refuses requests when the upstream slows down."),
        later(Stage::AnswerEarly, "cors", "Answers browsers' questions about other origins."),
        later(Stage::AnswerEarly, "redirect", "Sends the client elsewhere."),
        later(Stage::AnswerEarly, "respond", "Answers by itself."),
        later(Stage::AnswerEarly, "fault", "Fails or delays a share of requests, to see what happens."),
        later(Stage::Inspect, "waf", "Looks for attacks by the OWASP Core Rule Set."),
        built(Stage::Authenticate, jwtRecord()),
        later(Stage::Authenticate, "apiKey", "Knows callers by a key."),
        later(Stage::Authenticate, "basicAuth", "Knows callers by name and password."),
        later(Stage::Authenticate, "mtls", "Knows callers by their certificate."),
        later(Stage::Authenticate, "messageSignature", "Knows callers by their signature over the request."),
        later(Stage::Authenticate, "oauth2Introspection", "Asks the issuer about a token."),
        later(Stage::Authorise, "authorize", "Decides by rules over the caller's claims."),
        later(Stage::Authorise, "extAuthz", "Asks an authority whether the request may pass."),
        built(Stage::Limit, rateLimitRecord()),
        later(Stage::Validate, "validate", "Holds requests and responses against an OpenAPI description."),
        later(Stage::Idempotency, "idempotency", "Answers a repeated request as the first time."),
        later(Stage::OwnLogic, "script", "Runs a script of one's own."),
        later(Stage::Cache, "cache", "Keeps responses and answers from them."),
        built(Stage::Shape, headersRecord()),
        later(Stage::Shape, "rewrite", "Changes the path."),
        later(Stage::Shape, "bodyTransform", "Changes the body."),
        later(Stage::Forward, "trafficSplit", "Sends a share of requests to another upstream."),
        later(Stage::Forward, "mirror", "Sends a copy of requests to another upstream."),
        later(Stage::Response, "dataGuard", "Masks or blocks data that must not leave."),
        later(Stage::Response, "compress", "Compresses responses."),
        later(Stage::Response, "securityHeaders", "Adds the headers that browsers guard by."),
    };
};

} // namespace

const PolicyCatalogue& policyCatalogue()
{
    static const Catalogue instance;
    return instance;
}

} // namespace postern

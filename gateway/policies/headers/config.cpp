#include "gateway/policies/headers/config.h"

#include "gateway/policies/attribute_syntax.h"

#include <array>

namespace postern {

namespace {

bool isWritableName(QStringView text)
{
    // How a message is framed and where it goes is the gateway's own affair.
    static constexpr std::array framing{
        "host", "content-length", "transfer-encoding", "connection", "keep-alive",
        "te",   "trailer",        "upgrade",           "expect",     "proxy-connection"};
    for (const char* name : framing)
        if (text.compare(QLatin1StringView(name), Qt::CaseInsensitive) == 0)
            return false;
    return text_rules::headerName().accepts(text);
}

const TextRule& writableName()
{
    static const TextRule rule{QStringLiteral("invalid-header-name"),
                               QStringLiteral("a header's name, and none that frames or routes the message"),
                               text_rules::headerName().pattern, isWritableName};
    return rule;
}

const Record<HeaderChanges>& changesRecord()
{
    static const auto instance =
        record<HeaderChanges>("changes",
                              "Changes to a message's fields: removed first, then set, then added.")
            .field("set", &HeaderChanges::set,
                   "Fields that are there exactly once, with this value; ${caller}, ${address}, ${api}, "
                   "${route}, "
                   "${request_id}, ${jwt.CLAIM} and ${header.NAME} stand for what the request has. A field "
                   "whose "
                   "variable is unknown is left out.")
            .items(0, 64)
            .keysMatching(writableName())
            .matching(valueTemplateRule())
            .field("add", &HeaderChanges::add, "Fields added to those there are, with the same variables.")
            .items(0, 64)
            .keysMatching(writableName())
            .matching(valueTemplateRule())
            .field("remove", &HeaderChanges::remove, "Fields taken out.")
            .items(0, 64)
            .unique()
            .matching(writableName());
    return instance;
}

} // namespace

const Record<HeadersConfig>& headersRecord()
{
    static const auto instance =
        record<HeadersConfig>("headers", "Sets, adds and removes header fields of requests and responses.")
            .field("request", &HeadersConfig::request,
                   "What the upstream gets. Clients can not set fields that are set or added here.",
                   changesRecord())
            .field("response", &HeadersConfig::response, "What the client gets.", changesRecord());
    return instance;
}

} // namespace postern

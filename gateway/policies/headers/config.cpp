#include "gateway/policies/headers/config.h"

#include "gateway/policies/attribute_syntax.h"

namespace postern {

namespace {

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
            .keysMatching(writableNameRule())
            .matching(valueTemplateRule())
            .field("add", &HeaderChanges::add, "Fields added to those there are, with the same variables.")
            .items(0, 64)
            .keysMatching(writableNameRule())
            .matching(valueTemplateRule())
            .field("remove", &HeaderChanges::remove, "Fields taken out.")
            .items(0, 64)
            .unique()
            .matching(writableNameRule());
    return instance;
}

} // namespace

const Record<HeadersConfig>& headersRecord()
{
    static const auto instance =
        record<HeadersConfig>("headers", "Sets, adds and removes header fields of requests and responses.")
            .field(
                "request", &HeadersConfig::request,
                "What the upstream gets. Clients can not set fields that are set or added here; removed ones "
                "also go where they are spelled with _ or . for -, and from trailers.",
                changesRecord())
            .field("response", &HeadersConfig::response, "What the client gets.", changesRecord());
    return instance;
}

} // namespace postern

#include "gateway/http/event_stream.h"

#include "gateway/http/character_class.h"
#include "gateway/http/hop_by_hop.h"

namespace postern {

namespace {

bool isType(std::string_view type)
{
    return equalsIgnoringCase(trimmed(type.substr(0, type.find(';'))), "text/event-stream");
}

} // namespace

bool isEventStream(const Headers& response) { return isType(response.value(HeaderId::ContentType)); }

bool acceptsEventStream(const Headers& request)
{
    if (!request.contains(HeaderId::Accept))
        return false;
    bool accepts = false;
    for (const Header& field : request) {
        if (field.id == HeaderId::Accept)
            forEachListElement(field.value, [&](std::string_view range) { accepts |= isType(range); });
    }
    return accepts;
}

} // namespace postern

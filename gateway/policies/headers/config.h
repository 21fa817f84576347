#pragma once

#include "models/schema/record.h"

namespace postern {

/// What is done to one message's fields: `remove` first, then `set`, then `add`.
struct HeaderChanges
{
    TextMap set;
    TextMap add;
    std::vector<QString> remove;
};

/// The `headers` policy's configuration.
struct HeadersConfig
{
    HeaderChanges request;
    HeaderChanges response;
};

const Record<HeadersConfig>& headersRecord();

} // namespace postern

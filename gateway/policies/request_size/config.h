#pragma once

#include "models/schema/record.h"

namespace postern {

/// The `requestSize` policy's configuration.
struct RequestSizeConfig
{
    Bytes maxBody{1024 * 1024};
};

const Record<RequestSizeConfig>& requestSizeRecord();

} // namespace postern

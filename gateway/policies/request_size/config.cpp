#include "gateway/policies/request_size/config.h"

namespace postern {

const Record<RequestSizeConfig>& requestSizeRecord()
{
    static const auto instance =
        record<RequestSizeConfig>("requestSize",
                                  "Bounds a request's body. A larger one is refused with 413: at its "
                                  "head when it says its length, else when it passes the bound.")
            .field("maxBody", &RequestSizeConfig::maxBody, "The largest body, as it comes over the wire.")
            .range(Bytes{0}, Bytes{quint64(1) << 40});
    return instance;
}

} // namespace postern

#include "gateway/http/request_head.h"

namespace postern {

void RequestHead::clear()
{
    headers.clear();
    method = Method::Get;
    methodToken = {};
    target = {};
    host = {};
    version = HttpVersion::Http11;
    framing = BodyFraming::None;
    contentLength = 0;
    keepAlive = true;
    expectsContinue = false;
    wantsUpgrade = false;
    protocol = {};
}

} // namespace postern

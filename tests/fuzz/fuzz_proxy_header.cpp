// PROXY headers: never more than their bounds, the same word however the bytes come, and never taken back.
#include "gateway/http/proxy_header.h"

#include <cstdlib>
#include <string>

using namespace postern;

namespace {

using State = ProxyHeaderResult::State;

void require(bool holds)
{
    if (!holds)
        std::abort();
}

bool same(const ProxyHeaderResult& left, const ProxyHeaderResult& right)
{
    return left.state == right.state && left.size == right.size &&
           left.header.source == right.header.source && left.header.address == right.header.address;
}

void check(std::string_view bytes, ProxyHeaderForm form)
{
    const ProxyHeaderResult whole = readProxyHeader(bytes, form);
    require(whole.size <= kLargestProxyHeader);
    require((whole.header.source == ProxyHeader::Source::Address) == whole.header.address.has_value());
    if (whole.state == State::NeedMore)
        require(whole.size > bytes.size());
    if (whole.state == State::Done) {
        require(whole.size > 0 && whole.size <= bytes.size());
        // What follows the header has no say in it.
        require(same(readProxyHeader(bytes.substr(0, whole.size), form), whole));
    }
    // As they come, a few at a time; each copy exactly as large as what is there.
    for (std::size_t size = 0; size <= bytes.size(); size += 1 + size / 8) {
        const std::string part(bytes.substr(0, size));
        const ProxyHeaderResult early = readProxyHeader(part, form);
        if (early.state != State::NeedMore)
            require(same(early, whole));
        else if (whole.state == State::Done)
            require(early.size <= whole.size);
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    for (const auto form : {ProxyHeaderForm::Text, ProxyHeaderForm::Binary, ProxyHeaderForm::Either})
        check(bytes, form);
    return 0;
}

#include "gateway/upstream/dns_records.h"

#include <ares.h>
#include <netinet/in.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <tuple>
#include <utility>

namespace postern {

namespace {

std::optional<SocketAddress> addressOf(const sockaddr* native, quint16 port)
{
    SocketAddress address;
    address.port = port;
    if (native->sa_family == AF_INET) {
        sockaddr_in v4{};
        std::memcpy(&v4, native, sizeof v4);
        address.host.isV4 = true;
        std::fill_n(address.host.bytes.begin() + 10, 2, quint8{0xff});
        std::memcpy(address.host.bytes.data() + 12, &v4.sin_addr, sizeof v4.sin_addr);
        return address;
    }
    if (native->sa_family != AF_INET6)
        return std::nullopt;
    sockaddr_in6 v6{};
    std::memcpy(&v6, native, sizeof v6);
    std::memcpy(address.host.bytes.data(), &v6.sin6_addr, sizeof v6.sin6_addr);
    return address;
}

auto order(const EndpointSettings& endpoint)
{
    return std::tie(endpoint.address.host.bytes, endpoint.address.port);
}

} // namespace

std::vector<ServiceRecord> services(const unsigned char* bytes, int size, std::size_t most)
{
    ares_srv_reply* parsed = nullptr;
    if (ares_parse_srv_reply(bytes, size, &parsed) != ARES_SUCCESS)
        return {};
    const std::unique_ptr<ares_srv_reply, void (*)(void*)> owned(parsed, &ares_free_data);
    std::vector<ServiceRecord> services;
    for (const ares_srv_reply* one = parsed; one; one = one->next) {
        const std::string name = one->host ? one->host : "";
        if (one->port != 0 && !name.empty() && name != ".")
            services.push_back({name, one->port, std::max<int>(one->weight, 1), one->priority});
    }
    // The first of them by name rather than by the server's order, which turns with each answer.
    std::ranges::sort(services, {},
                      [](const ServiceRecord& one) { return std::tie(one.priority, one.name, one.port); });
    if (services.size() > most)
        services.resize(most);
    int given = 0;
    int rank = -1;
    for (ServiceRecord& one : services) {
        if (rank < 0 || one.priority != given)
            ++rank;
        given = std::exchange(one.priority, rank);
    }
    return services;
}

int onlyFamily(const ares_addrinfo& found)
{
    const int first = found.nodes ? found.nodes->ai_family : AF_UNSPEC;
    for (const ares_addrinfo_node* node = found.nodes; node; node = node->ai_next) {
        if (node->ai_family != first)
            return AF_UNSPEC;
    }
    return first;
}

bool hasAddress(const unsigned char* bytes, int size)
{
    ares_addrttl v4{};
    ares_addr6ttl v6{};
    int v4Count = 1;
    int v6Count = 1;
    return (ares_parse_a_reply(bytes, size, nullptr, &v4, &v4Count) == ARES_SUCCESS && v4Count > 0) ||
           (ares_parse_aaaa_reply(bytes, size, nullptr, &v6, &v6Count) == ARES_SUCCESS && v6Count > 0);
}

void appendEndpoints(const ares_addrinfo& found, const ServiceRecord& service, std::size_t most,
                     std::vector<EndpointSettings>& endpoints)
{
    auto room = most - std::min(most, static_cast<std::size_t>(std::ranges::count(
                                          endpoints, service.priority, &EndpointSettings::priority)));
    for (const ares_addrinfo_node* node = found.nodes; node && room > 0; node = node->ai_next) {
        const auto address = addressOf(node->ai_addr, service.port);
        if (!address)
            continue;
        endpoints.push_back({*address, service.weight, address->text().toStdString(), service.priority});
        --room;
    }
}

void sortEndpoints(std::vector<EndpointSettings>& endpoints, std::size_t most)
{
    const auto byAddress = [](const auto& left, const auto& right) { return order(left) < order(right); };
    std::ranges::sort(endpoints, {}, &EndpointSettings::priority);
    std::ranges::stable_sort(endpoints, byAddress);
    const auto same = std::ranges::unique(
        endpoints, [](const auto& left, const auto& right) { return order(left) == order(right); });
    endpoints.erase(same.begin(), same.end());
    if (endpoints.size() <= most)
        return;
    std::ranges::stable_sort(endpoints, {}, &EndpointSettings::priority);
    endpoints.erase(endpoints.begin() + static_cast<std::ptrdiff_t>(most), endpoints.end());
    std::ranges::sort(endpoints, byAddress);
}

} // namespace postern

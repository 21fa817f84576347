#pragma once

#include "gateway/upstream/endpoint_settings.h"

#include <string>
#include <vector>

struct ares_addrinfo;

namespace postern {

/// One target of an SRV answer (RFC 2782).
struct ServiceRecord
{
    std::string name;
    quint16 port = 0;
    int weight = 1;   ///< at least 1, so that every target gets something
    int priority = 0; ///< 0: the lowest of the answer, 1: the next, and so on
};

/// The targets in a reply's \a bytes, by priority, at most \a most of them; none for a reply that is
/// malformed, or that says the service is not there (the target `.`).
[[nodiscard]] std::vector<ServiceRecord> services(const unsigned char* bytes, int size, std::size_t most);

/// AF_INET or AF_INET6 where all addresses are of that family; else AF_UNSPEC.
[[nodiscard]] int onlyFamily(const ares_addrinfo& found);

/// Whether a reply's \a bytes have an address of either family; not with an alias alone, or malformed.
[[nodiscard]] bool hasAddress(const unsigned char* bytes, int size);

/// Adds the addresses \a found of \a service, until there are \a most endpoints of its priority.
void appendEndpoints(const ares_addrinfo& found, const ServiceRecord& service, std::size_t most,
                     std::vector<EndpointSettings>& endpoints);

/// By address, each once, by its lowest priority. Where there are more than \a most the spares go first.
void sortEndpoints(std::vector<EndpointSettings>& endpoints, std::size_t most);

} // namespace postern

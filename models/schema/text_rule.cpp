#include "models/schema/text_rule.h"

#include "models/schema/address.h"
#include "models/schema/path_template.h"

#include <QDate>

#include <algorithm>

namespace postern::text_rules {

using namespace Qt::StringLiterals;

namespace {

bool isLower(QChar c) { return c >= u'a' && c <= u'z'; }
bool isUpper(QChar c) { return c >= u'A' && c <= u'Z'; }
bool isDigit(QChar c) { return c >= u'0' && c <= u'9'; }
bool isAlphanumeric(QChar c) { return isLower(c) || isUpper(c) || isDigit(c); }

template<typename Accepts>
bool all(QStringView text, Accepts accepts)
{
    return !text.isEmpty() && std::all_of(text.begin(), text.end(), accepts);
}

/// RFC 9110 §5.6.2.
bool isTokenCharacter(QChar c) { return isAlphanumeric(c) || QStringView(u"!#$%&'*+-.^_`|~").contains(c); }

bool isLabel(QStringView text)
{
    return text.size() <= 63 && all(text, [](QChar c) { return isLower(c) || isDigit(c) || c == u'-'; }) &&
           text.front() != u'-' && text.back() != u'-';
}

bool isSubdomain(QStringView text)
{
    if (text.size() > 253)
        return false;
    const auto parts = text.split(u'.');
    return std::all_of(parts.begin(), parts.end(), isLabel);
}

bool isName(QStringView text)
{
    return text.size() <= 63 &&
           all(text, [](QChar c) { return isAlphanumeric(c) || c == u'-' || c == u'_' || c == u'.'; }) &&
           isAlphanumeric(text.front()) && isAlphanumeric(text.back());
}

bool isHeaderValue(QStringView text)
{
    const auto visible = [](QChar c) { return (c >= u' ' && c != u'\x7f') || c == u'\t'; };
    return text.isEmpty() || (all(text, visible) && !text.front().isSpace() && !text.back().isSpace());
}

bool isDate(QStringView text) { return text.size() == 10 && QDate::fromString(text, Qt::ISODate).isValid(); }

bool isApiId(QStringView text)
{
    const qsizetype slash = text.indexOf(u'/');
    return slash > 0 && isLabel(text.left(slash)) && isSubdomain(text.mid(slash + 1));
}

bool isUrl(QStringView text)
{
    const qsizetype scheme = text.startsWith(u"https://") ? 8 : text.startsWith(u"http://") ? 7 : 0;
    const QStringView rest = text.mid(scheme);
    return scheme > 0 && !rest.isEmpty() && rest.front() != u'/' && !rest.contains(u'#') &&
           !rest.contains(u'@') && all(rest, [](QChar c) { return c > u' ' && c < u'\x7f'; });
}

bool isPlainPath(QStringView text)
{
    return text.startsWith(u'/') &&
           all(text, [](QChar c) { return c > u' ' && c < u'\x7f' && c != u'?' && c != u'#'; });
}

bool isFileName(QStringView text)
{
    return text.size() <= 255 && text != u"." && text != u".." &&
           all(text, [](QChar c) { return isAlphanumeric(c) || c == u'-' || c == u'_' || c == u'.'; });
}

bool isFilePath(QStringView text)
{
    if (text.isEmpty() || text.size() > 1024)
        return false;
    const auto parts = text.split(u'/');
    return std::all_of(parts.begin(), parts.end(), [](QStringView part) {
        return part != u"." && part != u".." &&
               all(part, [](QChar c) { return c >= u' ' && c != u'\x7f' && c != u'\\'; });
    });
}

bool isHostName(QStringView text)
{
    if (IpAddress::parse(text))
        return true;
    const auto isHostLabel = [](QStringView part) {
        return part.size() <= 63 &&
               all(part, [](QChar c) { return isAlphanumeric(c) || c == u'-' || c == u'_'; });
    };
    const auto parts = text.split(u'.');
    return text.size() <= 253 && std::all_of(parts.begin(), parts.end(), isHostLabel);
}

bool isEndpointAddress(QStringView text)
{
    const auto address = SocketAddress::parse(text);
    return address && (address->isUnix() || address->port != 0);
}

} // namespace

const TextRule& name()
{
    static const TextRule rule{u"invalid-name"_s,
                               u"a name of letters, digits, \"-\", \"_\" and \".\", at most 63"_s,
                               u"^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$"_s, isName};
    return rule;
}

const TextRule& objectName()
{
    static const TextRule rule{
        u"invalid-name"_s, u"a name of lower-case letters, digits, \"-\" and \".\", such as accounts"_s,
        u"^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$"_s, isSubdomain};
    return rule;
}

const TextRule& namespaceName()
{
    static const TextRule rule{u"invalid-name"_s,
                               u"a namespace of lower-case letters, digits and \"-\", at most 63"_s,
                               u"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$"_s, isLabel};
    return rule;
}

const TextRule& headerName()
{
    static const TextRule rule{u"invalid-header-name"_s, u"a header's name, such as X-Request-Id"_s,
                               u"^[A-Za-z0-9!#$%&'*+.^_`|~-]+$"_s,
                               [](QStringView text) { return all(text, isTokenCharacter); }};
    return rule;
}

const TextRule& headerValue()
{
    static const TextRule rule{
        u"invalid-header-value"_s, u"a header's value: one line, no space at its ends"_s, {}, isHeaderValue};
    return rule;
}

const TextRule& method()
{
    static const TextRule rule{u"invalid-method"_s, u"an HTTP method in capitals, such as GET"_s,
                               u"^[A-Z][A-Z-]{0,31}$"_s, [](QStringView text) {
                                   return text.size() <= 32 &&
                                          all(text, [](QChar c) { return isUpper(c) || c == u'-'; }) &&
                                          isUpper(text.front());
                               }};
    return rule;
}

const TextRule& listenAddress()
{
    static const TextRule rule{u"invalid-address"_s,
                               u"IPv4:port, [IPv6]:port, or unix: and an absolute path"_s,
                               {},
                               [](QStringView text) { return SocketAddress::parse(text).has_value(); }};
    return rule;
}

const TextRule& endpointAddress()
{
    static const TextRule rule{
        u"invalid-address"_s,
        u"IPv4:port or [IPv6]:port with a port from 1 to 65535, or unix: and an absolute path"_s,
        {},
        isEndpointAddress};
    return rule;
}

const TextRule& peerRange()
{
    static const TextRule rule{
        u"invalid-ip-range"_s,
        u"a range of addresses such as 10.0.0.0/8 or ::1/128, its other bits zero, or unix:"_s,
        {},
        [](QStringView text) { return text == u"unix:" || IpRange::parse(text).has_value(); }};
    return rule;
}

const TextRule& date()
{
    static const TextRule rule{u"invalid-date"_s, u"a date such as 2027-03-31"_s,
                               u"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"_s, isDate};
    return rule;
}

const TextRule& apiId()
{
    static const TextRule rule{u"invalid-api"_s, u"namespace/name, such as payments/accounts"_s,
                               u"^[a-z0-9-]+/[a-z0-9.-]+$"_s, isApiId};
    return rule;
}

const TextRule& url()
{
    static const TextRule rule{u"invalid-url"_s, u"an http:// or https:// URL without user or fragment"_s,
                               u"^https?://[^/#@ ][^#@ ]*$"_s, isUrl};
    return rule;
}

const TextRule& plainPath()
{
    static const TextRule rule{u"invalid-path"_s, u"a path such as /health"_s, u"^/[^ ?#]*$"_s, isPlainPath};
    return rule;
}

const TextRule& pathTemplate()
{
    static const TextRule rule{
        u"invalid-path"_s,
        u"a path such as /v1/accounts/{id} or /v1/events/**: normalised, ** at the end alone"_s,
        u"^/[^ ?#;]*$"_s, [](QStringView text) { return PathTemplate::parse(text).has_value(); }};
    return rule;
}

const TextRule& hostName()
{
    static const TextRule rule{u"invalid-host-name"_s, u"a DNS name such as app.example, or an IP address"_s,
                               u"^[A-Za-z0-9_.:-]+$"_s, isHostName};
    return rule;
}

const TextRule& fileName()
{
    static const TextRule rule{u"invalid-file-name"_s, u"a file's name without a folder, such as tls.crt"_s,
                               u"^[A-Za-z0-9._-]+$"_s, isFileName};
    return rule;
}

const TextRule& filePath()
{
    static const TextRule rule{u"invalid-file"_s,
                               u"a file beside the document or below it: relative, without \"..\""_s,
                               {},
                               isFilePath};
    return rule;
}

const TextRule& notEmpty()
{
    static const TextRule rule{u"empty-text"_s, u"a text that is not empty"_s, u"^[\\s\\S]+$"_s,
                               [](QStringView text) { return !text.trimmed().isEmpty(); }};
    return rule;
}

} // namespace postern::text_rules

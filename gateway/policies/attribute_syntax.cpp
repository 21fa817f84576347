#include "gateway/policies/attribute_syntax.h"

#include <array>

namespace postern {

namespace {

bool isValueTemplate(QStringView text)
{
    QString literal;
    while (!text.isEmpty()) {
        const qsizetype start = text.indexOf(QLatin1StringView("${"));
        literal += start < 0 ? text : text.left(start);
        if (start < 0)
            break;
        const qsizetype end = text.indexOf(u'}', start);
        if (end < 0 || !isAttribute(text.mid(start + 2, end - start - 2)))
            return false;
        text = text.mid(end + 1);
    }
    return literal.isEmpty() || text_rules::headerValue().accepts(literal.trimmed());
}

bool isWritableName(QStringView text)
{
    static constexpr std::array framing{
        "host", "content-length", "transfer-encoding", "connection", "keep-alive",
        "te",   "trailer",        "upgrade",           "expect",     "proxy-connection"};
    for (const char* name : framing)
        if (text.compare(QLatin1StringView(name), Qt::CaseInsensitive) == 0)
            return false;
    return text_rules::headerName().accepts(text);
}

} // namespace

bool isAttribute(QStringView text)
{
    static constexpr std::array plain{"address", "caller", "api", "route", "request_id"};
    for (const char* name : plain)
        if (text == QLatin1StringView(name))
            return true;
    if (text.startsWith(QLatin1StringView("jwt.")))
        return text.size() > 4;
    return text.startsWith(QLatin1StringView("header.")) && text_rules::headerName().accepts(text.mid(7));
}

const TextRule& attributeRule()
{
    static const TextRule rule{
        QStringLiteral("invalid-attribute"),
        QStringLiteral("address, caller, api, route, request_id, jwt.CLAIM or header.NAME"),
        QStringLiteral(
            "^(address|caller|api|route|request_id|jwt\\..+|header\\.[-!#$%&'*+.^_`|~0-9A-Za-z]+)$"),
        isAttribute};
    return rule;
}

const TextRule& writableNameRule()
{
    static const TextRule rule{QStringLiteral("invalid-header-name"),
                               QStringLiteral("a header's name, and none that frames or routes the message"),
                               text_rules::headerName().pattern, isWritableName};
    return rule;
}

const TextRule& ownNameRule()
{
    static const TextRule rule{
        QStringLiteral("invalid-header-name"),
        QStringLiteral("a header's name, and none that frames or routes the message or carries a credential"),
        text_rules::headerName().pattern, [](QStringView text) {
            return isWritableName(text) &&
                   text.compare(QLatin1StringView("authorization"), Qt::CaseInsensitive) != 0 &&
                   text.compare(QLatin1StringView("cookie"), Qt::CaseInsensitive) != 0;
        }};
    return rule;
}

const TextRule& valueTemplateRule()
{
    static const TextRule rule{
        QStringLiteral("invalid-header-value"),
        QStringLiteral("a header value; variables are ${caller}, ${address}, ${api}, ${route}, "
                       "${request_id}, ${jwt.CLAIM} and ${header.NAME}"),
        QString(), isValueTemplate};
    return rule;
}

} // namespace postern

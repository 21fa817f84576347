#include "models/document/api_version.h"

namespace postern {

const TextRule& apiVersionRule()
{
    static const TextRule rule{QStringLiteral("unsupported-api-version"),
                               QStringLiteral("postern.dev/v1alpha1"),
                               QStringLiteral("^postern\\.dev/v1alpha1$"),
                               [](QStringView text) { return text == QStringView(apiVersionText); }};
    return rule;
}

} // namespace postern

#pragma once

#include "models/schema/text_rule.h"

#include <QStringView>

namespace postern {

/// How documents name an attribute of a request: `address`, `caller`, `api`, `route`, `request_id`,
/// `jwt.CLAIM`, `header.NAME`. What it means at run time is gateway/policy/attribute's affair; a test holds
/// the two together.
[[nodiscard]] bool isAttribute(QStringView text);
[[nodiscard]] const TextRule& attributeRule();

/// A header's name, and none that frames or routes the message: that is the gateway's own affair.
[[nodiscard]] const TextRule& writableNameRule();

/// The same, and none that carries a client's credential, which would be overwritten.
[[nodiscard]] const TextRule& ownNameRule();

/// A header value with variables, `${caller}`: every variable must be an attribute that stands before the
/// request goes on, and the rest must fit a header.
[[nodiscard]] const TextRule& valueTemplateRule();

} // namespace postern

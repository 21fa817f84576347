#pragma once

#include <QString>

namespace postern {

struct Colours;

/// The application's one style sheet, from the tokens. Properties it knows on widgets:
/// `primary` (QPushButton: the page's one main action), `quiet` (buttons without a frame),
/// `danger` (QPushButton: an outward or destructive step), `tone` = muted | good | watch | bad | accent and
/// `textSize` = caption | section | page (QLabel).
QString styleSheet(const Colours& colours);

/// The sheet before its `@token`s are put in, for the test that none is unknown.
QString styleSheetTemplate();

} // namespace postern

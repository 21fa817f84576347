#pragma once

// QScintilla's headers use Qt's keywords, which our build turns off (QT_NO_KEYWORDS); here they get them, and
// only for the time of the include.
#define signals Q_SIGNALS
#define slots Q_SLOTS
#include <Qsci/qscilexeryaml.h>
#include <Qsci/qsciscintilla.h>
#undef signals
#undef slots

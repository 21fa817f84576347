#pragma once

#include "widgets/theme/tokens.h"

#include <QString>

namespace postern {

/// A remark on a place of a text, for editors.
struct TextFinding
{
    State state = State::Bad; ///< Bad: an error, Watch: a warning
    int line = 1;             ///< from 1
    int column = 0;           ///< from 1, in code points; 0: the whole line
    QString message;
};

} // namespace postern

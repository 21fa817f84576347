#pragma once

#include "app/shell/page.h"
#include "widgets/theme/icon.h"

#include <optional>

namespace postern {

/// One page as the shell takes it in.
struct PageEntry
{
    struct Navigation
    {
        QString id;
        Icon icon = Icon::Fleet;
        QString text;
    };

    Location::Page kind = Location::Page::Fleet;
    Page* page = nullptr;                 ///< given to the window, which owns it
    std::optional<Navigation> navigation; ///< none: reached from another page
    /// Of a page without an entry of its own: the one that is marked instead.
    Location::Page under = Location::Page::Fleet;
};

} // namespace postern

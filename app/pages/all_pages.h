#pragma once

#include "app/shell/page_entry.h"

#include <vector>

namespace postern {

class Preferences;
class Workspace;

/// Every page of the console, in the navigation's order. The caller's window takes them.
[[nodiscard]] std::vector<PageEntry> makePages(Workspace& workspace, Preferences& preferences);

} // namespace postern

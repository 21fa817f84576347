#include "models/slo/alert_windows.h"

#include <algorithm>

namespace postern::slo {

using namespace std::chrono_literals;

double AlertWindow::threshold(std::chrono::seconds objectiveWindow) const
{
    const double windows =
        static_cast<double>(objectiveWindow.count()) / static_cast<double>(longWindow.count());
    return std::max(1.0, budgetShare * windows);
}

const std::array<AlertWindow, 4>& alertWindows()
{
    static constexpr std::array<AlertWindow, 4> kWindows{
        AlertWindow{Verdict::Page, 1h, 5min, 0.02},
        AlertWindow{Verdict::Page, 6h, 30min, 0.05},
        AlertWindow{Verdict::Ticket, 24h, 2h, 0.10},
        AlertWindow{Verdict::Ticket, 72h, 6h, 0.10},
    };
    return kWindows;
}

std::vector<std::chrono::seconds> burnWindows()
{
    std::vector<std::chrono::seconds> windows;
    for (const AlertWindow& pair : alertWindows()) {
        windows.push_back(pair.longWindow);
        windows.push_back(pair.shortWindow);
    }
    std::sort(windows.begin(), windows.end());
    windows.erase(std::unique(windows.begin(), windows.end()), windows.end());
    return windows;
}

} // namespace postern::slo

#include "models/slo/traffic_floor.h"

#include <limits>

namespace postern::slo {
namespace {

constexpr double kEnoughBad = 10.0;

} // namespace

double trafficFloor(double allowed, double threshold)
{
    const double share = allowed * threshold;
    return share > 0.0 ? 1.0 / share : std::numeric_limits<double>::infinity();
}

bool enoughToJudge(const Events& events, double allowed, double threshold)
{
    return events.total >= trafficFloor(allowed, threshold) || events.bad >= kEnoughBad;
}

} // namespace postern::slo

#include "app/workspace/no_fleet.h"

namespace postern {

NoFleet::NoFleet()
{
    m_state.source = QStringLiteral("fleet");
    m_state.state = SourceState::State::Away;
    m_state.error =
        Error::environment(Error::Kind::NotFound,
                           tr("No fleet is named: start with --fleet FILE to say which gateways there are."));
}

} // namespace postern

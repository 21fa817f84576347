#include "app/words/instance_words.h"

#include "app/words/health_words.h"

#include <QCoreApplication>

namespace postern {
namespace {

struct InstanceWords
{
    Q_DECLARE_TR_FUNCTIONS(InstanceWords)

public:
    static QString text(const InstanceStatus& instance);
};

QString InstanceWords::text(const InstanceStatus& instance)
{
    const QString& name = instance.gateway.instance;
    if (instance.state == InstanceStatus::State::Down)
        return tr("%1 does not answer").arg(name);
    if (instance.state == InstanceStatus::State::Unknown)
        return tr("%1 is not known to Prometheus").arg(name);
    const QString runs = shortRevision(instance.revision.isEmpty() ? instance.hash : instance.revision);
    if (runs.isEmpty())
        return tr("%1 does not say what it runs").arg(name);
    return instance.asExpected == false ? tr("%1 runs %2, not what Git expects").arg(name, runs)
                                        : tr("%1 runs %2").arg(name, runs);
}

} // namespace

State stateOf(const InstanceStatus& instance)
{
    switch (instance.state) {
    case InstanceStatus::State::Unknown:
        return State::Unknown;
    case InstanceStatus::State::Down:
        return State::Bad;
    case InstanceStatus::State::Up:
        return instance.asExpected == false ? State::Watch : State::Good;
    }
    return State::Unknown;
}

QString instanceText(const InstanceStatus& instance) { return InstanceWords::text(instance); }

} // namespace postern

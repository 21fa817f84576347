#pragma once

#include "app/demo/platform/platform.h"
#include "app/demo/platform/progress_log.h"
#include "app/demo/story/desk.h"

#include <QDeadlineTimer>

namespace postern {
class PolicyEditorPage;
}

namespace postern::demo {

/// The API that the story is about.
inline const QString kStoryApi = QStringLiteral("payments/accounts");

[[nodiscard]] QString percent(double share);

/// The main job of Postern, once, through the console's own pages: see the fleet, lower a limit of
/// `accounts`, push it, follow it into both gateways, meet it, then watch an error spell spend the budget.
/// Runs the event loop while it waits. Owned by main(), UI thread.
class Story : public QObject
{
    Q_OBJECT

public:
    Story(Platform& platform, Desk& desk, const ProgressLog& log, const QString& screenshots);

    /// Every step in turn, all within \a budget; the first that fails ends it, and is named by the Error.
    Result<void> tell(std::chrono::seconds budget);
    /// The next wait fails at once.
    void interrupt() { m_interrupted = true; }

private:
    /// What was seen, in words.
    using Seen = Result<QString>;

    Seen seeFleet();
    Seen watch();
    Seen openEditor();
    Seen editLimit();
    Seen seeDifference();
    Seen push();
    Seen seeItEverywhere();
    Seen meetTheLimit();
    Seen watchTheRefusals();
    Seen feelErrors();
    Seen recover();
    Seen takeScreenshots();

    /// Lets \a share of the time to spare pass, or less on a machine that is late.
    bool linger(double share);
    [[nodiscard]] bool waitFor(const std::function<bool()>& holds);
    [[nodiscard]] Failure missed(const QString& what) const;
    [[nodiscard]] PolicyEditorPage* editor();
    Result<void> fill(const QString& field, const QString& text);

    Platform& m_platform;
    Desk& m_desk;
    const ProgressLog& m_log;
    QString m_screenshots;
    QDeadlineTimer m_deadline;
    std::chrono::milliseconds m_spare{0};
    bool m_interrupted = false;
    QString m_commit;
};

} // namespace postern::demo

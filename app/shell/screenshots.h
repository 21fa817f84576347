#pragma once

#include "app/shell/location.h"
#include "models/base/result.h"
#include "widgets/theme/theme.h"

#include <QObject>
#include <QPointer>
#include <QSize>
#include <QStringList>
#include <QTimer>

#include <deque>
#include <vector>

namespace postern {

class EditSession;
class MainWindow;
class Workspace;

/// Renders every page, in both appearances and in the sizes that are looked at, into a folder, from what the
/// sources say. Waits for the sources first, and for each page, both bounded: what does not come is rendered
/// as the page says so. Owned by who starts it (main(), the demo's story), UI thread; does its work once.
class Screenshots final : public QObject
{
    Q_OBJECT
public:
    struct Format
    {
        QSize size; ///< of the picture, in pixels; the window is that by the scale
        int scale = 1;
    };
    struct Options
    {
        QString directory; ///< made when missing
        std::vector<Format> formats{{QSize(1280, 800), 1}, {QSize(2560, 1440), 2}};
        std::chrono::milliseconds sourcesWithin{std::chrono::seconds(20)};
        std::chrono::milliseconds pageWithin{std::chrono::seconds(10)};
    };

    Screenshots(MainWindow& window, Workspace& workspace, Theme& theme, const Options& options,
                QObject* parent = nullptr);

    /// Ends with finished().
    void start();
    [[nodiscard]] const QStringList& files() const { return m_files; }
    /// What went wrong: a source that did not answer, a file that could not be written. Empty: all is well.
    [[nodiscard]] const QStringList& complaints() const { return m_complaints; }

Q_SIGNALS:
    void finished();

private:
    struct Shot
    {
        QString name;
        Location location;
        ThemeChoice theme = ThemeChoice::Light;
        Format format;
        bool preview = false;
        bool trial = false; ///< with an edit that is made for the picture, and discarded
    };

    void onSource();
    void begin();
    void collect();
    void next();
    void onSettled();
    void take();
    [[nodiscard]] bool sourcesAnswered() const;

    MainWindow& m_window;
    Workspace& m_workspace;
    Theme& m_theme;
    Options m_options;
    std::deque<Shot> m_shots;
    QTimer m_deadline;
    QTimer m_pause; ///< lets layouts and late paints come to rest
    QPointer<EditSession> m_trial;
    bool m_began = false;
    QStringList m_files;
    QStringList m_complaints;
};

} // namespace postern

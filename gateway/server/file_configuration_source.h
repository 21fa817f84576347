#pragma once

#include "gateway/server/configuration_source.h"
#include "models/base/clock.h"

#include <QFileSystemWatcher>
#include <QObject>
#include <QTimer>

namespace postern {

/// A document, or a flat folder of them, followed through every way files change: written in place, renamed
/// over, vanished and restored, a ConfigMap's `..data` link swapped, a link above the folder swapped.
///
/// inotify says when to look; what counts are stamps (file_stamps.h). A change is loaded once the stamps have
/// stood still for `Timing::quiet`, so that a half-written file is not taken for a whole one, and what was
/// read is thrown away if the stamps moved meanwhile. A slow look now and then serves file systems without
/// inotify, and the turn of the day, on which exemptions end. One thread, with an event loop.
class FileConfigurationSource final : public QObject, public ConfigurationSource
{
    Q_OBJECT
public:
    struct Timing
    {
        std::chrono::milliseconds quiet{100};
        std::chrono::milliseconds poll{5'000};
    };

    /// \a catalogue and \a clock outlive this.
    FileConfigurationSource(QString path, const PolicyCatalogue& catalogue, const Clock& clock,
                            Timing timing);
    FileConfigurationSource(QString path, const PolicyCatalogue& catalogue, const Clock& clock);

    [[nodiscard]] LoadedConfiguration load() override;
    void watch(Changed changed) override;
    void check() override;

private:
    [[nodiscard]] QByteArray stamp() const;
    [[nodiscard]] QDate today() const;
    [[nodiscard]] bool tryLoad(LoadedConfiguration& loaded);
    void stoodStill();
    void follow();

    const QString m_path;
    const PolicyCatalogue& m_catalogue;
    const Clock& m_clock;
    Changed m_changed;
    QFileSystemWatcher m_watcher;
    QTimer m_quiet;
    QTimer m_poll;
    QStringList m_files;  ///< of the latest load
    QByteArray m_loaded;  ///< their stamp then
    QByteArray m_pending; ///< the stamp that has to stand still
};

} // namespace postern

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
/// stood still for `Timing::quiet` and nobody has a file open for writing, so that a half-written file is not
/// taken for a whole one, however slow its writer; and what was read is thrown away if the stamps moved
/// meanwhile. A writer that opens the file again for each part can not be told from one that is done. A slow
/// look now and then serves file systems without inotify, and the turn of the day, on which exemptions end.
/// One thread, with an event loop.
class FileConfigurationSource final : public QObject, public ConfigurationSource
{
    Q_OBJECT
public:
    struct Timing
    {
        std::chrono::milliseconds quiet{100};
        std::chrono::milliseconds poll{5'000};
        /// Stands in for `quiet` where the kernel does not tell of writers.
        std::chrono::milliseconds unsure{1'000};
        /// A file held open for writing but not written for so long is taken as it is.
        std::chrono::milliseconds patience{30'000};
    };

    /// \a catalogue and \a clock outlive this.
    FileConfigurationSource(QString path, const PolicyCatalogue& catalogue, const Clock& clock,
                            Timing timing);
    FileConfigurationSource(QString path, const PolicyCatalogue& catalogue, const Clock& clock);

    [[nodiscard]] LoadedConfiguration load() override;
    void watch(Changed changed) override;
    void alsoFollow(const QStringList& files) override;
    void check() override;

private:
    /// Two equal ones: nothing has changed in between.
    struct Stamp
    {
        QByteArray documents;
        QByteArray others;
        friend bool operator==(const Stamp&, const Stamp&) = default;
    };
    [[nodiscard]] Stamp stamp() const;
    [[nodiscard]] QDate today() const;
    [[nodiscard]] bool tryLoad(LoadedConfiguration& loaded);
    [[nodiscard]] std::chrono::milliseconds stillnessWanted() const;
    void stoodStill();
    void follow();

    const QString m_path;
    const PolicyCatalogue& m_catalogue;
    const Clock& m_clock;
    const Timing m_timing;
    Changed m_changed;
    QFileSystemWatcher m_watcher;
    QTimer m_quiet;
    QTimer m_poll;
    QStringList m_files;                  ///< of the latest load
    QStringList m_others;                 ///< that are no documents
    Stamp m_loaded;                       ///< of both then
    Stamp m_pending;                      ///< the stamp that has to stand still
    std::chrono::milliseconds m_still{0}; ///< for how long it has
};

} // namespace postern

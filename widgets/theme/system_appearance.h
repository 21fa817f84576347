#pragma once

#include "widgets/theme/tokens.h"

#include <QDBusVariant>
#include <QObject>

class QLocalSocket;

namespace postern {

/// The desktop's light or dark, from the portal (org.freedesktop.appearance color-scheme) over the session
/// bus, while running. Without a bus or a portal it stays with the palette the application started with.
/// Owned by Theme, UI thread. QtDBus is told of the bus only after that has answered a first word: a dead one
/// would block every thread that touches QtDBus, and the application's end.
class SystemAppearance final : public QObject {
    Q_OBJECT
public:
    SystemAppearance();
    ~SystemAppearance() override;

    /// Starts to ask; answers arrive through changed().
    void follow();
    [[nodiscard]] Appearance appearance() const { return m_appearance; }

Q_SIGNALS:
    void changed();

private Q_SLOTS:
    void onSettingChanged(const QString& group, const QString& key, const QDBusVariant& value);

private:
    void listen();
    void take(const QVariant& value);

    Appearance m_appearance;
    QLocalSocket* m_probe;
    bool m_listening = false;
};

} // namespace postern

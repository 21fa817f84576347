#pragma once

#include "widgets/theme/tokens.h"

#include <QDBusVariant>
#include <QObject>

namespace postern {

/// The desktop's light or dark, from the portal (org.freedesktop.appearance color-scheme) over the session
/// bus, while running. Without a bus or a portal it stays with the palette the application started with.
/// Owned by Theme, UI thread; the bus is reached on another thread, because a dead one would block for 25 s.
class SystemAppearance final : public QObject
{
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
    void connected();
    void take(const QVariant& value);

    Appearance m_appearance;
};

} // namespace postern

#pragma once

#include "widgets/theme/tokens.h"

#include <QObject>

#include <memory>

class QApplication;

namespace postern {

class SystemAppearance;

enum class ThemeChoice { System, Light, Dark };

/// Dresses the application: Fusion under our palette, the font, and one style sheet made from the tokens.
/// Owned by main(), one per application, UI thread; the application must outlive it. Widgets never see it:
/// they read the tokens through colours(palette()) and follow QEvent::PaletteChange.
class Theme final : public QObject
{
    Q_OBJECT
public:
    explicit Theme(QApplication& application, ThemeChoice choice = ThemeChoice::System);
    ~Theme() override;

    [[nodiscard]] ThemeChoice choice() const { return m_choice; }
    /// System follows the desktop's light or dark while running.
    void choose(ThemeChoice choice);
    [[nodiscard]] Appearance appearance() const { return m_appearance; }

Q_SIGNALS:
    void appearanceChanged(postern::Appearance appearance);

private:
    void apply();
    [[nodiscard]] Appearance wanted() const;

    QApplication& m_application;
    ThemeChoice m_choice;
    Appearance m_appearance = Appearance::Light;
    bool m_dressed = false;
    std::unique_ptr<SystemAppearance> m_system;
};

} // namespace postern

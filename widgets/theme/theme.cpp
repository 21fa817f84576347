#include "widgets/theme/theme.h"

#include "widgets/theme/style_sheet.h"
#include "widgets/theme/system_appearance.h"

#include <QApplication>
#include <QStyleFactory>
#include <QToolTip>

namespace postern {

Theme::Theme(QApplication& application, ThemeChoice choice)
    : m_application(application), m_choice(choice), m_system(std::make_unique<SystemAppearance>())
{
    m_application.setStyle(QStyleFactory::create(QStringLiteral("Fusion")));
    m_application.setFont(textFont(textSize::body));
    connect(m_system.get(), &SystemAppearance::changed, this, [this] { apply(); });
    m_system->follow();
    apply();
}

Theme::~Theme() = default;

void Theme::choose(ThemeChoice choice)
{
    m_choice = choice;
    apply();
}

Appearance Theme::wanted() const
{
    switch (m_choice) {
    case ThemeChoice::Light:
        return Appearance::Light;
    case ThemeChoice::Dark:
        return Appearance::Dark;
    case ThemeChoice::System:
        break;
    }
    return m_system->appearance();
}

void Theme::apply()
{
    const Appearance appearance = wanted();
    if (m_dressed && appearance == m_appearance)
        return;
    m_dressed = true;
    m_appearance = appearance;
    const QPalette palette = paletteFor(appearance);
    QApplication::setPalette(palette);
    QToolTip::setPalette(palette);
    QToolTip::setFont(textFont(textSize::body));
    m_application.setStyleSheet(styleSheet(colours(appearance)));
    Q_EMIT appearanceChanged(appearance);
}

} // namespace postern

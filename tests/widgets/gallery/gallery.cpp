// Renders every widget, light and dark, so that people can look at them: widgets_gallery FOLDER [SCALE].
// The data is invented. Not installed.
#include "tests/widgets/gallery/pages.h"
#include "widgets/theme/theme.h"

#include <QApplication>
#include <QDir>

#include <QTextStream>
#include <QWidget>

using namespace postern;

namespace {

bool renderAll(Theme& theme, const QString& folder, const QString& suffix)
{
    bool good = true;
    for (const ThemeChoice choice : {ThemeChoice::Light, ThemeChoice::Dark}) {
        theme.choose(choice);
        for (const gallery::Page& page : gallery::pages()) {
            const std::unique_ptr<QWidget> widget(page.make());
            widget->setAttribute(Qt::WA_DontShowOnScreen);
            widget->resize(1280, 800);
            widget->show();
            QApplication::processEvents();
            const QString name =
                QStringLiteral("%1/%2-%3%4.png")
                    .arg(folder, page.name,
                         choice == ThemeChoice::Light ? QStringLiteral("light") : QStringLiteral("dark"),
                         suffix);
            good = widget->grab().save(name) && good;
        }
    }
    return good;
}

} // namespace

int main(int argc, char** argv)
{
    const QString folder = argc > 1 ? QString::fromLocal8Bit(argv[1]) : QStringLiteral(".");
    if (argc > 2)
        qputenv("QT_SCALE_FACTOR", argv[2]);
    qputenv("QT_QPA_PLATFORM", "offscreen");
    QApplication application(argc, argv);
    Theme theme(application, ThemeChoice::Light);
    QDir().mkpath(folder);
    const QString suffix = argc > 2 ? u'@' + QString::fromLocal8Bit(argv[2]) + u'x' : QString();
    if (!renderAll(theme, folder, suffix)) {
        QTextStream(stderr) << "could not write to " << folder << '\n';
        return 1;
    }
    return 0;
}

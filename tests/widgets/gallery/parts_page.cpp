#include "tests/widgets/gallery/pages.h"

#include "widgets/form/choice_box.h"
#include "widgets/frame/card.h"
#include "widgets/frame/command_palette.h"
#include "widgets/frame/operation_bar.h"
#include "widgets/frame/segmented_control.h"
#include "widgets/theme/icon.h"
#include "widgets/theme/tokens.h"

#include <QBoxLayout>
#include <QLineEdit>
#include <QPainter>
#include <QProgressBar>
#include <QPushButton>
#include <QTimer>
#include <QToolButton>

namespace postern::gallery {
namespace {

class Icons final : public QWidget
{
public:
    Icons() { setFixedHeight(64); }

protected:
    void paintEvent(QPaintEvent*) override
    {
        QPainter painter(this);
        const Colours& c = colours(palette());
        for (int i = 0; i <= int(Icon::Stop); ++i) {
            const auto icon = Icon(i);
            const QColor& tint = icon == Icon::Good    ? c.good
                                 : icon == Icon::Watch ? c.watch
                                 : icon == Icon::Bad   ? c.bad
                                                       : c.ink;
            paintIcon(painter, QRectF((i % 30) * 30, (i / 30) * 30, 16, 16), icon, tint);
        }
    }
};

QLayout* controls()
{
    auto* row = new QHBoxLayout;
    row->setSpacing(space::gap);
    auto* segments = new SegmentedControl;
    for (const char* name : {"enforce", "shadow", "off"})
        segments->addSegment(QLatin1String(name), QLatin1String(name));
    segments->setCurrent(QStringLiteral("enforce"));
    row->addWidget(segments);
    auto* box = new ChoiceBox;
    box->addChoice(QStringLiteral("jwt.sub"), QStringLiteral("the token's subject"));
    row->addWidget(box);
    auto* line = new QLineEdit;
    line->setPlaceholderText(QStringLiteral("Filter"));
    row->addWidget(line);
    row->addWidget(new QPushButton(themedIcon(Icon::Refresh), QStringLiteral("Refresh")));
    auto* danger = new QPushButton(QStringLiteral("Discard the draft"));
    danger->setProperty("danger", true);
    row->addWidget(danger);
    auto* off = new QPushButton(QStringLiteral("Push to main"));
    off->setProperty("primary", true);
    off->setEnabled(false);
    row->addWidget(off);
    auto* quiet = new QToolButton;
    quiet->setIcon(themedIcon(Icon::Columns));
    quiet->setProperty("quiet", true);
    row->addWidget(quiet);
    return row;
}

} // namespace

QWidget* makePartsPage()
{
    auto* page = new QWidget;
    auto* column = new QVBoxLayout(page);
    column->setSpacing(space::card);
    auto* card = new Card(QStringLiteral("Parts"), Card::Heading::Section);
    card->body()->addWidget(new Icons);
    card->body()->addLayout(controls());
    column->addWidget(card);
    column->addStretch(1);
    auto* bar = new OperationBar;
    bar->begin(QStringLiteral("Pushing 9f3c1a2 to main"), OperationBar::Cancel::Possible);
    bar->setProgress(2, 5);
    column->addWidget(bar);
    auto* window = framed(page, QStringLiteral("fleet"), {QStringLiteral("Parts")});
    auto* palette = new CommandPalette(window);
    palette->setCommands(
        {{QStringLiteral("1"), QStringLiteral("Open cards"), QStringLiteral("payments"), QString(),
          Icon::Fleet},
         {QStringLiteral("2"), QStringLiteral("Edit policies of cards"), QStringLiteral("payments"),
          QString(), Icon::Edit},
         {QStringLiteral("3"), QStringLiteral("Refresh"), QString(), QStringLiteral("F5"), Icon::Refresh},
         {QStringLiteral("4"), QStringLiteral("Open accounts"), QStringLiteral("payments"), QString(),
          Icon::Fleet}});
    QTimer::singleShot(0, palette, [palette] {
        palette->open();
        auto* line = palette->findChild<QLineEdit*>();
        line->setText(QStringLiteral("ca"));
        Q_EMIT line->textEdited(line->text());
    });
    return window;
}

} // namespace postern::gallery

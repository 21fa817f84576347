#include "widgets/frame/breadcrumb.h"
#include "widgets/frame/budget_meter.h"
#include "widgets/frame/card.h"
#include "widgets/frame/hero_figure.h"
#include "widgets/frame/navigation_rail.h"
#include "widgets/frame/operation_bar.h"
#include "widgets/frame/segmented_control.h"
#include "widgets/frame/share_bar.h"
#include "widgets/frame/stage_strip.h"
#include "widgets/frame/state_view.h"
#include "widgets/frame/status_pill.h"
#include "widgets/theme/tokens.h"

#include <QAbstractButton>
#include <QAccessible>
#include <QClipboard>
#include <QGuiApplication>
#include <QImage>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QTest>

using namespace postern;

namespace {

QAbstractButton* buttonNamed(const QWidget& parent, const QString& name)
{
    for (auto* button : parent.findChildren<QAbstractButton*>()) {
        if (button->text() == name || button->accessibleName() == name)
            return button;
    }
    return nullptr;
}

/// The share of the row of pixels in the middle that is in \a colour.
double filled(QWidget& bar, const QColor& colour)
{
    const QImage image = bar.grab().toImage();
    int count = 0;
    for (int x = 0; x < image.width(); ++x)
        count += image.pixelColor(x, image.height() / 2) == colour ? 1 : 0;
    return double(count) / image.width();
}

} // namespace

class TestFrame : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init() { QGuiApplication::setPalette(paletteFor(Appearance::Light)); }
    void shareBar();
    void budgetMeter_data();
    void budgetMeter();
    void segments();
    void breadcrumb();
    void rail();
    void stages();
    void states();
    void bannerKeepsContent();
    void editSurvivesStates();
    void operation();
    void everyPaintedWidgetIsAccessible();
};

void TestFrame::shareBar()
{
    ShareBar bar;
    bar.resize(200, 8);
    bar.setShare(0.25, State::Bad);
    QVERIFY(std::abs(filled(bar, colours(bar.palette()).bad) - 0.25) < 0.03);
    QCOMPARE(bar.accessibleDescription(), QStringLiteral("25.0 percent left"));
    bar.setShare(0.0001, State::Bad);
    QVERIFY(filled(bar, colours(bar.palette()).bad) > 0);
    bar.setShare(0, State::Bad);
    QCOMPARE(filled(bar, colours(bar.palette()).bad), 0.0);
    bar.setShare({}, State::Unknown);
    QCOMPARE(filled(bar, colours(bar.palette()).unknown), 0.0);
    bar.setShare(3, State::Good); // more than all is all
    QVERIFY(filled(bar, colours(bar.palette()).good) > 0.97);
}

void TestFrame::budgetMeter_data()
{
    QTest::addColumn<double>("left");
    QTest::addColumn<QString>("figure");
    QTest::newRow("whole percents") << 0.124 << QStringLiteral("12 % left");
    QTest::newRow("nothing left") << 0.0 << QStringLiteral("0 % left");
    QTest::newRow("never 0 of something") << 0.001 << QStringLiteral("<1 % left");
    QTest::newRow("never 100 of less") << 0.9999 << QStringLiteral("99.9 % left");
    QTest::newRow("all") << 1.0 << QStringLiteral("100 % left");
    QTest::newRow("overspent") << -0.4 << QStringLiteral("-40 % left");
}

void TestFrame::budgetMeter()
{
    QFETCH(double, left);
    BudgetMeter meter;
    meter.setReading({left, State::Good, QStringLiteral("11 days to go"), {}, false});
    QTEST(meter.findChild<HeroFigure*>()->accessibleName(), "figure");
    QCOMPARE(meter.accessibleName(), QStringLiteral("11 days to go"));
}

void TestFrame::segments()
{
    SegmentedControl control;
    for (const char* name : {"enforce", "shadow", "off"})
        control.addSegment(QLatin1String(name), QLatin1String(name));
    control.show();
    control.activateWindow();
    QVERIFY(QTest::qWaitForWindowActive(&control));
    QSignalSpy activated(&control, &SegmentedControl::activated);
    QCOMPARE(control.current(), QString());
    control.setCurrent(QStringLiteral("shadow"));
    QCOMPARE(activated.size(), 0);
    buttonNamed(control, QStringLiteral("shadow"))->setFocus();
    QTest::keyClick(buttonNamed(control, QStringLiteral("shadow")), Qt::Key_Right);
    QCOMPARE(control.current(), QStringLiteral("off"));
    QCOMPARE(activated.size(), 1);
    QCOMPARE(activated.at(0).at(0).toString(), QStringLiteral("off"));
    control.setCurrent(QStringLiteral("unheard of"));
    QCOMPARE(control.current(), QString());
}

void TestFrame::breadcrumb()
{
    Breadcrumb crumbs;
    crumbs.setPath({{QStringLiteral("Fleet"), QStringLiteral("fleet")},
                    {QStringLiteral("a<b"), {}},
                    {QStringLiteral("cards"), QStringLiteral("x")}});
    QSignalSpy activated(&crumbs, &Breadcrumb::activated);
    QStringList texts;
    for (auto* label : crumbs.findChildren<QLabel*>(QString(), Qt::FindDirectChildrenOnly))
        texts.append(label->text());
    QCOMPARE(texts.size(), 5);
    QVERIFY(texts.at(0).contains(QStringLiteral("href='fleet'")));
    QVERIFY(texts.at(2).contains(QStringLiteral("a&lt;b")));
    QCOMPARE(texts.at(4), QStringLiteral("cards")); // the last leads nowhere
    Q_EMIT crumbs.findChildren<QLabel*>().at(0)->linkActivated(QStringLiteral("fleet"));
    QCOMPARE(activated.size(), 1);
}

void TestFrame::rail()
{
    NavigationRail rail(QStringLiteral("Postern"));
    rail.addItem(QStringLiteral("fleet"), Icon::Fleet, QStringLiteral("Fleet"));
    rail.addItem(QStringLiteral("rollouts"), Icon::Rollouts, QStringLiteral("Rollouts"));
    rail.setBadge(QStringLiteral("rollouts"), 3);
    rail.resize(168, 400);
    rail.show();
    rail.activateWindow();
    QVERIFY(QTest::qWaitForWindowActive(&rail));
    QSignalSpy activated(&rail, &NavigationRail::activated);
    auto* fleet = buttonNamed(rail, QStringLiteral("Fleet"));
    auto* rollouts = buttonNamed(rail, QStringLiteral("Rollouts"));
    QCOMPARE(rollouts->accessibleName(), QStringLiteral("Rollouts, 3"));
    fleet->setFocus();
    QTest::keyClick(fleet, Qt::Key_Down);
    QVERIFY(rollouts->hasFocus());
    QTest::keyClick(rollouts, Qt::Key_Space);
    QCOMPARE(activated.size(), 1);
    QCOMPARE(activated.at(0).at(0).toString(), QStringLiteral("rollouts"));
    rail.setCurrent(QStringLiteral("rollouts"));
    QCOMPARE(rollouts->accessibleDescription(), QStringLiteral("current page"));
    const int wide = rail.width();
    rail.setCollapsed(true);
    QTRY_VERIFY(rail.width() < wide);
    QCOMPARE(rollouts->toolTip(), QStringLiteral("Rollouts"));
}

void TestFrame::stages()
{
    StageStrip strip;
    using Progress = StageStrip::Progress;
    strip.setStages({{QStringLiteral("committed"), Progress::Done, {}},
                     {QStringLiteral("pushed"), Progress::Failed, {}},
                     {QStringLiteral("1 of 2"), Progress::Running, {}},
                     {QStringLiteral("holds"), Progress::Pending, {}}});
    QCOMPARE(strip.accessibleDescription(),
             QStringLiteral("committed: done, pushed: failed, 1 of 2: running, holds: to come"));
    strip.resize(strip.minimumSizeHint());
    const QImage image = strip.grab().toImage();
    int bad = 0;
    for (int y = 0; y < image.height(); ++y) {
        for (int x = 0; x < image.width(); ++x)
            bad += image.pixelColor(x, y).red() - image.pixelColor(x, y).green() > 100
                       ? 1
                       : 0; // reddish: mixed with the ground
    }
    QVERIFY(bad > 0);
}

void TestFrame::states()
{
    auto* content = new QLabel(QStringLiteral("figures"));
    StateView view(content);
    view.resize(800, 500);
    view.show();
    QVERIFY(content->isVisible());
    view.showLoading(8);
    QVERIFY(!content->isVisible());
    QSignalSpy action(&view, &StateView::actionTriggered);
    view.showEmpty(QStringLiteral("No API matches."), QStringLiteral("Clear the filter"));
    QTest::mouseClick(buttonNamed(view, QStringLiteral("Clear the filter")), Qt::LeftButton);
    QCOMPARE(action.size(), 1);
    view.showForbidden(QStringLiteral("list pods"), QStringLiteral("kubectl create rolebinding x"));
    QTest::mouseClick(buttonNamed(view, QStringLiteral("Copy")), Qt::LeftButton);
    QCOMPARE(QGuiApplication::clipboard()->text(), QStringLiteral("kubectl create rolebinding x"));
    view.showBroken(QStringLiteral("It broke."), QStringLiteral("Try a shorter range."),
                    QStringLiteral("422"));
    QCOMPARE(view.findChild<QPlainTextEdit*>()->toPlainText(), QStringLiteral("422"));
    QTest::mouseClick(buttonNamed(view, QStringLiteral("Try again")), Qt::LeftButton);
    QCOMPARE(action.size(), 2);
    view.showContent();
    QVERIFY(content->isVisible());
}

void TestFrame::bannerKeepsContent()
{
    auto* content = new QLabel(QStringLiteral("figures"));
    StateView view(content);
    view.resize(800, 500);
    view.show();
    view.setStale(QStringLiteral("Figures are from 14:03:20."));
    QVERIFY(content->isVisible());
    QCOMPARE(view.bannerText(), QStringLiteral("Figures are from 14:03:20."));
    view.setPartial(QStringLiteral("2 of 3 sources."));
    QCOMPARE(view.bannerText(), QStringLiteral("2 of 3 sources."));
    view.clearBanner();
    QCOMPARE(view.bannerText(), QString());
}

void TestFrame::editSurvivesStates()
{
    auto* field = new QLineEdit;
    StateView view(field);
    QTest::keyClicks(field, QStringLiteral("half a sentence"));
    view.showLoading(3);
    view.showBroken(QStringLiteral("It broke."), {}, {});
    view.showContent();
    QCOMPARE(field->text(), QStringLiteral("half a sentence"));
}

void TestFrame::operation()
{
    QWidget window;
    OperationBar bar(&window);
    QVERIFY(bar.isHidden());
    QSignalSpy cancelled(&bar, &OperationBar::cancelled);
    bar.begin(QStringLiteral("Pushing"), OperationBar::Cancel::Possible);
    QVERIFY(!bar.isHidden());
    auto* cancel = buttonNamed(bar, QStringLiteral("Cancel"));
    cancel->click();
    cancel->click(); // once is enough
    QCOMPARE(cancelled.size(), 1);
    bar.end();
    QVERIFY(bar.isHidden());
    bar.begin(QStringLiteral("Fetching"), OperationBar::Cancel::Impossible);
    QVERIFY(cancel->isHidden());
}

void TestFrame::everyPaintedWidgetIsAccessible()
{
    HeroFigure figure;
    figure.setFigure(QStringLiteral("71"), QStringLiteral("%"));
    StatusPill pill;
    pill.setState(QStringLiteral("Prometheus away since 14:01"), State::Watch);
    StageStrip strip;
    strip.setStages({{QStringLiteral("holds"), StageStrip::Progress::Done, {}}});
    ShareBar bar;
    bar.setShare(0.5, State::Good);
    const auto text = [](QWidget& widget, QAccessible::Text kind) {
        return QAccessible::queryAccessibleInterface(&widget)->text(kind);
    };
    QCOMPARE(text(figure, QAccessible::Name), QStringLiteral("71 %"));
    QCOMPARE(text(pill, QAccessible::Name), QStringLiteral("Prometheus away since 14:01"));
    QCOMPARE(text(strip, QAccessible::Description), QStringLiteral("holds: done"));
    QCOMPARE(text(bar, QAccessible::Description), QStringLiteral("50.0 percent left"));
}

QTEST_MAIN(TestFrame)
#include "tst_frame.moc"

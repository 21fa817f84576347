#include "widgets/frame/notice.h"

#include <QBoxLayout>
#include <QClipboard>
#include <QEvent>
#include <QGuiApplication>
#include <QLabel>
#include <QPainter>
#include <QPlainTextEdit>
#include <QPushButton>

namespace postern {

Notice::Notice(QWidget* parent)
    : QWidget(parent)
    , m_icon(new QLabel)
    , m_sentence(new QLabel)
    , m_advice(new QLabel)
    , m_details(new QPlainTextEdit)
    , m_copy(new QPushButton(themedIcon(Icon::Copy), tr("Copy")))
    , m_action(new QPushButton)
{
    constexpr int widest = 520;
    auto* column = new QVBoxLayout;
    column->setSpacing(space::gap);
    m_sentence->setProperty("textSize", QStringLiteral("section"));
    m_advice->setProperty("tone", QStringLiteral("muted"));
    for (auto* label : {m_sentence, m_advice}) {
        label->setWordWrap(true);
        label->setAlignment(Qt::AlignHCenter);
        label->setFixedWidth(widest);
        label->setTextInteractionFlags(Qt::TextSelectableByMouse);
    }
    m_details->setReadOnly(true);
    m_details->setFont(monospaceFont());
    m_details->setFixedSize(widest, 88);
    m_details->setAccessibleName(tr("Details"));
    m_action->setProperty("primary", true);
    auto* buttons = new QHBoxLayout;
    buttons->setSpacing(space::gap);
    buttons->addStretch(1);
    buttons->addWidget(m_copy);
    buttons->addWidget(m_action);
    buttons->addStretch(1);
    column->addStretch(2);
    column->addWidget(m_icon, 0, Qt::AlignHCenter);
    column->addWidget(m_sentence, 0, Qt::AlignHCenter);
    column->addWidget(m_advice, 0, Qt::AlignHCenter);
    column->addWidget(m_details, 0, Qt::AlignHCenter);
    column->addLayout(buttons);
    column->addStretch(3);
    setLayout(column);
    connect(m_action, &QPushButton::clicked, this, &Notice::actionTriggered);
    connect(m_copy, &QPushButton::clicked, this,
            [this] { QGuiApplication::clipboard()->setText(m_words.details); });
}

void Notice::say(const Words& words)
{
    m_words = words;
    m_sentence->setText(words.sentence);
    m_advice->setText(words.advice);
    m_advice->setVisible(!words.advice.isEmpty());
    m_details->setPlainText(words.details);
    m_details->setVisible(!words.details.isEmpty());
    m_copy->setVisible(!words.details.isEmpty());
    m_action->setText(words.action);
    m_action->setVisible(!words.action.isEmpty());
    setAccessibleName(words.sentence);
    tint();
}

void Notice::tint()
{
    m_icon->setPixmap(
        iconPixmap(m_words.icon, colours(palette()).of(m_words.state), 24, devicePixelRatioF()));
}

void Notice::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::PaletteChange)
        tint();
    QWidget::changeEvent(event);
}

StateBanner::StateBanner(QWidget* parent) : QWidget(parent)
{
    setFixedHeight(space::row);
    hide();
}

void StateBanner::say(Icon icon, const QString& sentence)
{
    m_icon = icon;
    m_sentence = sentence;
    setAccessibleName(sentence);
    setVisible(!sentence.isEmpty());
    update();
}

void StateBanner::paintEvent(QPaintEvent* event)
{
    Q_UNUSED(event)
    const Colours& c = colours(palette());
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    painter.setBrush(c.changed);
    painter.drawRoundedRect(rect(), radius::control, radius::control);
    paintIcon(painter, QRectF(space::gap, (height() - space::icon) / 2, space::icon, space::icon), m_icon,
              c.watch);
    painter.setPen(c.ink);
    const QRectF words(space::gap * 2 + space::icon, 0, width() - space::gap * 3 - space::icon, height());
    const QString line =
        QFontMetricsF(textFont(textSize::body)).elidedText(m_sentence, Qt::ElideRight, words.width());
    painter.drawText(words, Qt::AlignVCenter | Qt::TextSingleLine, line);
}

Skeleton::Skeleton(QWidget* parent) : QWidget(parent) { setAccessibleName(tr("Loading")); }

void Skeleton::setRows(int rows)
{
    m_rows = rows;
    update();
}

void Skeleton::paintEvent(QPaintEvent* event)
{
    Q_UNUSED(event)
    const Colours& c = colours(palette());
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    constexpr qreal shares[] = {0.16, 0.10, 0.08, 0.10, 0.07, 0.07, 0.12};
    for (int row = 0; row < m_rows; ++row) {
        const qreal top = row * space::row;
        if (top > height())
            break;
        painter.fillRect(QRectF(0, top + space::row - 1, width(), 1), c.line);
        painter.setPen(Qt::NoPen);
        painter.setBrush(c.skeleton);
        qreal x = space::card;
        int column = 0;
        for (const qreal share : shares) {
            // Uneven, as names and figures are, but the same at every paint: nothing dances.
            const qreal part = 0.55 + 0.45 * ((row * 7 + column * 3) % 5) / 4.0;
            painter.drawRoundedRect(QRectF(x, top + 9, width() * share * part, 10), 3, 3);
            x += width() * (share + 0.03);
            ++column;
        }
    }
}

} // namespace postern

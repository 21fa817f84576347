#include "widgets/frame/operation_bar.h"

#include "widgets/theme/tokens.h"

#include <QBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QProgressBar>
#include <QPushButton>

namespace postern {

OperationBar::OperationBar(QWidget* parent)
    : QWidget(parent)
    , m_what(new QLabel)
    , m_progress(new QProgressBar)
    , m_cancel(new QPushButton(tr("Cancel")))
{
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(space::page, space::step + 1, space::page, space::step);
    row->setSpacing(space::card);
    m_progress->setTextVisible(false);
    m_progress->setFixedSize(160, 6);
    row->addWidget(m_what);
    row->addWidget(m_progress);
    row->addStretch(1);
    row->addWidget(m_cancel);
    connect(m_cancel, &QPushButton::clicked, this, [this] {
        m_cancel->setEnabled(false);
        Q_EMIT cancelled();
    });
    hide();
}

void OperationBar::begin(const QString& what, Cancel cancel)
{
    m_what->setText(what);
    m_progress->setAccessibleName(what);
    m_cancel->setVisible(cancel == Cancel::Possible);
    m_cancel->setEnabled(true);
    setProgress(0, 0);
    show();
}

void OperationBar::setProgress(int done, int total)
{
    m_progress->setRange(0, total);
    m_progress->setValue(done);
}

void OperationBar::end() { hide(); }

void OperationBar::paintEvent(QPaintEvent* event)
{
    Q_UNUSED(event)
    const Colours& c = colours(palette());
    QPainter painter(this);
    painter.fillRect(rect(), c.card);
    painter.fillRect(QRect(0, 0, width(), 1), c.line);
}

} // namespace postern

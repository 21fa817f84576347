#include "app/demo/line_channel.h"

#include <QJsonDocument>

#include <cerrno>
#include <unistd.h>

namespace postern::demo {

LineChannel::LineChannel(QObject* parent) : LineChannel(STDIN_FILENO, STDOUT_FILENO, parent) {}

LineChannel::LineChannel(int input, int output, QObject* parent)
    : QObject(parent), m_input(input), m_output(output), m_notifier(input, QSocketNotifier::Read)
{
    connect(&m_notifier, &QSocketNotifier::activated, this, &LineChannel::readInput);
}

void LineChannel::send(const QJsonObject& object)
{
    QByteArray line = QJsonDocument(object).toJson(QJsonDocument::Compact) + '\n';
    while (!line.isEmpty()) {
        const ssize_t written = ::write(m_output, line.constData(), static_cast<size_t>(line.size()));
        if (written < 0 && errno != EINTR)
            return; // nobody listens; closed() will come as well
        if (written > 0)
            line.remove(0, written);
    }
}

void LineChannel::readInput()
{
    char block[64 * 1024];
    const ssize_t size = ::read(m_input, block, sizeof block);
    if (size < 0 && (errno == EINTR || errno == EAGAIN))
        return;
    if (size <= 0) {
        m_notifier.setEnabled(false);
        Q_EMIT closed();
        return;
    }
    m_buffer.append(block, size);
    for (qsizetype end = m_buffer.indexOf('\n'); end >= 0; end = m_buffer.indexOf('\n')) {
        const QJsonDocument document = QJsonDocument::fromJson(m_buffer.left(end));
        m_buffer.remove(0, end + 1);
        if (document.isObject())
            Q_EMIT received(document.object());
    }
}

} // namespace postern::demo

#pragma once

#include <QByteArray>
#include <QJsonObject>
#include <QObject>
#include <QSocketNotifier>

namespace postern::demo {

/// A part's link to the demo that started it: JSON objects, one a line, in on standard input and out on
/// standard output. The end of the input means that the demo is gone; the part then ends, too.
class LineChannel : public QObject
{
    Q_OBJECT

public:
    explicit LineChannel(QObject* parent = nullptr);
    LineChannel(int input, int output, QObject* parent = nullptr);

    void send(const QJsonObject& object);

Q_SIGNALS:
    void received(const QJsonObject& object);
    void closed();

private:
    void readInput();

    int m_input;
    int m_output;
    QByteArray m_buffer;
    QSocketNotifier m_notifier;
};

} // namespace postern::demo

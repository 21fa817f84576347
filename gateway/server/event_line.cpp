#include "gateway/server/event_line.h"

#include "gateway/telemetry/json_text.h"

#include <QJsonDocument>

#include <unistd.h>

#include <cerrno>
#include <memory>
#include <mutex>

namespace postern {

EventLine::EventLine(std::string_view event) : m_text("{") { add("event", event); }

void EventLine::addKey(std::string_view key)
{
    if (m_text.size() > 1)
        m_text += ',';
    appendJsonString(m_text, key);
    m_text += ':';
}

EventLine& EventLine::add(std::string_view key, std::string_view text)
{
    addKey(key);
    appendJsonString(m_text, text);
    return *this;
}

EventLine& EventLine::add(std::string_view key, const QString& text)
{
    return add(key, std::string_view(text.toStdString()));
}

EventLine& EventLine::add(std::string_view key, qint64 number)
{
    addKey(key);
    m_text += std::to_string(number);
    return *this;
}

EventLine& EventLine::add(std::string_view key, const QJsonArray& array)
{
    addKey(key);
    m_text += QJsonDocument(array).toJson(QJsonDocument::Compact).toStdString();
    return *this;
}

EventSink eventsTo(int fd)
{
    return [fd, mutex = std::make_shared<std::mutex>()](const EventLine& event) {
        const std::string line = event.text();
        const std::lock_guard lock(*mutex);
        std::string_view rest = line;
        while (!rest.empty()) {
            const ssize_t written = ::write(fd, rest.data(), rest.size());
            if (written > 0)
                rest.remove_prefix(static_cast<std::size_t>(written));
            else if (errno != EINTR)
                return; // nobody to tell
        }
    };
}

} // namespace postern

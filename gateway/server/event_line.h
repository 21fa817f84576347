#pragma once

#include <QJsonArray>
#include <QString>

#include <functional>
#include <string>
#include <string_view>

namespace postern {

/// One thing that happened to the gateway, as a JSON object on one line, its members in the order they were
/// added. Keys are ours; values may be anything.
class EventLine
{
public:
    explicit EventLine(std::string_view event);

    EventLine& add(std::string_view key, std::string_view text);
    EventLine& add(std::string_view key, const char* text) { return add(key, std::string_view(text)); }
    EventLine& add(std::string_view key, const QString& text);
    EventLine& add(std::string_view key, qint64 number);
    EventLine& add(std::string_view key, const QJsonArray& array);

    /// With its line end.
    [[nodiscard]] std::string text() const { return m_text + "}\n"; }

private:
    void addKey(std::string_view key);

    std::string m_text;
};

/// Where events go. Called from any thread.
using EventSink = std::function<void(const EventLine&)>;

/// Writes events to \a fd, whole lines, from any thread.
[[nodiscard]] EventSink eventsTo(int fd);

} // namespace postern

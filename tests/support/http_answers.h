#pragma once

#include <QByteArray>
#include <QPointer>
#include <QTcpServer>
#include <QTcpSocket>
#include <QUrl>

#include <functional>
#include <optional>
#include <vector>

namespace postern::test {

/// An HTTP server on a free loopback port whose answers a test writes byte by byte, broken ones too.
class HttpAnswers : public QTcpServer
{
    Q_OBJECT
public:
    struct Request
    {
        QByteArray head; ///< up to and without the empty line
        QByteArray body;
    };
    /// What to send back, raw; none keeps the connection open and silent, until answerHeld(). After a raw
    /// answer it is closed.
    using Answer = std::function<std::optional<QByteArray>(const Request& request)>;

    explicit HttpAnswers(Answer answer, QObject* parent = nullptr);

    [[nodiscard]] QUrl url() const;
    [[nodiscard]] int requests() const { return m_requests; }
    void setAnswer(Answer answer) { m_answer = std::move(answer); }
    /// Asks again for the answers to the requests that got none.
    void answerHeld();

    /// A whole, correct answer.
    [[nodiscard]] static QByteArray json(const QByteArray& body, const QByteArray& status = "200 OK");

private:
    struct Held
    {
        QPointer<QTcpSocket> socket;
        Request request;
    };

    void serve(QTcpSocket* socket);
    void answer(QTcpSocket* socket, const Request& request);

    Answer m_answer;
    std::vector<Held> m_held;
    int m_requests = 0;
};

} // namespace postern::test

#pragma once

#include <QByteArray>
#include <QDir>
#include <QFile>

namespace postern::test {

/// The requests of tests/data/http1-requests. A line end is written there as the text \r\n, bytes as \xNN,
/// \0, \t, \n; the file's own line ends mean nothing.
inline QByteArray decodeRequestFile(QByteArray text)
{
    text.replace("\n", "").replace("\\r\\n", "\r\n").replace("\\0", QByteArray(1, '\0'));
    text.replace("\\n", "\n").replace("\\t", "\t");
    for (qsizetype at = text.indexOf("\\x"); at >= 0; at = text.indexOf("\\x", at + 1))
        text.replace(at, 4, QByteArray::fromHex(text.mid(at + 2, 2)));
    return text;
}

/// Every file of a folder by its name without suffix.
inline QList<std::pair<QString, QByteArray>> requestFiles(const QString& folder)
{
    const QDir directory(QStringLiteral(POSTERN_TEST_DATA "/http1-requests/") + folder);
    QList<std::pair<QString, QByteArray>> files;
    for (const QFileInfo& entry :
         directory.entryInfoList({QStringLiteral("*.http")}, QDir::Files, QDir::Name)) {
        QFile file(entry.filePath());
        if (file.open(QIODevice::ReadOnly))
            files.append({entry.completeBaseName(), decodeRequestFile(file.readAll())});
    }
    return files;
}

/// Host fields for the HTTP/1.1 messages that lack one, as most files are about something else.
inline QByteArray withHosts(const QByteArray& stream)
{
    QByteArray result;
    qsizetype at = 0;
    while (at < stream.size()) {
        const qsizetype version = stream.indexOf(" HTTP/1.1\r\n", at);
        if (version < 0)
            break;
        const qsizetype fields = version + 11;
        const qsizetype end = stream.indexOf("\r\n\r\n", fields - 2);
        const QByteArray head = "\r\n" + stream.mid(fields, end < 0 ? -1 : end + 2 - fields).toLower();
        result += stream.mid(at, fields - at);
        if (!head.contains("\r\nhost:"))
            result += "Host: test\r\n";
        at = fields;
    }
    return result + stream.mid(at);
}

} // namespace postern::test

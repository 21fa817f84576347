#include <QDirIterator>
#include <QFile>
#include <QHash>
#include <QProcess>
#include <QRegularExpression>
#include <QSet>
#include <QTemporaryDir>
#include <QTest>

namespace {

/// Which library a source file belongs to, by its folder; empty for mains and generated files.
QString libraryOf(const QString& path)
{
    static const QRegularExpression policyConfig(
        QStringLiteral("^gateway/policies/([^/]+/config|attribute_syntax)\\.(h|cpp)$"));
    const QStringList parts = path.split(u'/');
    if (path.endsWith(QLatin1StringView("main.cpp")))
        return {};
    if (parts[0] == u"models" && parts.size() > 2)
        return parts[1];
    if (parts[0] == u"gateway" && parts.size() > 2) {
        if (policyConfig.match(path).hasMatch())
            return QStringLiteral("policy_configs");
        if (path.startsWith(QLatin1StringView("gateway/policies/catalogue.")))
            return QStringLiteral("catalogue");
        return parts[1];
    }
    if (parts[0] == u"widgets" || parts[0] == u"app")
        return parts[0];
    return {};
}

struct Include
{
    QString file;
    int line;
    QString target;
};

QList<Include> includesUnder(const QStringList& folders)
{
    static const QRegularExpression pattern(QStringLiteral("^\\s*#\\s*include\\s*[<\"]([^>\"]+)[>\"]"));
    QList<Include> found;
    const QDir root(QStringLiteral(POSTERN_SOURCE_DIR));
    for (const QString& folder : folders) {
        QDirIterator files(root.filePath(folder), {QStringLiteral("*.h"), QStringLiteral("*.cpp")},
                           QDir::Files, QDirIterator::Subdirectories);
        while (files.hasNext()) {
            QFile file(files.next());
            if (!file.open(QIODevice::ReadOnly))
                continue;
            int number = 0;
            for (const QByteArray& line : file.readAll().split('\n')) {
                ++number;
                if (const auto match = pattern.match(QString::fromUtf8(line)); match.hasMatch())
                    found.append({root.relativeFilePath(file.fileName()), number, match.captured(1)});
            }
        }
    }
    return found;
}

QString programPath(const char* name)
{
    return QStringLiteral(POSTERN_BINARY_DIR "/bin/") + QLatin1StringView(name);
}

} // namespace

/// The floors of packaging/cmake/floors.cmake, held against what the sources include and the programs link.
class LayeringTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void includesStayOnTheirFloor()
    {
        QFile file(QStringLiteral(POSTERN_BINARY_DIR "/floors.txt"));
        QVERIFY(file.open(QIODevice::ReadOnly));
        QHash<QString, QSet<QString>> allowed;
        for (const QByteArray& line : file.readAll().trimmed().split('\n')) {
            const QStringList parts = QString::fromUtf8(line).split(QStringLiteral(": "));
            const QStringList names = parts.value(1).split(u' ', Qt::SkipEmptyParts);
            allowed[QString(parts[0]).remove(u':')] = QSet<QString>(names.begin(), names.end());
        }
        QVERIFY(allowed.size() > 20);

        QStringList wrong;
        int looked = 0;
        const QList<Include> includes = includesUnder({QStringLiteral("models"), QStringLiteral("gateway"),
                                                       QStringLiteral("widgets"), QStringLiteral("app")});
        for (const Include& include : includes) {
            const QString from = libraryOf(include.file);
            const QString to = include.target.contains(u'/') ? libraryOf(include.target) : QString();
            if (from.isEmpty() || to.isEmpty() || from == to)
                continue;
            ++looked;
            if (!allowed.value(from).contains(to))
                wrong << QStringLiteral("%1:%2: %3 may not include %4 (%5)")
                             .arg(include.file)
                             .arg(include.line)
                             .arg(from, to, include.target);
        }
        QVERIFY(looked > 100);
        QVERIFY2(wrong.isEmpty(), qPrintable(wrong.join(u'\n')));
    }

    void foreignHeadersStayInTheirFolder_data()
    {
        QTest::addColumn<QString>("header");
        QTest::addColumn<QStringList>("allowed");
        QTest::newRow("prometheus-cpp")
            << "^prometheus/" << QStringList{QStringLiteral("gateway/telemetry/")};
        QTest::newRow("OpenSSL's TLS")
            << "^openssl/(ssl|tls1|dtls1)\\.h$" << QStringList{QStringLiteral("gateway/tls/")};
        QTest::newRow("libyaml") << "^yaml\\.h$" << QStringList{QStringLiteral("models/schema/")};
        QTest::newRow("QScintilla") << "^Qsci/" << QStringList{QStringLiteral("widgets/editor/")};
        QTest::newRow("widgets") << "^(QtWidgets/|QWidget$|QApplication$|QPainter$)"
                                 << QStringList{QStringLiteral("widgets/"), QStringLiteral("app/")};
    }

    void foreignHeadersStayInTheirFolder()
    {
        QFETCH(QString, header);
        QFETCH(QStringList, allowed);
        const QRegularExpression pattern(header);
        QStringList wrong;
        const QList<Include> includes = includesUnder({QStringLiteral("models"), QStringLiteral("gateway"),
                                                       QStringLiteral("widgets"), QStringLiteral("app")});
        for (const Include& include : includes) {
            const bool inside = std::any_of(allowed.begin(), allowed.end(), [&](const QString& folder) {
                return include.file.startsWith(folder);
            });
            if (pattern.match(include.target).hasMatch() && !inside)
                wrong << QStringLiteral("%1:%2: %3").arg(include.file).arg(include.line).arg(include.target);
        }
        QVERIFY2(wrong.isEmpty(), qPrintable(wrong.join(u'\n')));
    }

    void theGatewayLinksNoGui()
    {
        const QString program = programPath("postern-gateway");
        QVERIFY2(QFile::exists(program), qPrintable(program));
        QProcess ldd;
        ldd.start(QStringLiteral("ldd"), {program});
        QVERIFY(ldd.waitForFinished());
        const QString linked = QString::fromUtf8(ldd.readAllStandardOutput());
        QVERIFY2(linked.contains(QLatin1StringView("libQt6Core")),
                 "ldd says nothing of Qt: is it read rightly?");
        for (const char* library : {"libQt6Gui", "libQt6Widgets", "libGL", "libX11", "libqscintilla"})
            QVERIFY2(!linked.contains(QLatin1StringView(library)), library);
    }

    void anUpwardLinkFailsTheConfigureStep()
    {
        QTemporaryDir folder;
        QFile list(folder.filePath(QStringLiteral("CMakeLists.txt")));
        QVERIFY(list.open(QIODevice::WriteOnly));
        list.write("cmake_minimum_required(VERSION 3.25)\nproject(upward LANGUAGES NONE)\n"
                   "include(" POSTERN_SOURCE_DIR "/packaging/cmake/floors.cmake)\n"
                   "postern_library(schema LINKS document)\n");
        list.close();
        QProcess cmake;
        cmake.start(QStringLiteral("cmake"), {QStringLiteral("-S"), folder.path(), QStringLiteral("-B"),
                                              folder.filePath(QStringLiteral("build"))});
        QVERIFY(cmake.waitForFinished());
        QVERIFY(cmake.exitCode() != 0);
        const QString said = QString::fromUtf8(cmake.readAllStandardError()).simplified();
        QVERIFY2(said.contains(QLatin1StringView("schema may not stand on document")), qPrintable(said));
    }
};

QTEST_GUILESS_MAIN(LayeringTest)
#include "tst_layering.moc"

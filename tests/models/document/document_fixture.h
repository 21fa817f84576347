#pragma once

#include "gateway/policies/catalogue.h"
#include "models/document/effective_document.h"

#include <QFile>
#include <QTest>

namespace postern::test {

inline QString dataFile(const QString& path) { return QStringLiteral(POSTERN_TEST_DATA "/") + path; }

inline QByteArray readData(const QString& path)
{
    QFile file(dataFile(path));
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

/// Texts in memory, loaded as documents.
inline LoadedDocuments load(const QHash<QString, QByteArray>& files)
{
    QStringList names;
    for (auto it = files.begin(); it != files.end(); ++it)
        if (it.key().endsWith(QStringLiteral(".yaml")))
            names << it.key();
    names.sort();
    return loadDocuments(names, MemorySource(files), policyCatalogue());
}

inline QStringList texts(const std::vector<Finding>& findings)
{
    QStringList result;
    for (const Finding& finding : findings)
        result << finding.text();
    return result;
}

/// The effective document; a test that lacks it stops with the findings.
inline EffectiveDocument effective(const LoadedDocuments& documents,
                                   const QString& id = QStringLiteral("payments/accounts"))
{
    const EffectiveResult result = makeEffective(documents, id, policyCatalogue(), QDate(2026, 6, 1));
    if (!result.document)
        qFatal("no effective document: %s %s", qPrintable(texts(documents.findings).join(u'\n')),
               qPrintable(texts(result.findings).join(u'\n')));
    return *result.document;
}

/// A small API whose parts a test may replace: `spec` gets the lines after `spec:`.
inline QByteArray gatewayText(const QByteArray& policies = {}, const QByteArray& routes = {},
                              const QByteArray& more = {})
{
    QByteArray text = "apiVersion: postern.dev/v1alpha1\nkind: ApiGateway\n"
                      "metadata: {name: accounts, namespace: payments, labels: {pci: \"true\"}, "
                      "annotations: {postern.dev/revision: abc}}\n"
                      "spec:\n  listeners: [{name: main, address: 127.0.0.1:8080}]\n"
                      "  upstreams: [{name: app, endpoints: [{address: 127.0.0.1:9000}]}]\n";
    text +=
        "  routes:\n" +
        (routes.isEmpty() ? QByteArray("    - {name: all, match: {path: /**}, upstream: app}\n") : routes);
    if (!policies.isEmpty())
        text += "  policies:\n" + policies;
    return text + more;
}

inline QByteArray baselineText(const QByteArray& name, const QByteArray& spec)
{
    return "apiVersion: postern.dev/v1alpha1\nkind: GatewayBaseline\nmetadata: {name: " + name +
           "}\nspec:\n" + spec;
}

} // namespace postern::test

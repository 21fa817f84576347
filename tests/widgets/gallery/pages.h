#pragma once

#include <QList>
#include <QString>

class QWidget;

namespace postern::gallery {

struct Page
{
    QString name;
    QWidget* (*make)();
};

const QList<Page>& pages();

QWidget* makeFleetPage();
QWidget* makeApiPage();
QWidget* makeEditPage();
QWidget* makeStatesPage();
QWidget* makePartsPage();

/// The frame around a page: navigation, breadcrumb, pills.
QWidget* framed(QWidget* page, const QString& current, const QStringList& path);

} // namespace postern::gallery

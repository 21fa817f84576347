#include "models/items/findings_model.h"

#include "models/fleet/health.h"
#include "models/items/roles.h"

#include <QFileInfo>

namespace postern {
namespace {

QString text(const Finding& finding, int column)
{
    switch (column) {
    case FindingsModel::Where: {
        const QString name = QFileInfo(finding.place.file).fileName();
        return finding.place.line > 0 ? QStringLiteral("%1:%2").arg(name).arg(finding.place.line) : name;
    }
    case FindingsModel::Path:
        return finding.place.path;
    case FindingsModel::Found:
        return finding.found;
    case FindingsModel::Expected:
        return finding.expected;
    case FindingsModel::Rule:
        return finding.rule;
    default:
        return {};
    }
}

} // namespace

FindingsModel::FindingsModel(QObject* parent) : RowModel(parent) {}

void FindingsModel::setFindings(std::vector<Finding> findings)
{
    // The same finding twice says nothing more, and would be one row twice.
    std::vector<Finding> once;
    QSet<QString> seen;
    for (Finding& finding : findings) {
        const QString key = keyOf(finding);
        if (seen.contains(key))
            continue;
        seen.insert(key);
        once.push_back(std::move(finding));
    }
    setRows(std::move(once));
}

const Finding* FindingsModel::finding(const QModelIndex& index) const { return rowAt(index); }

int FindingsModel::columnCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : ColumnCount; }

QVariant FindingsModel::data(const QModelIndex& index, int role) const
{
    const Finding* finding = rowAt(index);
    if (!finding)
        return {};
    switch (role) {
    case Qt::DisplayRole:
        return text(*finding, index.column());
    case Qt::ToolTipRole:
        return index.column() == Where ? finding->place.text() : text(*finding, index.column());
    case SortRole:
        return index.column() == Where ? QVariant(QStringLiteral("%1:%2:%3")
                                                      .arg(finding->place.file)
                                                      .arg(finding->place.line, 9, 10, QLatin1Char('0'))
                                                      .arg(finding->place.column, 9, 10, QLatin1Char('0')))
                                       : QVariant(text(*finding, index.column()));
    case StateRole:
        return static_cast<int>(finding->severity == Finding::Severity::Error ? Health::Bad : Health::Watch);
    case CopyRole:
        return finding->text();
    case KeyRole:
        return keyOf(*finding);
    default:
        return {};
    }
}

QString FindingsModel::keyOf(const Finding& row) const { return row.text(); }

bool FindingsModel::sameCell(const Finding& before, const Finding& after, int column) const
{
    return before.severity == after.severity && text(before, column) == text(after, column);
}

} // namespace postern

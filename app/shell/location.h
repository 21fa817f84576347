#pragma once

#include <QMetaType>
#include <QString>

namespace postern {

/// A place in the console that one can go to, and come back to. A value.
struct Location
{
    enum class Page { Fleet, Api, Policies, PolicyEditor, Rollouts, Sources };

    Page page = Page::Fleet;
    QString api;  ///< `namespace/name`; of the API page, and of the editor where an API's policy is meant
    QString file; ///< of the editor: the document, in the repository
    QString path; ///< of the editor: the policy's path in the document; empty: the document as a whole

    friend bool operator==(const Location&, const Location&) = default;

    static Location fleet() { return {}; }
    static Location ofApi(const QString& api)
    {
        return {.page = Page::Api, .api = api, .file = {}, .path = {}};
    }
    static Location ofPage(Page page) { return {.page = page, .api = {}, .file = {}, .path = {}}; }
    static Location ofPolicy(const QString& file, const QString& path)
    {
        return {.page = Page::PolicyEditor, .api = {}, .file = file, .path = path};
    }
};

} // namespace postern

Q_DECLARE_METATYPE(postern::Location)

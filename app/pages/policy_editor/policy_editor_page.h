#pragma once

#include "app/shell/page.h"
#include "app/workspace/edit_session.h"
#include "app/workspace/policy_place.h"
#include "app/workspace/publisher.h"

#include <QPointer>

class QPushButton;

namespace postern {

class Card;
class CommitPanel;
class PageHeading;
class PolicyForm;
class SemanticDiffView;
class StateView;
class StatusPill;
class Workspace;
class YamlEditor;

/// One policy, as a form and as the YAML it stands in, both live; what changes in effect; the commit.
class PolicyEditorPage final : public Page
{
    Q_OBJECT
public:
    explicit PolicyEditorPage(Workspace& workspace, QWidget* parent = nullptr);

    void visit(const Location& location) override;
    [[nodiscard]] std::vector<Crumb> breadcrumb() const override;
    void focusFilter() override;
    void commit() override;
    [[nodiscard]] bool isSettled() const override;

    /// Opens the policy \a policy that \a api's document writes for all its routes. False when there is none.
    bool openPolicy(const QString& api, const QString& policy);
    /// Null before a document is open.
    [[nodiscard]] EditSession* session() const { return m_session; }
    [[nodiscard]] const std::optional<PolicyPlace>& place() const { return m_place; }
    /// Whether the edit may be pushed as it is now.
    [[nodiscard]] bool canPush() const;

public Q_SLOTS:
    void push();
    void undo();

private:
    [[nodiscard]] QWidget* makeContent();
    void connectParts();
    void connectWorkspace();
    void openWanted();
    void take(EditSession* session);
    void onJudged();
    void findPlace();
    void showText(const QByteArray& text);
    void showForm();
    void showFindings();
    void showVerdict();
    void showEffect();
    void showCommit();
    void showHeading();
    void showBanner();
    void proposeMessage();
    void spliceForm(const std::function<Result<void>(YamlEdit&, const QString&)>& change);
    void askToDiscard();
    void onPushFailed(const QString& file, const Error& error);
    void onPushed(const Publisher::Publication& publication);
    [[nodiscard]] QString pushWords() const;
    [[nodiscard]] QString documentName() const;

    Workspace& m_workspace;
    Location m_wanted;
    QPointer<EditSession> m_session;
    std::optional<PolicyIdentity> m_identity;
    std::optional<PolicyPlace> m_place;
    bool m_reveal = false; ///< the policy was just gone to: its lines come into view
    QString m_proposed;    ///< the message we last proposed: replaced while the user leaves it
    QString m_pushed;      ///< the commit that this page pushed last
    QString m_pushedFile;
    PageHeading* m_heading;
    QPushButton* m_undo;
    PolicyForm* m_form;
    Card* m_yamlCard;
    StatusPill* m_verdict;
    YamlEditor* m_editor;
    SemanticDiffView* m_effect;
    CommitPanel* m_commit;
    StateView* m_state;
};

} // namespace postern

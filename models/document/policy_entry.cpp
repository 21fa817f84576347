#include "models/document/policy_entry.h"

namespace postern {

namespace {

constexpr Choice<Mode> modes[] = {
    {"enforce", Mode::Enforce, "Decides, and acts on it."},
    {"shadow", Mode::Shadow, "Decides and counts, and lets everything pass."},
    {"off", Mode::Off, "Does nothing."},
};

constexpr Choice<Override> overrides[] = {
    {"locked", Override::Locked, "No document may have a policy of this name."},
    {"default", Override::Default, "A document's policy of the same name and type replaces it."},
};

Record<PolicyEntry> entryRecord(const char* help)
{
    return record<PolicyEntry>("policy", help)
        .field("name", &PolicyEntry::name,
               "What the policy is called: its identity in merges, metrics and logs.")
        .required()
        .matching(text_rules::name())
        .field("type", &PolicyEntry::type, "What the policy does: one of the policy types.")
        .required()
        .field("mode", &PolicyEntry::mode, "Whether the policy acts, only counts, or is off.")
        .field("config", &PolicyEntry::config, "The type's own fields.")
        .placeIn(&PolicyEntry::place);
}

} // namespace

std::span<const Choice<Mode>> choicesOf(Mode) { return modes; }

std::span<const Choice<Override>> choicesOf(Override) { return overrides; }

const Record<PolicyEntry>& policyRecord()
{
    static const auto instance = entryRecord("One policy of an API or a route.");
    return instance;
}

const Record<PolicyEntry>& baselinePolicyRecord()
{
    static const auto instance =
        entryRecord("One policy that APIs get from a baseline.")
            .field("override", &PolicyEntry::override, "Whether documents may replace the policy.");
    return instance;
}

} // namespace postern

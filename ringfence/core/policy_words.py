"""What is said when a policy pack is refused."""

from __future__ import annotations

from ringfence.core.words import N_

_WHERE = N_("Pack {pack}, section [{section}], field {field}, line {line}.")
_RUN = N_("Correct the pack and run `ringfence policy check`.")

REFUSALS: dict[str, tuple[str, str, str]] = {
    "policy_pack_unknown": (
        N_("No policy pack is called {pack}."),
        N_("Packs at hand: {known}."),
        N_("Did you mean {nearest}? Otherwise put the pack's file into the policy folder."),
    ),
    "policy_version_gone": (
        N_("The pack version {part}, part of {version}, is no longer in the policy folders."),
        N_("Versions of this pack at hand: {held}."),
        N_("Put the file of {part} back; old versions are kept so that past decisions can be explained."),
    ),
    "policy_not_toml": (
        N_("{file} cannot be read as a policy pack."),
        N_("The reader says: {found}."),
        N_("Save the file as TOML in UTF-8 and run `ringfence policy check`."),
    ),
    "policy_pack_twice": (
        N_("{file} is the pack {pack} a second time."),
        N_("{other} already holds {pack}."),
        N_("Raise the version number of the newer one, or take one file away."),
    ),
    "policy_header_missing": (
        N_("{file} has no [pack] table."),
        N_("A pack says its id, version, title and kind in [pack]."),
        N_("Add the table; any shipped pack shows how it looks."),
    ),
    "policy_extends_unpinned": (
        N_("{pack} extends {found} without a version."),
        _WHERE,
        N_("Write the version too, such as base@1, so that a stored version always means the same numbers."),
    ),
    "policy_extends_unknown": (
        N_("{pack} extends {extends}, which is not in the policy folders."),
        N_("The nearest pack at hand is {nearest}."),
        N_("Correct the name or add the missing pack."),
    ),
    "policy_extends_cycle": (
        N_("{pack} extends {extends}, which leads back to it."),
        N_("The chain is {chain}."),
        N_("Take one of these links away."),
    ),
    "policy_extends_unlike": (
        N_("{pack} is of kind {kind} and cannot extend {extends}, which is of kind {other}."),
        N_("An overlay extends overlays only; other packs never extend an overlay."),
        N_("Change `extends` or `kind`."),
    ),
    "policy_overlay_alone": (
        N_("{pack} is an overlay and cannot be used by itself."),
        N_("An overlay holds only what a place does differently."),
        N_("Choose a disease pack and lay {pack} over it."),
    ),
    "policy_not_an_overlay": (
        N_("{overlay} is not an overlay and cannot be laid over {pack}."),
        N_('Only packs with kind = "overlay" can be laid over others.'),
        N_("Choose it as the pack itself, or choose an overlay."),
    ),
    "policy_overlay_unfit": (
        N_("{overlay} is for {theirs} and cannot be laid over {pack}."),
        N_("{pack} is for {ours}."),
        N_("Choose an overlay for {ours} or for any disease."),
    ),
    "policy_section_unknown": (
        N_("{pack} has a section [{section}], but no desk is called so."),
        N_("Desks with numbers: {known}. The section is on line {line} of {file}."),
        N_("Did you mean [{nearest}]?"),
    ),
    "policy_field_unknown": (
        N_("{pack} gives a number {field} that the desk {section} does not know."),
        _WHERE,
        N_("Did you mean {nearest}? Correct the name and run `ringfence policy check`."),
    ),
    "policy_field_missing": (
        N_("{pack} lacks the number {field} of the desk {section}."),
        N_("Neither the pack nor anything it extends or is overlaid with gives it."),
        N_("Add it to [{section}] with its source and certainty."),
    ),
    "policy_entry_incomplete": (
        N_("{pack} does not say {field}."),
        _WHERE,
        N_("Add it and run `ringfence policy check`."),
    ),
    "policy_wrong_type": (N_("{field} is {found}; it should be {wanted}."), _WHERE, _RUN),
    "policy_out_of_range": (N_("{field} is {found}; it must lie from {least} to {most}."), _WHERE, _RUN),
    "policy_out_of_order": (N_("{low} is greater than {high}."), N_("Pack {pack}, section [{section}]."), _RUN),
    "policy_choice_unknown": (
        N_("{field} is {found}, which is none of: {known}."),
        _WHERE,
        N_("Did you mean {nearest}? Correct the pack and run `ringfence policy check`."),
    ),
    "policy_unsourced": (
        N_("The number {field} in {pack} has no source."),
        _WHERE,
        N_("Add it to [{section}.source]: issuer, title, edition or date."),
    ),
    "policy_certainty_missing": (
        N_("The number {field} in {pack} has no certainty."),
        _WHERE,
        N_("Add S, F1, F2, F3, K or D to [{section}.certainty]."),
    ),
    "policy_formula_missing": (
        N_("The number {field} in {pack} must have a formula if, and only if, its certainty is D."),
        _WHERE,
        N_("Write how it is derived into [{section}.formula], or correct its certainty."),
    ),
    "policy_source_for_nothing": (
        N_("[{section}.{table}] of {pack} names {field}, but the pack gives no such number."),
        _WHERE,
        N_("Did you mean {nearest}? Correct the name or take the line away."),
    ),
    "policy_name_unknown": (
        N_("{field} names {found}, which this pack does not list under {listed}."),
        N_("Pack {pack}, section [{section}]."),
        N_("Did you mean {nearest}? Add it to [{section}.{listed}] or correct the name."),
    ),
    "policy_number_unknown": (
        N_("The desk {desk} has no number {field} under {pack}."),
        N_("The nearest number it has is {nearest}."),
        N_("Correct the name; the reference of policy numbers lists them all."),
    ),
    "policy_desk_unknown": (
        N_("No desk with numbers is called {desk}."),
        N_("Desks with numbers: {known}."),
        N_("Did you mean {nearest}?"),
    ),
}

LABELS: dict[str, str] = {
    "certainty.S": N_("stated in a source article"),
    "certainty.F1": N_("official text"),
    "certainty.F2": N_("secondary source that agrees with another"),
    "certainty.F3": N_("seen once; needs sign-off"),
    "certainty.K": N_("unverified"),
    "certainty.D": N_("derived"),
}

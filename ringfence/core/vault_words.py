"""The words of the vault."""

from __future__ import annotations

from ringfence.core.words import N_

REFUSALS: dict[str, tuple[str, str, str]] = {
    "identity_erased": (
        N_("The identity of this person was erased."),
        N_("Their key is destroyed; what was sealed under it can be read by nobody."),
        N_("If the person is met again, enter them as new."),
    ),
    "sealed_text_altered": (
        N_("A sealed {what} does not open: it was altered or damaged, or belongs to another person."),
        N_("The seal does not match. Nothing of it is shown."),
        N_("Tell the administrator, who restores it from a backup."),
    ),
    "site_key_missing": (
        N_("The key {key} is missing from {folder}."),
        N_("Without it, what it sealed cannot be opened; no new key was made in its place."),
        N_("Restore the folder of keys from its backup."),
    ),
    "site_key_open_to_others": (
        N_("The key {key} in {folder} can be read by other users of this machine."),
        N_("Keys must be readable by their owner alone."),
        N_("Change the file's mode to 600, and consider a new wrapping key."),
    ),
    "site_key_broken": (
        N_("The key {key} in {folder} does not have 32 bytes."),
        N_("It was cut short or is another file."),
        N_("Restore the folder of keys from its backup."),
    ),
}

LABELS: dict[str, str] = {
    "sealed.text": N_("text"),
    "sealed.key": N_("key"),
}

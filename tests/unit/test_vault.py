"""The vault: what is sealed opens for its owner alone, and a destroyed key opens nothing."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringfence.core.errors import Refused
from ringfence.core.vault import DESTROYED, WRAPPED_BYTES, Vault


@pytest.fixture(scope="module")
def vault(tmp_path_factory: pytest.TempPathFactory) -> Vault:
    return Vault.open(tmp_path_factory.mktemp("home") / "keys")


@given(text=st.text(), owner=st.binary(max_size=20))
def test_a_sealed_text_opens_again(vault: Vault, text: str, owner: bytes) -> None:
    key = vault.new_key(owner)
    assert vault.unseal(key, vault.seal(key, text, owner), owner) == text


def test_the_same_text_never_looks_the_same_and_never_shows(vault: Vault) -> None:
    key = vault.new_key()
    one, other = vault.seal(key, "wang wei"), vault.seal(key, "wang wei")
    assert one != other
    assert b"wang" not in key


@given(flipped=st.integers(0, 8 * (12 + 8 + 16) - 1))
def test_one_altered_bit_is_refused(vault: Vault, flipped: int) -> None:
    key = vault.new_key()
    sealed = bytearray(vault.seal_bytes(key, b"eight by"))
    sealed[flipped // 8] ^= 1 << flipped % 8
    with pytest.raises(Refused, match="sealed_text_altered"):
        vault.unseal_bytes(key, bytes(sealed))


@pytest.mark.parametrize("broken", ["", "no base64!", "AAAA", "王伟"])
def test_what_is_no_sealed_text_is_refused(vault: Vault, broken: str) -> None:
    with pytest.raises(Refused, match="sealed_text_altered"):
        vault.unseal(vault.new_key(), broken)


def test_a_key_moved_to_another_person_is_refused(vault: Vault) -> None:
    key = vault.new_key(b"ana")
    with pytest.raises(Refused, match="sealed_text_altered"):
        vault.seal(key, "text", b"bo")


def test_a_destroyed_key_opens_nothing(vault: Vault) -> None:
    with pytest.raises(Refused, match="identity_erased"):
        vault.unseal(DESTROYED, vault.seal(vault.new_key(), "text"))


def test_many_people_are_sealed_as_one_is(vault: Vault) -> None:
    owners = [b"%d" % place for place in range(50)]
    keys, sealed = vault.sealed_people(owners, owners)
    for place, owner in enumerate(owners):
        key = keys[place * WRAPPED_BYTES : (place + 1) * WRAPPED_BYTES]
        assert vault.unseal_bytes(key, sealed[place], owner) == owner


@given(texts=st.lists(st.text(max_size=20), max_size=20))
def test_blind_hashes_of_many_are_those_of_each(vault: Vault, texts: list[str]) -> None:
    many = struct.unpack(f"<{len(texts)}q", vault.blinds("phone", texts))
    assert list(many) == [vault.blind("phone", text) for text in texts]


def test_blind_hashes_differ_by_kind_and_by_site(vault: Vault, tmp_path: Path) -> None:
    elsewhere = Vault.open(tmp_path / "keys")
    hashes = {vault.blind("phone", "1"), vault.blind("id_number", "1"), elsewhere.blind("phone", "1")}
    assert len(hashes) == 3
    assert vault.blind("phone", "1") == Vault.open(vault.folder).blind("phone", "1")


def test_a_pseudonym_holds_within_an_export_only(vault: Vault) -> None:
    assert vault.pseudonym("a", "person_x") == vault.pseudonym("a", "person_x")
    assert len({vault.pseudonym(export, person) for export in "ab" for person in ("person_x", "person_y")}) == 4


def test_one_persons_vault_opens_its_own_and_nothing_else(vault: Vault) -> None:
    ana, bo = (vault.of(vault.new_key(owner), owner) for owner in (b"ana", b"bo"))
    sealed = ana.seal_bytes(b"a file")
    assert ana.open_bytes(sealed) == b"a file"
    with pytest.raises(ValueError, match="sealed_text_altered"):
        bo.open_bytes(sealed)
    with pytest.raises(ValueError, match="identity_erased"):
        vault.of(DESTROYED, b"ana").open_bytes(sealed)


# -- key files --------------------------------------------------------------------------------------------------------


def test_keys_are_made_once_and_are_readable_by_their_owner_alone(tmp_path: Path) -> None:
    key = Vault.open(tmp_path / "keys").new_key()
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "keys").iterdir()} == {0o600}
    again = Vault.open(tmp_path / "keys")
    assert again.unseal(key, again.seal(key, "text")) == "text"


@pytest.mark.parametrize("name", ["wrapping-1.key", "blind.key", "export.key"])
def test_a_lost_key_is_missed_and_not_made_anew(tmp_path: Path, name: str) -> None:
    Vault.open(tmp_path / "keys")
    (tmp_path / "keys" / name).unlink()
    with pytest.raises(Refused, match="site_key_missing"):
        Vault.open(tmp_path / "keys")


def test_a_key_others_can_read_is_refused(tmp_path: Path) -> None:
    Vault.open(tmp_path / "keys")
    (tmp_path / "keys" / "blind.key").chmod(0o640)
    with pytest.raises(Refused, match="site_key_open_to_others"):
        Vault.open(tmp_path / "keys")


def test_a_cut_key_is_refused(tmp_path: Path) -> None:
    Vault.open(tmp_path / "keys")
    (tmp_path / "keys" / "blind.key").write_bytes(b"short")
    with pytest.raises(Refused, match="site_key_broken"):
        Vault.open(tmp_path / "keys")


def test_turning_the_wrapping_key(tmp_path: Path) -> None:
    vault = Vault.open(tmp_path / "keys")
    old = vault.new_key(b"ana")
    sealed = vault.seal(old, "text", b"ana")
    vault.turn_wrapping_key()
    assert vault.unseal(old, sealed, b"ana") == "text"
    new = vault.rewrap(old, b"ana")
    assert new != old
    assert vault.is_current(new)
    assert not vault.is_current(old)
    assert vault.rewrap(DESTROYED) == DESTROYED
    vault.retire_wrapping_keys()
    again = Vault.open(tmp_path / "keys")
    assert again.unseal(new, sealed, b"ana") == "text"
    with pytest.raises(Refused, match="site_key_missing"):
        again.unseal(old, sealed, b"ana")


# -- attachments ------------------------------------------------------------------------------------------------------

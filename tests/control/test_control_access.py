"""Roles come from the kernel's word about the peer, and any doubt means no."""

from __future__ import annotations

import os
import socket

import pytest

from daemon.control.access import Access, Peer, group_id, operator_of, peer_of
from daemon.errors import Invalid
from daemon.protocol import Role

ACCESS = Access(own_uid=990, viewer_gid=50, approver_gid=60)


@pytest.mark.parametrize(
    ("uid", "gids", "role"),
    [
        (990, set(), Role.APPROVER),
        (0, set(), Role.APPROVER),
        (1000, {50, 60}, Role.APPROVER),
        (1000, {60}, Role.APPROVER),
        (1000, {7, 50}, Role.VIEWER),
        (1000, {7}, None),
        (1000, set(), None),
    ],
)
def test_role_of_a_peer(uid: int, gids: set[int], role: Role | None) -> None:
    assert ACCESS.role(Peer(uid, frozenset(gids))) is role


def test_without_groups_nobody_else_has_access() -> None:
    access = Access(own_uid=990)
    assert access.role(Peer(1000, frozenset({0, 50, 990}))) is None


def test_peer_is_this_process() -> None:
    ours, theirs = socket.socketpair(socket.AF_UNIX)
    with ours, theirs:
        peer = peer_of(ours)
    assert peer.uid == os.getuid()
    assert {os.getgid(), *os.getgroups()} == peer.gids


def test_a_peer_that_cannot_be_named_is_an_error() -> None:
    with socket.socket(socket.AF_INET) as other, pytest.raises(OSError, match=r"."):
        peer_of(other)


def test_unknown_uid_is_named_by_its_number() -> None:
    operator = operator_of(Peer(3_999_999, frozenset({50})), ACCESS)
    assert operator is not None
    assert operator.login == "uid 3999999"


def test_socket_goes_to_the_viewers_else_to_the_approvers() -> None:
    assert ACCESS.socket_gid == 50
    assert Access(own_uid=1, approver_gid=60).socket_gid == 60
    assert Access(own_uid=1).socket_gid is None


def test_unknown_group_is_refused_by_name() -> None:
    assert group_id("") is None
    with pytest.raises(Invalid, match="no-such-group"):
        group_id("no-such-group")

"""Who is on the other end of the socket, and what they may do. The kernel is asked; on any error the answer is no."""

from __future__ import annotations

import grp
import pwd
import socket
import struct
from dataclasses import dataclass

from daemon.errors import Invalid
from daemon.protocol import Operator, Role

_PEERCRED = struct.Struct("3i")
_SO_PEERGROUPS = 59
_GROUPS_BYTES = 1024
_ROOT = 0


@dataclass(frozen=True, slots=True)
class Peer:
    """A process as the kernel names it at the time it connected: never believed from anything it says."""

    uid: int
    gids: frozenset[int]


@dataclass(frozen=True, slots=True)
class Access:
    """The rules: the daemon's own user and root approve; groups give the rest their roles (None = no such group)."""

    own_uid: int
    viewer_gid: int | None = None
    approver_gid: int | None = None

    def role(self, peer: Peer) -> Role | None:
        """The role of a peer; None means no access."""
        if peer.uid in {self.own_uid, _ROOT} or self.approver_gid in peer.gids:
            return Role.APPROVER
        return Role.VIEWER if self.viewer_gid in peer.gids else None

    @property
    def socket_gid(self) -> int | None:
        """The group that the socket belongs to; None leaves it to the daemon's own."""
        return self.viewer_gid if self.viewer_gid is not None else self.approver_gid


def group_id(name: str) -> int | None:
    """The id of a configured group; None for "". Raises ``Invalid`` for an unknown one."""
    if not name:
        return None
    try:
        return grp.getgrnam(name).gr_gid
    except KeyError as error:
        raise Invalid(f"no group named {name!r}", hint=f"create it: groupadd --system {name}") from error


def peer_of(sock: socket.socket) -> Peer:
    """The process that connected; raises ``OSError`` if the kernel does not say."""
    _, uid, gid = _PEERCRED.unpack(sock.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _PEERCRED.size))
    groups = sock.getsockopt(socket.SOL_SOCKET, _SO_PEERGROUPS, _GROUPS_BYTES)
    return Peer(uid, frozenset({gid, *struct.unpack(f"{len(groups) // 4}I", groups)}))


def operator_of(peer: Peer, access: Access) -> Operator | None:
    """The operator behind a peer; None if it has no access."""
    role = access.role(peer)
    return Operator(uid=peer.uid, login=_login(peer.uid), role=role) if role else None


def _login(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"uid {uid}"

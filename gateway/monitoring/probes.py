"""Probes: each asks one thing that the platform depends on, and returns what it found; any exception means down."""

import asyncio
import os
import resource
import shutil
import ssl
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx

from gateway.databases import migrations
from gateway.settings.integrations import MailServer
from persistence import redis_recovery
from persistence.database import Database
from persistence.monitoring import server_state
from persistence.redis_client import AnyRedis
from persistence.replicas.read_replicas import ReadReplicas

Found = dict[str, Any]
_READY = b"220"
_FOLDER_ALMOST_FULL = 0.1
_PAGE = os.sysconf("SC_PAGE_SIZE")
_STATM, _MEMINFO = Path("/proc/self/statm"), Path("/proc/meminfo")


class ProbeError(Exception):
    """What was asked answers, and is not usable; the message is a sentence of ours."""


async def postgres(database: Database) -> Found:
    """Return the version of Postgres, the migration that it is at, its role and the lag of its replicas."""
    found = await server_state.read(database)
    state = "behind" if migrations.is_behind(found.migration) else "read_only" if found.is_read_only else "up"
    return {
        "state": state,
        "version": found.version,
        "migration": found.migration,
        "newest_migration": migrations.newest(),
        "is_replica": found.is_replica,
        "replay_lag_s": found.replay_lag_s,
        "replicas": found.replicas,
        "pool": {
            "in_use": database.load.in_use,
            "idle": database.load.idle,
            "waiting": database.load.waiting,
        },
    }


async def redis(client: AnyRedis) -> Found:
    """Write to Redis, and return its version, memory and role."""
    await redis_recovery.probe(client)
    info: Mapping[str, Any] = await client.info()
    if "redis_version" not in info:  # a cluster answers by node
        info = next(iter(info.values()))
    names = ("redis_version", "role", "used_memory", "maxmemory", "connected_clients")
    return {"state": "up"} | {name: info[name] for name in names if name in info}


async def replicas(found: ReadReplicas) -> Found:
    """Return which read replicas queries use, or why they do not, and how late each is; the primary serves without."""
    return {
        "state": "up",
        "servers": {
            each.name: {
                "used": each.absence is None,
                "absence": None if each.absence is None else each.absence.value,
                "lag_s": None if each.lag_s is None else round(each.lag_s, 3),
            }
            for each in found.states
        },
    }


async def mail_server(server: MailServer) -> Found:
    """Wait for the greeting of the mail server, and leave without sending anything."""
    tls = ssl.create_default_context() if server.scheme == "smtps" else None
    reader, writer = await asyncio.open_connection(server.host, server.port, ssl=tls)
    try:
        greeting = await reader.readline()
        if not greeting.startswith(_READY):
            raise ProbeError("The server did not greet as a mail server that is ready.")
        writer.write(b"QUIT\r\n")
        await writer.drain()
    finally:
        writer.close()
    return {"state": "up"}


async def http_server(client: httpx.AsyncClient, url: str, *, statuses: range = range(600)) -> Found:
    """Ask a server with GET, without keys; an answer outside of `statuses` raises ProbeError."""
    response = await client.get(url)
    if response.status_code not in statuses:
        raise ProbeError(f"The server answered {response.status_code}.")
    return {"state": "up", "status": response.status_code}


def disk(folder: Path) -> Found:
    """Return how much space the disk of a folder has; `low` is less than a tenth."""
    place = folder.absolute()
    while not place.exists():
        place = place.parent
    usage = shutil.disk_usage(place)
    state = "low" if usage.free < _FOLDER_ALMOST_FULL * usage.total else "up"
    return {"state": state, "total_bytes": usage.total, "free_bytes": usage.free}


def memory() -> Found:
    """Return the memory of this process, and where the system tells that of the machine."""
    found: Found = {
        "state": "up",
        "largest_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1_024,
    }
    if _STATM.exists():
        found["process_bytes"] = int(_STATM.read_text().split()[1]) * _PAGE
    if _MEMINFO.exists():
        lines = dict(line.split(":", 1) for line in _MEMINFO.read_text().splitlines() if ":" in line)
        for name, key in (("machine_bytes", "MemTotal"), ("machine_available_bytes", "MemAvailable")):
            if key in lines:
                found[name] = int(lines[key].split()[0]) * 1_024
    return found

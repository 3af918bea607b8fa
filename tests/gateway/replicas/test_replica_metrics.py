"""Replica metrics, and settings that need each other."""

import pytest

from gateway.monitoring import replica_metrics
from gateway.settings import environment
from gateway.settings.environment import SettingsError
from gateway.telemetry.prometheus import Exposition
from persistence.replicas.read_replicas import ReadReplicas
from persistence.replicas.replica import Absence, Replica
from tests.support.clients.prometheus import Samples


def test_metrics_name_the_reads_and_the_state_of_each_replica() -> None:
    used, late = (Replica(name, None) for name in ("a:5432", "b:5432"))  # type: ignore[arg-type]
    replicas = ReadReplicas([used, late], clock=lambda: 50.0)
    used.stay(49.5)
    used.reads, replicas.primary_reads = 3, 2
    used.fallbacks["conflict"] = 1
    late.leave(Absence.LATE, 45.0)

    samples = Samples(Exposition(lambda: replica_metrics.families(replicas)).text().decode())

    assert [samples("reads_total", server=name) for name in ("primary", "a:5432", "b:5432")] == [2, 3, 0]
    assert [samples("replica_used", server=name) for name in ("a:5432", "b:5432")] == [1, 0]
    assert [samples("replica_lag_seconds", server=name) for name in ("a:5432", "b:5432")] == [0.5, 5]
    assert samples("replica_fallbacks_total", server="a:5432", reason="conflict") == 1
    assert samples("writes_unshared_total") == 0


def test_there_are_no_such_metrics_without_replicas() -> None:
    assert list(replica_metrics.families(None)) == []


def test_production_needs_redis_with_replicas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUESTPATH_ENV", "production")
    monkeypatch.setenv("QUESTPATH_SECRET", "x9" * 20)
    monkeypatch.setenv("QUESTPATH_HOSTS", "api.example.org")
    monkeypatch.setenv("DATABASE_URL", "postgresql://user@db.example.org/questpath")
    monkeypatch.setenv(
        "DATABASE_REPLICA_URLS", "postgresql://user:s3cret@a/questpath, postgresql://b/questpath"
    )
    monkeypatch.delenv("REDIS_URL", raising=False)

    with pytest.raises(SettingsError) as refused:
        environment.read()
    monkeypatch.setenv("REDIS_URL", "redis://redis.example.org/0")
    settings = environment.read()

    assert "REDIS_URL must be set in production with DATABASE_REPLICA_URLS" in str(refused.value)
    assert len(settings.database_replica_urls) == 2
    assert "s3cret" not in repr(settings)

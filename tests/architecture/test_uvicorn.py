"""uvicorn: the names and signatures of its internals that we subclass or call, which any minor version may change."""

import asyncio
import importlib
import importlib.metadata
import inspect
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

VERSION = "0.54"
HTTP = "uvicorn.protocols.http.httptools_impl"
WEBSOCKET = "uvicorn.protocols.websockets.websockets_sansio_impl"
SUPERVISOR = "uvicorn.supervisors.multiprocess"
PROTOCOL_INIT = "config server_state app_state _loop"
METHODS = {
    f"{HTTP}.HttpToolsProtocol": {
        "__init__": PROTOCOL_INIT,
        "connection_made": "transport",
        "connection_lost": "exc",
        "pause_writing": "",
        "resume_writing": "",
        "data_received": "data",
        "on_message_begin": "",
        "on_header": "name value",
        "on_headers_complete": "",
        "on_body": "body",
        "on_message_complete": "",
        "on_response_complete": "",
        "handle_websocket_upgrade": "",
        "shutdown": "",
        "_should_upgrade": "",
        "_start_asgi_task": "cycle app",
    },
    f"{HTTP}.RequestResponseCycle": {
        "__init__": (
            "scope transport flow logger access_logger access_log default_headers message_event "
            "expect_100_continue keep_alive on_response"
        ),
        "run_asgi": "app",
        "send": "message",
        "receive": "",
    },
    "uvicorn.protocols.http.flow_control.FlowControl": {
        "__init__": "transport",
        "drain": "",
        "pause_reading": "",
        "resume_reading": "",
    },
    f"{WEBSOCKET}.WebSocketsSansIOProtocol": {
        "__init__": PROTOCOL_INIT,
        "connection_lost": "exc",
        "pause_writing": "",
        "resume_writing": "",
        "run_asgi": "",
        "handle_cont": "event",
        "handle_parser_exception": "",
    },
    "uvicorn.server.ServerState": {"__init__": ""},
    "uvicorn.server.Server": {
        "__init__": "config",
        "serve": "sockets",
        "startup": "sockets",
        "shutdown": "sockets",
        "handle_exit": "sig frame",
        "capture_signals": "",
    },
    f"{SUPERVISOR}.Multiprocess": {
        "__init__": "config sockets",
        "run": "",
        "init_processes": "",
        "keep_subprocess_alive": "",
        "handle_signals": "",
        "handle_hup": "",
        "handle_ttin": "",
        "handle_ttou": "",
        "restart_all": "",
        "terminate_all": "",
        "join_all": "",
    },
    f"{SUPERVISOR}.Process": {
        "__init__": "config sockets",
        "target": "sockets",
        "start": "",
        "is_alive": "timeout",
        "kill": "",
        "join": "",
    },
}
CALLED_BY_UVICORN = {
    "run": {"init_processes", "handle_signals", "keep_subprocess_alive", "terminate_all", "join_all"},
    "handle_hup": {"restart_all"},
}


def found(name: str) -> Any:
    module, _, attribute = name.rpartition(".")
    return getattr(importlib.import_module(module), attribute)


def missing(made: object, names: str) -> set[str]:
    return {name for name in names.split() if not hasattr(made, name)}


@contextmanager
def signal_handlers_restored() -> Iterator[None]:
    handlers = {number: signal.getsignal(number) for number in signal.valid_signals()}
    try:
        yield
    finally:
        for number, handler in handlers.items():
            if signal.getsignal(number) is not handler:
                signal.signal(number, handler)


def test_the_installed_version_is_the_one_whose_internals_we_subclass() -> None:
    installed = importlib.metadata.version("uvicorn")

    assert installed.startswith(f"{VERSION}."), (
        f"uvicorn {installed} is installed, but gateway/connections and gateway/processes subclass internals of {VERSION}. "
        "Read what changed in the classes that this module names, then change VERSION here and the bound in pyproject.toml."
    )


@pytest.mark.parametrize(
    ("name", "method"), [(name, method) for name, methods in METHODS.items() for method in methods]
)
def test_a_method_takes_what_we_rely_on(name: str, method: str) -> None:
    parameters = list(inspect.signature(vars(found(name))[method]).parameters)

    assert parameters == ["self", *METHODS[name][method].split()]


async def test_a_protocol_has_the_attributes_that_we_read_and_set() -> None:
    config = found("uvicorn.Config")(lambda: None, log_config=None)
    options = {"config": config, "server_state": found("uvicorn.server.ServerState")(), "app_state": {}}

    http = found(f"{HTTP}.HttpToolsProtocol")(**options)
    websocket = found(f"{WEBSOCKET}.WebSocketsSansIOProtocol")(**options)
    http.on_message_begin()

    shared = "app loop connections tasks transport"
    own = "server_state parser flow pipeline cycle scope headers url expect_100_continue"
    assert missing(http, f"{shared} {own}") == set()
    assert (
        missing(websocket, f"{shared} queue writable read_paused frames conn close_sent disconnected")
        == set()
    )
    assert websocket.handshake_complete is False
    assert websocket.frames == []
    assert http.headers is http.scope["headers"]


def test_a_request_has_the_attributes_that_we_read_and_set() -> None:
    cycle_type = found(f"{HTTP}.RequestResponseCycle")
    arguments = dict.fromkeys(METHODS[f"{HTTP}.RequestResponseCycle"]["__init__"].split())

    cycle = cycle_type(**arguments | {"expect_100_continue": True, "keep_alive": True})

    given = "scope transport flow message_event on_response keep_alive"
    assert missing(cycle, given) == set()
    assert cycle.waiting_for_100_continue
    assert cycle.more_body
    assert (cycle.disconnected, cycle.response_started, cycle.response_complete) == (False, False, False)
    assert cycle.receive.__self__ is cycle
    assert found(f"{HTTP}.STATUS_LINE")[200] == b"HTTP/1.1 200 OK\r\n"


def test_flow_control_tells_whether_it_paused() -> None:
    flow = found("uvicorn.protocols.http.flow_control.FlowControl")(asyncio.Transport())

    assert (flow.read_paused, flow.write_paused) == (False, False)


def test_the_server_has_the_attributes_that_we_read_and_set() -> None:
    state = found("uvicorn.server.ServerState")()
    server = found("uvicorn.server.Server")(found("uvicorn.Config")("", log_config=None))

    assert vars(state) == {"total_requests": 0, "connections": set(), "tasks": set(), "default_headers": []}
    assert missing(server, "server_state started should_exit force_exit") == set()
    assert "self.servers" in inspect.getsource(type(server).startup)


def test_the_supervisor_and_its_processes_have_the_attributes_that_we_read_and_set() -> None:
    config = found("uvicorn.Config")("", workers=2, log_config=None)
    with signal_handlers_restored():
        supervisor = found(f"{SUPERVISOR}.Multiprocess")(config, [])
    process = found(f"{SUPERVISOR}.Process")(config, [])

    try:
        assert missing(supervisor, "config sockets processes should_exit signal_queue") == set()
        assert supervisor.processes_num == 2
        assert missing(process, "parent_conn child_conn exitcode pid") == set()
        assert type(process.process).__name__ == "SpawnProcess"
    finally:
        process.parent_conn.close()
        process.child_conn.close()


@pytest.mark.parametrize("caller", CALLED_BY_UVICORN)
def test_the_supervisor_calls_the_methods_that_we_override(caller: str) -> None:
    source = inspect.getsource(vars(found(f"{SUPERVISOR}.Multiprocess"))[caller])

    assert all(f"self.{name}(" in source for name in CALLED_BY_UVICORN[caller])


def test_a_signal_without_a_handler_is_ignored_by_the_supervisor() -> None:
    handle_signals = found(f"{SUPERVISOR}.Multiprocess").handle_signals
    supervisor = type("Deaf", (), {"signal_queue": [signal.SIGTTIN], "handle_ttin": None})()

    handle_signals(supervisor)

    assert supervisor.signal_queue == []

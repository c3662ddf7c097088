"""No test reaches beyond loopback."""

import socket

import pytest


def test_connecting_elsewhere_is_stopped_before_a_packet_leaves() -> None:
    with socket.socket() as stranger, pytest.raises(RuntimeError, match=r"beyond loopback: 192\.0\.2\.1"):
        stranger.connect(("192.0.2.1", 80))


def test_names_are_not_looked_up_elsewhere() -> None:
    with pytest.raises(RuntimeError, match=r"beyond loopback: mailmill\.invalid"):
        socket.getaddrinfo("mailmill.invalid", 80)


def test_loopback_is_free() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()):
        assert socket.getaddrinfo("localhost", 80)

"""One POST: only to the public network, within its limits, whatever the other side does."""

import asyncio
import ssl
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from guanxi.webhooks.service import Sender, SendError

BODY = b'{"a":1}'


def sender(**terms: Any) -> Sender:
    return Sender(**{"is_allowed": lambda _: True, "seconds": 0.5, **terms})


async def drip(reader: Any, writer: Any) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\n")
    for _ in range(1_000):
        writer.write(b"x-slow: drip\r\n")
        await writer.drain()
        await asyncio.sleep(0.05)


async def hang(reader: Any, writer: Any) -> None:
    await asyncio.sleep(3)


async def flood(reader: Any, writer: Any) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 100000000\r\n\r\n")
    while True:
        writer.write(b"x" * 65_536)
        await writer.drain()


async def nonsense(reader: Any, writer: Any) -> None:
    writer.write(b"\x16\x03\x01 nonsense\r\n\r\n")
    await writer.drain()


async def test_a_status_is_told_as_it_was_answered(receiver: Any) -> None:
    receiver.answers = [200, 404, 500]

    found = [await sender().send(receiver.url, {"webhook-id": "m"}, BODY) for _ in range(3)]

    assert found == [200, 404, 500]
    assert (receiver.got[0].body, receiver.got[0].headers["content-type"]) == (BODY, "application/json")


@pytest.mark.parametrize(("behaviour", "reason"), [(drip, "longer"), (hang, "longer"), (nonsense, "no HTTP")])
async def test_who_answers_too_slowly_or_not_at_all_is_given_up(receiver: Any, behaviour: Any, reason: str) -> None:
    receiver.answers = [behaviour]
    started = time.monotonic()

    with pytest.raises(SendError, match=reason):
        await sender().send(receiver.url, {}, BODY)

    assert time.monotonic() - started < 60


async def test_an_endless_answer_is_cut(receiver: Any) -> None:
    receiver.answers = [flood]

    assert await asyncio.wait_for(sender(seconds=20).send(receiver.url, {}, BODY), 60) == 200


async def test_a_redirect_is_told_and_not_followed(receiver: Any) -> None:
    async def redirect(reader: Any, writer: Any) -> None:
        writer.write(f"HTTP/1.1 307 X\r\nlocation: {receiver.url}/elsewhere\r\ncontent-length: 0\r\n\r\n".encode())
        await writer.drain()

    receiver.answers = [redirect]

    assert await sender().send(receiver.url, {}, BODY) == 307
    assert [one.path for one in receiver.got] == ["/hook"]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "0177.0.0.1", "[::1]", "0.0.0.0"])
async def test_nothing_connects_to_this_machine_however_it_is_called(receiver: Any, host: str) -> None:
    with pytest.raises(SendError, match=r"public network|cannot be reached"):
        await Sender(seconds=5).send(f"http://{host}:{receiver.port}/", {}, BODY)

    assert receiver.got == []


async def test_a_name_that_changes_between_the_check_and_the_connection_gains_nothing(receiver: Any) -> None:
    asked: list[str] = []

    async def resolve(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["192.0.2.1"] if len(asked) == 1 else ["127.0.0.1"]  # what was checked is not reachable

    allowing = Sender(is_allowed=lambda one: one == "192.0.2.1", resolve=resolve, seconds=0.3)
    with pytest.raises(SendError, match=r"longer|reached"):
        await allowing.send(f"http://rebinding.example.com:{receiver.port}/", {}, BODY)

    assert (asked, receiver.got) == (["rebinding.example.com"], [])


async def test_one_private_address_among_public_ones_is_enough_to_refuse(receiver: Any) -> None:
    async def resolve(host: str, port: int) -> list[str]:
        return ["93.184.215.14", "10.0.0.7"]

    with pytest.raises(SendError, match="public network"):
        await Sender(resolve=resolve).send("https://mixed.example.com/", {}, BODY)


async def test_a_name_that_does_not_exist_cannot_be_reached() -> None:
    async def resolve(host: str, port: int) -> list[str]:
        raise OSError("no such name")

    with pytest.raises(SendError, match="cannot be reached"):
        await Sender(resolve=resolve).send("https://nowhere.example.com/", {}, BODY)


def certificate_of(name: str, folder: Path) -> ssl.SSLContext:
    """A server's side with a certificate that only itself vouches for, left in the folder."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    made = x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
    made = made.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
    made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
    made = made.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    plain = serialization.NoEncryption()
    (folder / "key.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    )
    (folder / "cert.pem").write_bytes(made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return context


async def test_the_certificate_is_held_against_the_name_though_an_address_is_connected_to(
    receiver: Any, tmp_path: Path
) -> None:
    async def resolve(host: str, port: int) -> list[str]:
        return ["127.0.0.1"]

    context = certificate_of("shop.example.com", tmp_path)
    server = await asyncio.start_server(receiver.serve, "127.0.0.1", 0, ssl=context)
    port = server.sockets[0].getsockname()[1]
    trusting = ssl.create_default_context(cafile=str(tmp_path / "cert.pem"))

    known = await sender(seconds=20, resolve=resolve, ssl_context=trusting).send(
        f"https://shop.example.com:{port}/", {}, BODY
    )
    for one, name in ((trusting, "other"), (None, "shop")):
        with pytest.raises(SendError, match=r"certificate|reached"):
            await sender(seconds=20, resolve=resolve, ssl_context=one).send(
                f"https://{name}.example.com:{port}/", {}, BODY
            )
    server.close()

    assert (known, len(receiver.got)) == (204, 1)

"""Certificates over HTTP: the page, the signed credential as others verify it, and the list of revoked ones."""

from typing import Any

import pytest
from joserfc.errors import BadSignatureError
from openbadgeslib.ob3 import OB3VerificationError

from domain.certificates.certificates import Certificate, NewCertificate, code_of
from domain.ids import CertificateId, UserId
from domain.unit_of_work import Meter
from tests.builders import a_user, mint
from tests.gateway.conftest import Live
from tests.support.roadmaps import store_roadmap
from tests.support.verifiers import verified_badge, verified_signature

NAME = '<b>Ада "漢字" עדה</b>'


async def a_certificate(live: Live, **values: Any) -> Certificate:
    """Store a certificate."""
    ports = live.app.pipeline.ports
    async with ports.open_work(Meter()) as work:
        author = await work.users.add(a_user())
        learner = await work.users.add(a_user())
        stored = await store_roadmap(work, author.id, {"a": []}, slug=mint("s").lower().replace("_", "-"))
        new: dict[str, Any] = {
            "id": CertificateId(mint("certificate")),
            "code": code_of(mint("x").encode()[-16:]),
            "user_id": learner.id,
            "roadmap_id": stored.roadmap.id,
            "version_id": stored.version.id,
            "name": NAME,
            "title": "Knots & <i>ropes</i>",
            "version_number": 1,
            "steps": 3,
            "checked_steps": 1,
            "completed_at": ports.now(),
            "issued_at": ports.now(),
        }
        return await work.certificates.add(NewCertificate(**new | values))


async def revoke(live: Live, certificate: Certificate) -> None:
    ports = live.app.pipeline.ports
    async with ports.open_work(Meter()) as work:
        by: UserId = certificate.user_id
        assert await work.certificates.revoke(certificate.code, reason="No.", revoked_by=by, now=ports.now())


def path_of(address: str) -> str:
    """Return the path of an address of the API, which is at localhost in tests."""
    return "/certificates" + address.partition("/certificates")[2]


async def documents_of(live: Live, certificate: Certificate) -> tuple[str, dict[str, Any], dict[str, bytes]]:
    """Return the signed credential, the key that its header names, and the status list that it names."""
    token = (await live.client.get(f"/certificates/{certificate.code}/credential")).text
    claims = (await live.client.get(f"/certificates/{certificate.code}/credential.json")).json()
    key_ids = (await live.client.get("/certificates/issuer")).json()["verificationMethod"]
    jwk = (await live.client.get(path_of(key_ids[0]))).json()
    address = claims["credentialStatus"]["statusListCredential"]
    return token, jwk, {address: (await live.client.get(path_of(address))).content}


async def test_independent_verifiers_accept_the_credential(live: Live) -> None:
    certificate = await a_certificate(live)

    token, jwk, lists = await documents_of(live, certificate)

    header = verified_signature(token, jwk)
    assert header["alg"] == "EdDSA"
    assert (await live.client.get(path_of(header["kid"]))).json() == jwk
    badge = verified_badge(token, jwk, lists)
    assert badge.achievement.name == "Knots & <i>ropes</i>"
    assert badge.id.endswith(f"/certificates/{certificate.code}")


async def test_the_key_is_in_the_key_set_too(live: Live) -> None:
    _, jwk, _ = await documents_of(live, await a_certificate(live))

    assert jwk in (await live.client.get("/.well-known/jwks.json")).json()["keys"]
    assert "d" not in jwk


async def test_they_refuse_another_key_and_changed_claims(live: Live) -> None:
    token, jwk, lists = await documents_of(live, await a_certificate(live))
    head, payload, signature = token.split(".")
    changed = f"{head}.{payload[:-4]}{'A' if payload[-4] != 'A' else 'B'}{payload[-3:]}.{signature}"
    other = jwk | {"x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}

    with pytest.raises(BadSignatureError):
        verified_signature(changed, jwk)
    with pytest.raises(OB3VerificationError):
        verified_badge(changed, jwk, lists)
    with pytest.raises(OB3VerificationError):
        verified_badge(token, other, lists)


async def test_they_refuse_a_revoked_credential_by_its_list_and_accept_its_neighbours(live: Live) -> None:
    certificates = [await a_certificate(live) for _ in range(10)]
    kept = [await documents_of(live, certificate) for certificate in certificates]
    await revoke(live, certificates[4])

    for place, (token, jwk, lists) in enumerate(kept):
        (address,) = lists
        now = {address: (await live.client.get(path_of(address))).content}
        if place == 4:
            with pytest.raises(OB3VerificationError, match="revocation"):
                verified_badge(token, jwk, now)
        else:
            assert verified_badge(token, jwk, now)


async def test_a_revoked_credential_is_gone(live: Live) -> None:
    certificate = await a_certificate(live)
    await revoke(live, certificate)

    for ending in ("credential", "credential.json"):
        response = await live.client.get(f"/certificates/{certificate.code}/{ending}")
        assert response.status_code == 410
        assert response.json()["errors"][0]["extensions"]["code"] == "GONE"


async def test_a_credential_is_no_access_token(live: Live) -> None:
    token, _, _ = await documents_of(live, await a_certificate(live))

    response = await live.post("{ viewer { user { id } } }", token=token)

    assert response.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


async def test_the_page_shows_the_certificate_as_text_and_runs_nothing(live: Live) -> None:
    certificate = await a_certificate(live)

    response = await live.client.get(f"/certificates/{certificate.code.upper()}")

    page = response.text
    assert response.status_code == 200
    assert "&lt;b&gt;Ада &quot;漢字&quot; עדה&lt;/b&gt;" in page
    assert "<b>" not in page
    assert "This certificate is valid." in page
    assert "1 of them ask for a passed quiz or for evidence; 2 were marked as done by the learner." in page
    assert f"/certificates/{certificate.code}/credential" in page
    policy = response.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert response.headers["x-robots-tag"] == "noindex"


async def test_the_page_of_a_revoked_certificate_says_so(live: Live) -> None:
    certificate = await a_certificate(live)
    await revoke(live, certificate)

    page = (await live.client.get(f"/certificates/{certificate.code}")).text

    assert "This certificate is not valid: it was revoked on" in page
    assert "credential" not in page
    assert "No." not in page


@pytest.mark.parametrize("code", ["x", "0" * 26, "%00", "a" * 5_000])
async def test_an_unknown_code_has_a_page_that_says_so(live: Live, code: str) -> None:
    response = await live.client.get(f"/certificates/{code}")

    assert response.status_code == 404
    assert (await live.client.get(f"/certificates/{code}/credential")).status_code == 404


@pytest.mark.parametrize("path", ["/certificates/keys/x", "/certificates/status/100001"])
async def test_other_addresses_are_not_found(live: Live, path: str) -> None:
    response = await live.client.get(path)

    assert response.status_code == 404
    assert response.json()["errors"][0]["extensions"]["code"] == "NOT_FOUND"

"""Pages of certificates: plain HTML that shows one certificate, and runs and loads nothing."""

import base64
import hashlib
from datetime import datetime
from html import escape

from starlette.responses import HTMLResponse, Response

from domain.certificates import credentials
from domain.certificates.certificates import Certificate, CertificateState
from domain.certificates.credentials import ISSUER_NAME, Addresses

_STYLE = (
    "body{font:1.1rem/1.6 system-ui,sans-serif;margin:0 auto;max-width:40rem;padding:2rem 1rem;"
    "color:#1b1b1f;background:#fff}h1{line-height:1.25}dt{font-weight:600}dd{margin:0 0 .75rem}"
    ".valid,.ended{border:2px solid;border-radius:.5rem;padding:.75rem 1rem;font-weight:600}"
    ".valid{color:#0b5d2a}.ended{color:#9b1c1c}a{color:#0b4fa8}"
)
_DIGEST = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_HEADERS = {
    "cache-control": "no-cache",
    "x-robots-tag": "noindex",
    "referrer-policy": "no-referrer",
    "content-security-policy": f"default-src 'none'; style-src 'sha256-{_DIGEST}'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'",
}


def shown(certificate: Certificate, addresses: Addresses) -> Response:
    """Return the page of a certificate; one that was withdrawn by deleting the account shows no name."""
    is_valid = certificate.state is CertificateState.VALID
    state = _state(certificate)
    title = f"Certificate: {certificate.title}"
    facts = [
        ("Awarded to", certificate.name),
        ("For the roadmap", f"{certificate.title} (version {certificate.version_number})"),
        ("What was done", credentials.criteria(certificate)),
        ("Finished on", _day(certificate.completed_at)),
        ("Issued on", _day(certificate.issued_at)),
        ("Issued by", ISSUER_NAME),
        ("Code", certificate.code),
    ]
    listed = "\n".join(
        f'<dt>{name}</dt><dd dir="auto">{escape(value)}</dd>' for name, value in facts if value
    )
    link = (
        f'<p><a href="{escape(addresses.credential(certificate.code))}">Download the signed credential</a> '
        "(Open Badges 3.0). A verifier of Open Badges checks it without this page.</p>"
        if is_valid
        else ""
    )
    kind = "valid" if is_valid else "ended"
    body = (
        f'<h1 dir="auto">{escape(title)}</h1>\n<p class="{kind}" role="status">{state}</p>\n'
        f"<dl>\n{listed}\n</dl>\n{link}"
    )
    return _page(title, body)


def unknown() -> Response:
    """Return the page of a code that no certificate has."""
    return _page(
        "No certificate",
        "<h1>There is no certificate with this code.</h1>\n<p>Compare the code with the one on the certificate.</p>",
        404,
    )


def down() -> Response:
    """Return the page for the time in which the database does not answer."""
    return _page(
        "Try again", "<h1>This does not work at the moment.</h1>\n<p>Try again in a minute.</p>", 503
    )


def _state(certificate: Certificate) -> str:
    if certificate.state is CertificateState.VALID or certificate.ended_at is None:
        return "This certificate is valid."
    day = _day(certificate.ended_at)
    if certificate.state is CertificateState.REVOKED:
        return f"This certificate is not valid: it was revoked on {day}."
    return f"This certificate is not valid: it was withdrawn on {day}, when the account of its learner was deleted."


def _day(moment: datetime) -> str:
    return f"{moment.day} {moment:%B %Y}"


def _page(title: str, body: str, status: int = 200) -> Response:
    page = (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>\n{body}\n</main>\n"
        "</body>\n</html>\n"
    )
    return HTMLResponse(page, status, headers=_HEADERS)

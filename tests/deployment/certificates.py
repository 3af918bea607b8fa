"""Certificates as a proxy has them: issued by an authority of the test's own, for so many days from now."""

import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

_PEM = serialization.Encoding.PEM


@dataclass(frozen=True)
class Authority:
    """An authority, which clients of the test trust."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    def client(self) -> ssl.SSLContext:
        """Return the context of a client that trusts this authority alone."""
        return ssl.create_default_context(cadata=self.certificate.public_bytes(_PEM).decode())

    def issue(self, name: str, folder: Path, *, days: float) -> None:
        """Write fullchain.pem and privkey.pem for a name; a negative number of days is a certificate that has expired."""
        key = ec.generate_private_key(ec.SECP256R1())
        issued = _signed(name, key.public_key(), self, ends=datetime.now(UTC) + timedelta(days=days))
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "fullchain.pem").write_bytes(issued.public_bytes(_PEM))
        private = key.private_bytes(_PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        (folder / "privkey.pem").write_bytes(private)


def authority() -> Authority:
    """Make an authority."""
    key = ec.generate_private_key(ec.SECP256R1())
    return Authority(key, _signed("Test", key.public_key(), key, ends=datetime.now(UTC) + timedelta(days=2)))


def _signed(
    name: str,
    key: ec.EllipticCurvePublicKey,
    by: Authority | ec.EllipticCurvePrivateKey,
    *,
    ends: datetime,
) -> x509.Certificate:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    is_root = isinstance(by, ec.EllipticCurvePrivateKey)
    signer = by if isinstance(by, ec.EllipticCurvePrivateKey) else by.key
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject if isinstance(by, ec.EllipticCurvePrivateKey) else by.certificate.subject)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(ends - timedelta(days=90))
        .not_valid_after(ends)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=is_root, path_length=None), critical=True)
        .sign(signer, hashes.SHA256())
    )

"""Resolvers of certificates."""

from domain.certificates import certificates, issuance, revocation
from domain.certificates.certificates import Certificate, CertificateFilter, CertificateState
from domain.certificates.credentials import Addresses
from domain.ids import EnrolmentId, RoadmapId
from domain.paging import Page, Window
from resolvers.context import Context


async def viewer_certificates(
    context: Context,
    *,
    state: CertificateState | None = None,
    roadmap_id: RoadmapId | None = None,
    window: Window,
) -> Page[Certificate]:
    """Return a page of the caller's certificates."""
    asked = CertificateFilter(state=state, roadmap_id=roadmap_id)
    async with context.open_reads() as reads:
        return await reads.certificates.page(window, asked, viewer_id=context.user_id)


async def certificate(context: Context, *, code: str) -> Certificate | None:
    """Return the certificate with a code."""
    checked = certificates.checked_code(code)
    if checked is None:
        return None
    async with context.open_reads() as reads:
        return await reads.certificates.by_code(checked)


async def page_url(certificate: Certificate, context: Context) -> str:
    """Return the address of the page of a certificate."""
    return Addresses(context.ports.api_url).page(certificate.code)


async def credential_url(certificate: Certificate, context: Context) -> str:
    """Return the address of the credential of a certificate."""
    return Addresses(context.ports.api_url).credential(certificate.code)


async def issue_certificate(context: Context, *, enrolment_id: EnrolmentId, name: str) -> Certificate:
    """Issue a certificate of the caller's finished roadmap."""
    async with context.open_work() as work:
        return await issuance.issue(
            work,
            context.act(),
            enrolment_id=enrolment_id,
            name=name,
            randomness=context.ports.randomness,
        )


async def revoke_certificate(context: Context, *, code: str, reason: str) -> Certificate:
    """Revoke a certificate."""
    async with context.open_work() as work:
        return await revocation.revoke(
            work, context.act(), code=code, reason=reason, public_url=context.ports.public_url
        )

"""Documents of certificates: one page that says who finished what."""

from domain.certificates import credentials
from domain.certificates.certificates import CertificateState
from domain.certificates.credentials import ISSUER_NAME, Addresses
from domain.ids import CertificateId
from domain.printouts.documents import CertificateSheet, Document
from domain.printouts.readings import Reading
from domain.printouts.work import PrintoutsWork


async def compose(work: PrintoutsWork, target_id: str, reading: Reading) -> Document | None:
    """Compose the certificate of the viewer's with this id."""
    (found,) = await work.certificates.by_ids([CertificateId(target_id)], viewer_id=reading.viewer_id)
    if found is None:
        return None
    is_valid = found.state is CertificateState.VALID
    facts = [
        ("Version of the roadmap", str(found.version_number)),
        ("What was done", credentials.criteria(found)),
        ("Finished on", f"{found.completed_at:%Y-%m-%d}"),
        ("Issued on", f"{found.issued_at:%Y-%m-%d}"),
        ("Issued by", ISSUER_NAME),
        ("Code", found.code),
    ]
    if not is_valid and found.ended_at is not None:
        facts.insert(0, ("Not valid", f"It was withdrawn on {found.ended_at:%Y-%m-%d}."))
    award = CertificateSheet(
        name=found.name,
        title=found.title,
        facts=facts,
        page_url=Addresses(reading.api_url).page(found.code),
        is_valid=is_valid,
    )
    return Document(title="Certificate", file_name=f"certificate-{found.code}", parts=[award])

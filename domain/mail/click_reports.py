"""Click reports: a click is noted once for each mail, and only while its reader consents."""

from domain.acts import Act
from domain.mail import delivery_reports
from domain.mail.email_preferences import PreferencesWork
from domain.mail.mail_events import MailEvent, MailEventKind
from domain.mail.mail_keys import MailKeys


async def record(work: PreferencesWork, act: Act, keys: MailKeys, mail_id: int) -> bool:
    """Note that a mail was clicked; tell whether it was new and its reader consents."""
    recipient = await work.mails.recipient(mail_id)
    if not recipient or not await work.email_preferences.counts_clicks(recipient):
        return False
    event = MailEvent(mail_id=mail_id, kind=MailEventKind.CLICKED, at=act.now)
    return (await delivery_reports.record(work, act, keys, event)).is_new

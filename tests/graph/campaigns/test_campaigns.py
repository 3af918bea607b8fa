"""Campaigns through the schema: templates, segments, sending, what keys may do, and what operators see."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from domain.accounts.audit import AuditAction, AuditFilter
from domain.accounts.scopes import Scope
from domain.accounts.users import Role, Viewer
from domain.campaigns import campaign_steps
from domain.campaigns.campaign_jobs import AdvanceCampaignArguments
from domain.mail.mail_events import MailEvent, MailEventKind
from domain.paging import window
from domain.unit_of_work import Meter
from tests.builders.acts import an_act
from tests.support import campaigns
from tests.support.accounts import accepted, mutate, refusal
from tests.support.campaigns import GROUPS, TEMPLATE, a_campaign, a_reader, run_job, run_jobs, take_mails
from tests.support.jobs import an_operator
from tests.support.schema_client import Asker

ONE = """query ($id: ID!) { node(id: $id) { ... on Campaign {
    state version progress { percent recipients pending posted sent failed suppressed skipped cancelled nextRunAt }
    report { sent delivered bounced suppressed complained clicked unsubscribed xpSessions }
    recipients { nodes { number state delivered bounced complained clicked unsubscribed sentAt reason } } } } }"""
SIZE = "query ($by: SegmentSizeBy!) { segmentSize(by: $by) { matching reachable } }"


def key_of(viewer: Viewer, *scopes: Scope) -> Viewer:
    return Viewer(
        user_id=viewer.user_id, session_id=viewer.session_id, roles=viewer.roles, scopes=frozenset(scopes)
    )


async def one(ask: Asker, viewer: Viewer, campaign_id: str) -> dict[str, Any]:
    found: dict[str, Any] = (await ask.data(ONE, viewer, id=campaign_id))["node"]
    return found


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        (
            "body",
            "<mj-section><mj-column><mj-text>{% if %}</mj-text></mj-column></mj-section>",
            "cannot be read",
        ),
        ("body", "<mj-section><mj-column><mj-text>{{ price }}</mj-text></mj-column></mj-section>", "price"),
        ("body", "<mj-section><mj-text>open</mj-section>", "MJML"),
        ("body", "<mj-section><mj-include path='/etc/passwd' /></mj-section>", "mj-section"),
        (
            "body",
            "<mj-section><mj-column><mj-text><style>*{}</style></mj-text></mj-column></mj-section>",
            "mj-section",
        ),
        ("body", "</mj-body><mj-body><mj-section></mj-section>", "mj-section"),
        ("text", "{% for n in range(1000000000) %}{% endfor %}", "Line 1: Call"),
        (
            "text",
            "{% for a in items %}{% for b in items %}{% endfor %}{% endfor %}",
            "a loop inside another",
        ),
        ("text", "{% for a in items %}" + "{{ a|title }}" * 11 + "{% endfor %}", "filters"),
        ("text", "{{ handle.__class__ }}", "cannot be filled in"),
        ("text", "{% if handle %}" * 150 + "x" + "{% endif %}" * 150, "text"),
        ("text", "{{ " + "(" * 5000 + "handle" + ")" * 5000 + " }}", "cannot be read"),
        (
            "body",
            "<mj-section><mj-column><mj-text><a href='javascript:x'>a</a></mj-text></mj-column></mj-section>",
            "https://",
        ),
        (
            "body",
            "<mj-section background-url='http://x.org/p'><mj-column><mj-text>a</mj-text></mj-column></mj-section>",
            "load nothing",
        ),
        ("text", "{% set a = 1 %}", "Assign"),
        ("text", "{{ handle == 'ada' }}", "cannot be filled in"),
        ("subject", "{% for a in offer %}{{ loop }}{% endfor %}", "cannot be filled in"),
        ("subject", "{{ 9 ** 9 ** 9 }}", "Pow"),
        ("subject", "", "subject"),
        ("variables", ["Offer"], "a-z"),
        ("variables", ["handle"], "differ"),
        ("name", "", "name"),
    ],
)
async def test_a_template_that_cannot_be_sent_is_refused_by_field_and_not_stored(
    ask: Asker, field: str, value: Any, says: str
) -> None:
    viewer = await an_operator(ask)
    given = TEMPLATE | {"idempotencyKey": "k", field: value}

    errors = (await mutate(ask, viewer, "createEmailTemplate", **given))["userErrors"]

    named = {error["field"]: error["message"] for error in errors}
    assert says in named[field]
    stored = await ask.data("{ emailTemplates { nodes { id } } }", viewer)
    assert stored["emailTemplates"]["nodes"] == []


async def test_everything_wrong_with_a_template_is_told_at_once(ask: Asker) -> None:
    viewer = await an_operator(ask)
    given = {"name": "", "subject": "{{ a }}", "body": "{{ b", "text": "{{ c }}", "idempotencyKey": ""}

    errors = (await mutate(ask, viewer, "createEmailTemplate", **given))["userErrors"]

    assert [error["field"] for error in errors] == ["name", "subject", "text", "body", "idempotencyKey"]


async def test_a_campaign_in_progress_keeps_its_version_and_its_groups(ask: Asker) -> None:
    viewer = await an_operator(ask)
    await a_reader(ask)
    campaign = await a_campaign(ask, viewer)
    template, segment = await campaigns.a_template(ask, viewer), await campaigns.a_segment(ask, viewer)
    await accepted(ask, viewer, "sendCampaign", id=campaign, version=1)
    await accepted(ask, viewer, "updateEmailTemplate", id=template, version=1, subject="Other")
    nobody = [{"conditions": [{"role": "ADMIN"}]}]
    await accepted(ask, viewer, "updateSegment", id=segment, version=1, groups=nobody)

    await run_jobs(ask, campaign)
    async with ask.postgres.open_reads(Meter()) as reads:
        subjects = await reads.connection.raw.fetch("SELECT subject FROM mails")
    in_use = [
        await refusal(ask, viewer, "deleteEmailTemplate", id=template),
        await refusal(ask, viewer, "deleteSegment", id=segment),
    ]
    await accepted(ask, viewer, "cancelCampaign", id=campaign)
    await accepted(ask, viewer, "deleteEmailTemplate", id=template)
    await accepted(ask, viewer, "deleteSegment", id=segment)

    assert [row["subject"].startswith("News for ") for row in subjects] == [True]
    assert in_use == [("EmailTemplateInUse", "id"), ("SegmentInUse", "id")]


async def test_a_change_that_changes_nothing_keeps_the_version(ask: Asker) -> None:
    viewer, admin = await an_operator(ask), await an_operator(ask, Role.ADMIN)
    campaign = await a_campaign(ask, viewer)
    template, segment = await campaigns.a_template(ask, viewer), await campaigns.a_segment(ask, viewer)
    same = {name: TEMPLATE[name] for name in ("name", "subject", "body", "text", "variables")}

    versions = [
        await accepted(ask, viewer, f"update{kind}", f"{field} {{ version }}", id=id_, version=1, **given)
        for kind, field, id_, given in (
            ("EmailTemplate", "template", template, same),
            ("EmailTemplate", "template", template, {}),
            ("Segment", "segment", segment, {"name": "All", "groups": GROUPS}),
            ("Campaign", "campaign", campaign, {"name": "March", "perSecond": None}),
        )
    ]
    log = (await ask.data("{ auditLog(first: 100) { nodes { action } } }", admin))["auditLog"]["nodes"]

    assert [version for each in versions for version in (next(iter(each.values()))["version"],)] == [1] * 4
    assert not [entry for entry in log if entry["action"].endswith("UPDATED")]


async def test_a_list_in_a_place_for_a_text_is_shown_as_words(ask: Asker) -> None:
    viewer = await an_operator(ask)
    template = await campaigns.a_template(ask, viewer)
    text = """query ($id: ID!, $v: JSONObject) {
        node(id: $id) { ... on EmailTemplate { preview(values: $v) { html text } } } }"""

    shown = (await ask.data(text, viewer, id=template, v={"offer": ["<maps>", "quizzes"]}))["node"]["preview"]

    assert "Hello reader, <maps>, quizzes" in shown["text"]
    assert "Hello reader, &lt;maps&gt;, quizzes" in shown["html"]


async def test_a_scheduled_campaign_tells_why_it_did_not_begin(ask: Asker) -> None:
    viewer = await an_operator(ask)
    campaign = await a_campaign(ask, viewer)
    at = ask.clock().isoformat()
    await accepted(ask, viewer, "scheduleCampaign", id=campaign, version=1, at=at)
    text = "{ campaigns { nodes { state templateVersion trouble } } }"

    before = (await ask.data(text, viewer))["campaigns"]["nodes"]
    async with ask.postgres.open_work(Meter()) as work:
        failed = "UPDATE jobs SET state = 'FAILED', error = 'The values do not fit the template.'"
        await work.connection.raw.execute(failed)
    after = (await ask.data(text, viewer))["campaigns"]["nodes"]

    scheduled = {"state": "SCHEDULED", "templateVersion": 1}
    assert before == [scheduled | {"trouble": None}]
    assert after == [scheduled | {"trouble": "The values do not fit the template."}]


async def test_a_scheduled_campaign_is_changed_as_a_draft_and_does_not_begin_at_its_time(ask: Asker) -> None:
    viewer, admin = await an_operator(ask), await an_operator(ask, Role.ADMIN)
    await a_reader(ask)
    campaign, template = await a_campaign(ask, viewer), await campaigns.a_template(ask, viewer)
    at = ask.clock().isoformat()
    await accepted(ask, viewer, "scheduleCampaign", id=campaign, version=1, at=at)
    before = await campaigns.campaign_of(ask, campaign)

    in_place = (await mutate(ask, viewer, "updateCampaign", id=campaign, version=2, name="O"))["userErrors"]
    outdated = await refusal(ask, viewer, "unscheduleCampaign", id=campaign, version=1)
    shown = "campaign { state version scheduledAt templateVersion }"
    draft = await accepted(ask, viewer, "unscheduleCampaign", shown, id=campaign, version=2)
    async with ask.postgres.open_work(Meter()) as work:
        late = AdvanceCampaignArguments(campaign_id=campaign, tick=before.tick)
        outcome = await campaign_steps.advance(work, an_act(now=ask.clock()), late, ask.ports.campaign_sender)
    await accepted(ask, viewer, "updateEmailTemplate", id=template, version=1, subject="Newer")
    await accepted(ask, viewer, "updateCampaign", id=campaign, version=3, name="April")
    again = await accepted(ask, viewer, "scheduleCampaign", shown, id=campaign, version=4, at=at)
    log = (await ask.data("{ auditLog(first: 100) { nodes { action } } }", admin))["auditLog"]["nodes"]

    assert [(error["__typename"], error["field"]) for error in in_place] == [("CampaignNotDraft", "id")]
    assert "unscheduleCampaign" in in_place[0]["message"]
    assert outdated == ("VersionOutdated", "version")
    assert draft["campaign"] == {
        "state": "DRAFT",
        "version": 3,
        "scheduledAt": None,
        "templateVersion": None,
    }
    assert outcome == "NOT_ITS_TURN"
    assert again["campaign"]["templateVersion"] == 2
    assert {"action": "CAMPAIGN_UNSCHEDULED"} in log


@pytest.mark.parametrize("state", ["DRAFT", "SENDING", "PAUSED", "SENT", "CANCELLED"])
async def test_only_a_scheduled_campaign_becomes_a_draft_again(ask: Asker, state: str) -> None:
    viewer = await an_operator(ask)
    campaign = (await campaigns.a_campaign_in_each_state(ask, viewer))[state]
    version = (await campaigns.campaign_of(ask, campaign)).version

    refused = await refusal(ask, viewer, "unscheduleCampaign", id=campaign, version=version)

    assert refused == ("CampaignStateConflict", "id")
    assert (await campaigns.campaign_of(ask, campaign)).state.value == state


async def test_a_change_for_an_earlier_version_and_of_no_draft_is_refused(ask: Asker) -> None:
    viewer = await an_operator(ask)
    campaign = await a_campaign(ask, viewer)
    template, segment = await campaigns.a_template(ask, viewer), await campaigns.a_segment(ask, viewer)

    outdated = [
        await refusal(ask, viewer, "updateEmailTemplate", id=template, version=7, name="Other"),
        await refusal(ask, viewer, "updateSegment", id=segment, version=7, name="Other"),
        await refusal(ask, viewer, "updateCampaign", id=campaign, version=7, name="Other"),
        await refusal(ask, viewer, "sendCampaign", id=campaign, version=7),
    ]
    await accepted(ask, viewer, "updateCampaign", id=campaign, version=1, perSecond=3)
    await accepted(ask, viewer, "sendCampaign", id=campaign, version=2)

    assert outdated == [("VersionOutdated", "version")] * 4
    assert await refusal(ask, viewer, "updateCampaign", id=campaign, version=3, name="O") == (
        "CampaignNotDraft",
        "id",
    )
    assert await refusal(ask, viewer, "sendCampaign", id=campaign, version=3) == (
        "CampaignStateConflict",
        "id",
    )


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"values": {}}, "values"),
        ({"values": {"offer": "x", "more": "y"}}, "values"),
        ({"values": {"offer": 3}}, "values.offer"),
        ({"values": {"offer": ["x"] * 51}}, "values.offer"),
        ({"perSecond": 0}, "perSecond"),
        ({"quietFrom": 24}, "quietFrom"),
        ({"quietUntil": -1}, "quietUntil"),
        ({"templateId": "emailtemplate_01K742SG00EC1V4CSM6MV3EE1S"}, "templateId"),
        ({"segmentId": "segment_01K742SG00EC1V4CSM6MV3EE1S"}, "segmentId"),
    ],
)
async def test_a_campaign_that_cannot_be_sent_is_refused_by_field(
    ask: Asker, given: dict[str, Any], field: str
) -> None:
    viewer = await an_operator(ask)
    good = {
        "name": "March",
        "templateId": await campaigns.a_template(ask, viewer),
        "segmentId": await campaigns.a_segment(ask, viewer),
        "values": {"offer": "x"},
        "idempotencyKey": "c",
    }

    errors = (await mutate(ask, viewer, "createCampaign", **good | given))["userErrors"]

    assert [error["field"] for error in errors] == [field]
    assert (await ask.data("{ campaigns { nodes { id } } }", viewer))["campaigns"]["nodes"] == []


async def test_a_size_names_what_is_wrong_with_its_groups(ask: Asker) -> None:
    viewer = await an_operator(ask)
    groups = [
        {"conditions": [{"activeWithinDays": 0}, {"inactiveForDays": 4000}]},
        {"conditions": []},
    ]
    unknown = [{"conditions": [{"examTypeId": "examtype_01K742SG00EC1V4CSM6MV3EE1S"}]}]

    answer = await ask(SIZE, viewer, by={"groups": groups})
    not_found = await ask(SIZE, viewer, by={"groups": unknown})
    stored = await ask.data(SIZE, viewer, by={"id": await campaigns.a_segment(ask, viewer)})

    assert "groups[1].conditions" in str(answer["errors"])
    assert "groups[0].conditions[0].activeWithinDays" in str(answer["errors"])
    assert "groups[0].conditions[0].examTypeId names an exam type" in not_found["errors"][0]["message"]
    assert stored["segmentSize"] == {"matching": 1, "reachable": 0}


async def test_keys_send_schedule_and_test_with_their_scope_and_do_nothing_else(ask: Asker) -> None:
    viewer = await an_operator(ask)
    await campaigns.may_get(ask, viewer.user_id)
    ids = [await a_campaign(ask, viewer, idempotencyKey=str(n)) for n in range(3)]
    sends, reads = key_of(viewer, Scope.SEND_MAIL), key_of(viewer, Scope.READ_OPERATIONS)
    at = (ask.clock() + timedelta(hours=1)).isoformat()
    calls: list[tuple[str, dict[str, Any]]] = [
        ("sendCampaign", {"id": ids[0], "version": 1}),
        ("scheduleCampaign", {"id": ids[1], "version": 1, "at": at}),
        ("sendTestCampaign", {"id": ids[2], "idempotencyKey": "k"}),
    ]

    async def call(key: Viewer, field: str, given: dict[str, Any]) -> dict[str, Any]:
        text = f"mutation ($input: {field[0].upper()}{field[1:]}Input!) {{ {field}(input: $input) {{ __typename }} }}"
        return await ask(text, key, input=given)

    without = [await call(reads, *each) for each in calls]
    done = [await call(sends, *each) for each in calls]
    others = [
        await call(sends, "pauseCampaign", {"id": ids[0]}),
        await call(sends, "cancelCampaign", {"id": ids[0]}),
        await call(sends, "deleteSegment", {"id": await campaigns.a_segment(ask, viewer)}),
        await ask("{ campaigns { nodes { id } } }", sends),
    ]

    assert [answer["errors"][0]["extensions"]["code"] for answer in without] == ["FORBIDDEN"] * 3
    assert all("errors" not in answer for answer in done)
    assert [answer["errors"][0]["extensions"]["code"] for answer in others] == ["FORBIDDEN"] * 4
    assert (await one(ask, reads, ids[0]))["state"] == "SENDING"
    assert (await one(ask, reads, ids[1]))["state"] == "SCHEDULED"


async def test_who_is_no_operator_any_more_is_refused_whatever_the_token_says(ask: Asker) -> None:
    viewer = await an_operator(ask)
    campaign = await a_campaign(ask, viewer)
    await campaigns.may_get(ask, viewer.user_id)
    async with ask.postgres.open_work(Meter()) as work:
        await work.roles.set_roles(viewer.user_id, [Role.LEARNER])

    refused = [
        await refusal(ask, viewer, "sendCampaign", id=campaign, version=1),
        await refusal(ask, viewer, "pauseCampaign", id=campaign),
        await refusal(ask, viewer, "sendTestCampaign", id=campaign, idempotencyKey="k"),
    ]

    assert [kind for kind, _ in refused] == ["Forbidden"] * 3


async def test_a_test_goes_to_the_operator_alone_and_once_for_a_key(ask: Asker) -> None:
    viewer = await an_operator(ask)
    campaign = await a_campaign(ask, viewer)
    unverified = await refusal(ask, viewer, "sendTestCampaign", id=campaign, idempotencyKey="k")
    await campaigns.may_get(ask, viewer.user_id)
    await a_reader(ask)

    for _ in range(2):
        await accepted(ask, viewer, "sendTestCampaign", id=campaign, idempotencyKey="k")
    async with ask.postgres.open_reads(Meter()) as reads:
        mails = await reads.connection.raw.fetch("SELECT * FROM mails")
        email = await reads.connection.raw.fetchval("SELECT email FROM users WHERE id = $1", viewer.user_id)

    assert unverified == ("InvalidInput", "id")
    assert [(mail["recipient"], mail["kind"]) for mail in mails] == [(email, "CAMPAIGN_TEST")]
    assert "You get this mail because you asked for a test of this campaign." in mails[0]["body"]
    assert (await one(ask, viewer, campaign))["progress"]["recipients"] == 0


async def test_a_report_counts_what_came_of_the_mails_and_stays_when_an_account_is_erased(ask: Asker) -> None:
    viewer = await an_operator(ask)
    readers = [await a_reader(ask) for _ in range(3)]
    campaign = await a_campaign(ask, viewer)
    await accepted(ask, viewer, "sendCampaign", id=campaign, version=1)
    await run_jobs(ask, campaign)
    await take_mails(ask)
    await run_job(ask, campaign)
    async with ask.postgres.open_work(Meter()) as work:
        raw = work.connection.raw
        ids = {
            row["user_id"]: row["mail_id"]
            for row in await raw.fetch("SELECT user_id, mail_id FROM campaign_recipients")
        }
        for kind in (MailEventKind.DELIVERED, MailEventKind.CLICKED):
            await work.mail_events.add(MailEvent(mail_id=ids[readers[0]], kind=kind, at=ask.clock()))
        for kind in (MailEventKind.BOUNCED, MailEventKind.COMPLAINED):
            await work.mail_events.add(MailEvent(mail_id=ids[readers[1]], kind=kind, at=ask.clock()))
        await raw.executemany(
            "INSERT INTO xp_entries VALUES ($1, $2, $3, $4, 'attempt', $5, 1, '', $6, '2026-03-02', 'SETTLED')",
            [
                ("xp_1", readers[0], 10, "QUIZ", "a", ask.clock()),
                ("xp_2", readers[0], 20, "QUIZ_COMPLETION", "a", ask.clock()),
                ("xp_3", readers[0], 10, "QUIZ", "b", ask.clock() + timedelta(days=6)),
                ("xp_4", readers[0], 10, "QUIZ", "c", ask.clock() + timedelta(days=8)),
                ("xp_5", readers[0], 0, "QUIZ", "d", ask.clock()),
                ("xp_6", readers[1], 10, "NODE_COMPLETED", "e", ask.clock()),
            ],
        )
        await work.recipients.unsubscribed(campaign, readers[2], now=ask.clock())
    before = await one(ask, viewer, campaign)
    async with ask.postgres.open_work(Meter()) as work:
        for number, reader in enumerate(readers):
            await work.deletions.anonymise(reader, handle=f"deleted_{number}", now=ask.clock())
        kept = await work.connection.raw.fetch("SELECT user_id FROM campaign_recipients")
    after = await one(ask, viewer, campaign)

    assert before["report"] == {
        "sent": 3,
        "delivered": 1,
        "bounced": 1,
        "suppressed": 0,
        "complained": 1,
        "clicked": 1,
        "unsubscribed": 1,
        "xpSessions": 2,
    }
    assert [row["user_id"] for row in kept] == [None] * 3
    assert (after["report"], after["progress"]) == (before["report"], before["progress"])


async def test_what_came_of_a_mail_outlives_the_mail(ask: Asker) -> None:
    viewer = await an_operator(ask)
    readers = [await a_reader(ask) for _ in range(4)]
    campaign = await a_campaign(ask, viewer)
    await accepted(ask, viewer, "sendCampaign", id=campaign, version=1)
    await run_jobs(ask, campaign)
    async with ask.postgres.open_work(Meter()) as work:
        raw = work.connection.raw
        sent, refused, suppressed, _held = [
            row["id"] for row in await raw.fetch("SELECT id FROM mails ORDER BY id")
        ]
        await work.mails.sent(sent, now=ask.clock())
        await work.mails.given_up(refused, reason="SMTPDataError 550", now=ask.clock())
        await work.mails.suppressed(suppressed, reason="COMPLAINT", now=ask.clock())
        await raw.execute("UPDATE jobs SET state = 'FAILED' WHERE state = 'QUEUED'")
        await work.mail_events.add(MailEvent(mail_id=sent, kind=MailEventKind.DELIVERED, at=ask.clock()))
        await work.recipients.settle(campaign)
        await raw.execute("DELETE FROM mails")
    found = await one(ask, viewer, campaign)

    assert len(readers) == found["progress"]["recipients"]
    told = sorted((each["state"], each["reason"], each["delivered"]) for each in found["recipients"]["nodes"])
    assert told == [
        ("FAILED", "HELD", False),
        ("FAILED", "SMTPDataError 550", False),
        ("SENT", None, True),
        ("SUPPRESSED", "COMPLAINT", False),
    ]
    assert found["report"]["delivered"] == found["report"]["sent"] == 1


async def test_progress_streams_until_the_campaign_has_ended(ask: Asker) -> None:
    viewer = await an_operator(ask)
    await a_reader(ask)
    campaign = await a_campaign(ask, viewer)
    text = "subscription ($id: ID!) { campaignProgress(id: $id) { state progress { percent sent } } }"
    stream = await ask.stream(text, viewer, id=campaign)

    first = (await anext(stream))["data"]["campaignProgress"]
    await accepted(ask, viewer, "sendCampaign", id=campaign, version=1)
    await run_jobs(ask, campaign)
    second = (await anext(stream))["data"]["campaignProgress"]
    await take_mails(ask)
    await run_job(ask, campaign)
    async with asyncio.timeout(10):
        rest = [event["data"]["campaignProgress"] async for event in stream]

    assert first == {"state": "DRAFT", "progress": {"percent": 0, "sent": 0}}
    assert second["state"] == "SENDING"
    assert rest[-1] == {"state": "SENT", "progress": {"percent": 100, "sent": 1}}


async def test_every_act_is_audited_with_its_actor(ask: Asker) -> None:
    viewer = await an_operator(ask)
    await campaigns.may_get(ask, viewer.user_id)
    campaign = await a_campaign(ask, viewer)
    template, segment = await campaigns.a_template(ask, viewer), await campaigns.a_segment(ask, viewer)
    at = (ask.clock() + timedelta(hours=1)).isoformat()
    await accepted(ask, viewer, "updateEmailTemplate", id=template, version=1, name="B")
    await accepted(ask, viewer, "updateSegment", id=segment, version=1, name="B")
    await accepted(ask, viewer, "updateCampaign", id=campaign, version=1, name="B")
    await accepted(ask, viewer, "sendTestCampaign", id=campaign, idempotencyKey="k")
    await accepted(ask, viewer, "scheduleCampaign", id=campaign, version=2, at=at)
    await accepted(ask, viewer, "unscheduleCampaign", id=campaign, version=3)
    await accepted(ask, viewer, "sendCampaign", id=campaign, version=4)
    for verb in ("pauseCampaign", "resumeCampaign", "cancelCampaign"):
        await accepted(ask, viewer, verb, id=campaign)
        await accepted(ask, viewer, verb, id=campaign)
    await accepted(ask, viewer, "deleteEmailTemplate", id=template)
    await accepted(ask, viewer, "deleteSegment", id=segment)

    async with ask.postgres.open_reads(Meter()) as reads:
        entries = (await reads.audit.page(AuditFilter(actor_id=viewer.user_id), window(first=100))).nodes

    ours = [
        action for action in AuditAction if action.name.startswith(("EMAIL_TEMPLATE", "SEGMENT", "CAMPAIGN"))
    ]
    assert sorted(entry.action.name for entry in entries) == sorted(action.name for action in ours)
    assert {entry.target for entry in entries} == {campaign, template, segment}


async def test_nothing_that_an_operator_reads_holds_an_address_or_a_handle(ask: Asker) -> None:
    viewer = await an_operator(ask)
    await a_reader(ask, email="secret@example.org", handle="hidden_reader")
    campaign = await a_campaign(ask, viewer)
    await accepted(ask, viewer, "sendCampaign", id=campaign, version=1)
    await run_jobs(ask, campaign)

    seen = str(await one(ask, viewer, campaign))
    jobs = str(await ask.data("{ jobs { nodes { kind note error result } } }", viewer))

    assert "secret@" not in seen + jobs
    assert "hidden_reader" not in seen + jobs
    assert "user_" not in seen + jobs


@pytest.mark.parametrize("verb", ["pauseCampaign", "cancelCampaign"])
@pytest.mark.parametrize("is_paused", [False, True])
async def test_a_campaign_whose_mails_are_all_sent_is_neither_paused_nor_cancelled(
    ask: Asker, verb: str, is_paused: bool
) -> None:
    viewer = await an_operator(ask)
    for _ in range(3):
        await a_reader(ask)
    campaign = await a_campaign(ask, viewer)
    await accepted(ask, viewer, "sendCampaign", id=campaign, version=1)
    await run_jobs(ask, campaign)
    if is_paused:
        async with ask.postgres.open_work(Meter()) as work:
            await work.connection.raw.execute("UPDATE campaigns SET state = 'PAUSED' WHERE id = $1", campaign)
    await take_mails(ask)

    fields = "campaign { state finishedAt progress { percent sent } }"
    ended = (await accepted(ask, viewer, verb, fields, id=campaign))["campaign"]

    assert (ended["state"], ended["progress"]) == ("SENT", {"percent": 100, "sent": 3})
    assert ended["finishedAt"] is not None

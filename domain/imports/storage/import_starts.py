"""Import starts: an author has an uploaded file imported by a workflow; the same file with the same options once."""

from dataclasses import replace

from domain.acts import Act
from domain.content.quizzes import checked_slug
from domain.errors import InvalidInputError
from domain.idempotency import checked_key, first_use
from domain.ids import ImportId, UploadId, WorkflowId
from domain.imports.readers import QuestionFileFormat
from domain.imports.reports import ImportKind
from domain.imports.runs import import_jobs
from domain.imports.runs.imports import Import, ImportOptions, NewImport, TooManyImportsError
from domain.imports.storage.quiz_titles import LONGEST_TITLE
from domain.imports.work import ImportsWork
from domain.refusals import all_at_once
from domain.text import line
from domain.uploads import upload_requests
from domain.uploads.uploads import Upload, UploadPurpose
from domain.workflows import workflow_starts
from domain.workflows.vocabulary import Vocabulary
from domain.workflows.workflow_starts import WorkflowRequest

MOST_AT_WORK = 5
"""How many imports of one author are at work at the same time."""
_PURPOSES = {ImportKind.QUESTIONS: UploadPurpose.QUESTIONS, ImportKind.ROADMAP: UploadPurpose.ROADMAP}


async def start(
    work: ImportsWork,
    act: Act,
    vocabulary: Vocabulary,
    *,
    upload_id: UploadId,
    kind: ImportKind,
    options: ImportOptions,
    idempotency_key: str,
) -> Import:
    """Start the import of an upload; return it, or the earlier one of the same bytes with the same options.

    The same key returns the same import for a day. Raises, all at once, InvalidInputErrors and UploadNotReadyError; or
    IdempotencyKeyReusedError and TooManyImportsError.
    """
    with all_at_once() as each:
        with each:
            idempotency_key = checked_key(idempotency_key)
        with each:
            options = checked_options(options)
        with each:
            upload = await upload_requests.sent(work, act, upload_id, purpose=_PURPOSES[kind])
    file_hash = upload.sha256 or ""
    same = await work.imports.earlier(author_id=act.user_id, kind=kind, file_hash=file_hash, options=options)
    import_id = ImportId(act.mint("import")) if same is None else same.id
    earlier = await first_use(
        work.receipts,
        act,
        operation="importUpload",
        key=idempotency_key,
        given={"upload": upload_id, "kind": kind.value, "options": str(options)},
        result_id=import_id,
    )
    if earlier is not None:
        return await _stored(work, act, ImportId(earlier))
    if same is not None:
        return same
    await upload_requests.keep(work, act, upload)
    if await work.imports.at_work(act.user_id) >= MOST_AT_WORK:
        raise TooManyImportsError(
            f"At most {MOST_AT_WORK} of your imports run at the same time; wait for one to end.",
            field="upload",
        )
    return await _begun(work, act, vocabulary, upload, kind, options, import_id)


def checked_options(options: ImportOptions) -> ImportOptions:
    """Return the options when they are well-formed; raises InvalidInputErrors, all at once."""
    names_all = options.format == QuestionFileFormat.JSON.value
    title, code = options.title, options.exam_type_code
    with all_at_once() as each:
        with each:
            if code is not None:
                _refuse_named("examTypeCode", is_named=names_all)
                checked_slug(code, field="examTypeCode")
        with each:
            if title is not None:
                _refuse_named("title", is_named=names_all)
                title = line(title, field="title", longest=LONGEST_TITLE)
    return replace(options, title=title)


def _refuse_named(field: str, *, is_named: bool) -> None:
    if is_named:
        raise InvalidInputError(f"{field} is for files that name none; this format has its own.", field=field)


async def _begun(
    work: ImportsWork,
    act: Act,
    vocabulary: Vocabulary,
    upload: Upload,
    kind: ImportKind,
    options: ImportOptions,
    import_id: ImportId,
) -> Import:
    asked = WorkflowRequest(
        template=import_jobs.TEMPLATE,
        inputs={"import_id": import_id, "user_id": act.user_id},
        user_id=act.user_id,
    )
    workflow = await workflow_starts.start_shipped(work, act, vocabulary, asked)
    new = NewImport(
        id=import_id,
        author_id=act.user_id,
        kind=kind,
        filename=upload.filename,
        file_hash=upload.sha256 or "",
        options=options,
        upload_id=upload.id,
        workflow_id=WorkflowId(workflow.id),
    )
    await work.imports.add(new, now=act.now)
    return await _stored(work, act, import_id)


async def _stored(work: ImportsWork, act: Act, import_id: ImportId) -> Import:
    (stored,) = await work.imports.by_ids([import_id], viewer_id=act.user_id)
    if stored is None:
        raise InvalidInputError("The import of this key was removed; make a new key.", field="idempotencyKey")
    return stored

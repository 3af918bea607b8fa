"""Typst printer: writes a document as PDF in a process of its own, with a bound on time, memory and pages."""

import asyncio
import sys
import tempfile
import time
from pathlib import Path

import orjson
import structlog

from domain.printouts.documents import Document, DocumentTooLongError
from domain.printouts.printouts import PrintedFile, PrintingFailedError
from gateway.printouts import blocks
from gateway.printouts.typst_process import TOO_MANY_PAGES

MOST_PAGES = 500
MOST_SECONDS = 60
"""How long a document may take, on the clock and on the processor."""
MOST_BYTES = 1_500_000_000
"""How much memory the process may ask for, most of which it never touches."""
_SCRIPT = Path(__file__).with_name("typst_process.py")
_log = structlog.get_logger("gateway.printouts")


class TypstPrinter:
    """Starts a process for each document; the event loop only waits for it."""

    def __init__(self, *, seconds: float = MOST_SECONDS, most_bytes: int = MOST_BYTES) -> None:
        self._seconds = seconds
        self._most_bytes = most_bytes

    async def print(self, document: Document) -> PrintedFile:
        """Return the PDF; raises DocumentTooLongError or PrintingFailedError."""
        data = await asyncio.to_thread(blocks.written, document)
        with tempfile.TemporaryDirectory(prefix="questpath-print-") as folder:
            asked = {
                "document": data,
                "folder": folder,
                "pages": MOST_PAGES,
                "bytes": self._most_bytes,
                "seconds": max(1, int(self._seconds)),
                "now": int(time.time()),
            }
            status, output, errors = await self._run(orjson.dumps(asked), folder)
        if status == TOO_MANY_PAGES:
            raise DocumentTooLongError(f"The document has more than {MOST_PAGES} pages; print a part of it.")
        if status != 0:
            _log.error("printing_failed", status=status, error=errors[-500:].decode(errors="replace"))
            raise PrintingFailedError("The document could not be printed as PDF; try Markdown.")
        pages, _, content = output.partition(b"\n")
        return PrintedFile(content=content, pages=int(pages))

    async def _run(self, asked: bytes, folder: str) -> tuple[int, bytes, bytes]:
        """Run the script isolated: without environment, site of the user, or this process' folder."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-I",
            str(_SCRIPT),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            cwd=folder,
            env={"RAYON_NUM_THREADS": "1"},
        )
        try:
            async with asyncio.timeout(self._seconds):
                output, errors = await process.communicate(asked)
        except TimeoutError:
            raise PrintingFailedError("Printing took too long; try Markdown, or a part of it.") from None
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        return process.returncode or 0, output, errors

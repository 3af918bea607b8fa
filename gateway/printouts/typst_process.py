"""Typst process: reads one document from its input, and writes a PDF to its output, within bounds of its own.

It runs as a script of its own, without the rest of the platform: it knows no settings and opens no connection.
"""

import json
import resource
import sys
from pathlib import Path

import typst

TOO_MANY_PAGES = 3
"""The exit status for a document with more pages than allowed."""
_HERE = Path(__file__).parent


def main() -> int:
    """Print; the first line of the output is the number of pages."""
    asked = json.loads(sys.stdin.buffer.read())
    resource.setrlimit(resource.RLIMIT_AS, (asked["bytes"], asked["bytes"]))
    resource.setrlimit(resource.RLIMIT_CPU, (asked["seconds"], asked["seconds"]))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    fonts = typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=True, font_paths=[str(_HERE / "fonts")]
    )
    empty = asked["folder"]
    layout = (_HERE / "document.typ").read_bytes()
    compiler = typst.Compiler(
        layout,
        root=empty,
        font_paths=fonts,
        ignore_system_fonts=True,
        sys_inputs={"document": asked["document"]},
        package_path=empty,
        package_cache_path=empty,
    )
    pages = int(json.loads(compiler.query("<pages>", field="value", one=True)))
    if pages > asked["pages"]:
        return TOO_MANY_PAGES
    content = compiler.compile(layout, format="pdf", timestamp=asked["now"])
    sys.stdout.buffer.write(f"{pages}\n".encode())
    sys.stdout.buffer.write(content)  # type: ignore[arg-type]
    return 0


if __name__ == "__main__":
    sys.exit(main())

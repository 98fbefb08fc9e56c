"""XML as shops write it to XML that a parser takes: entities of HTML, bare signs, control characters."""

import re
from collections import deque
from html.entities import html5

from spark_vision.core.product import FeedIssue

_OPENING = re.compile(r"<!\[CDATA\[|<!--|<\?|<!DOCTYPE[^<>\[\]]{0,1000}>")
_ENDS = {"<![CDATA[": "]]>", "<!--": "-->", "<?": "?>"}
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_TROUBLE = re.compile(
    r"&#(?:(?P<decimal>\d+)|[xX](?P<hex>[0-9a-fA-F]+));"
    r"|&(?!(?:amp|lt|gt|quot|apos);)(?:(?P<name>[A-Za-z][A-Za-z0-9]*);)?"
    r"|(?P<less><(?![A-Za-z_:/!?\u0080-\uffff]))"
    f"|{_CONTROL.pattern}"
)
_HELD_BACK = 64  # characters at the end of a block that may be the beginning of something
_ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}


class XmlRepair:
    """Repairs a text block by block. CDATA, comments and instructions keep their signs.

    Attributes:
        issues: Warnings with the line, in order; at most one of a reason on one line.
        skipped_lines: Number of blank lines before the beginning, which are removed.
    """

    def __init__(self) -> None:
        self.issues: deque[FeedIssue] = deque()
        self.skipped_lines = 0
        self._line = 1
        self._rest = ""
        self._end = ""  # of the CDATA section, comment or instruction that is open
        self._last: tuple[int, str] = (0, "")
        self._started = False

    def feed(self, block: str, *, final: bool = False) -> str:
        """Return as much repaired text as is certain; all that is left with `final`."""
        text = self._begin(self._rest + block)
        self._rest, at, out = "", 0, []
        while at < len(text):
            if self._end:
                end = text.find(self._end, at)
                stop = end + len(self._end) if end >= 0 else len(text) if final else max(at, len(text) - 2)
                out.append(self._verbatim(text[at:stop]))
                if end < 0:
                    self._rest = text[stop:]
                    break
                at, self._end = stop, ""
                continue
            opening = _OPENING.search(text, at)
            stop = opening.start() if opening else len(text) if final else _certain(text, at)
            out.append(self._repaired(text[at:stop]))
            if opening is None:
                self._rest = text[stop:]
                break
            at, self._end = opening.end(), _ENDS.get(opening[0], "")
            # A DOCTYPE that only names a file is left out: the parser refuses external references.
            out.append(opening[0] if self._end else "\n" * opening[0].count("\n"))
            self._line += 0 if self._end else opening[0].count("\n")
        return "".join(out)

    def _begin(self, text: str) -> str:
        """Remove what stands before the first sign."""
        if self._started:
            return text
        begun = text.lstrip("\ufeff \t\r\n\0")
        self._started = bool(begun)
        blank = text[: len(text) - len(begun)].strip("\ufeff")
        self.skipped_lines += blank.count("\n")
        self._line += blank.count("\n")
        if blank and begun.startswith("<?xml"):
            self._warn(1, "a blank stands before <?xml")
        return begun

    def _verbatim(self, text: str) -> str:
        clean = _CONTROL.sub("", text)
        if len(clean) != len(text):
            self._warn(self._line, "a control character was removed")
        self._line += text.count("\n")
        return clean

    def _repaired(self, text: str) -> str:
        done, out = 0, []
        for found in _TROUBLE.finditer(text):
            out.append(text[done : found.start()])
            self._line += text.count("\n", done, found.start())
            out.append(self._mended(found))
            done = found.end()
        self._line += text.count("\n", done)
        return text if not out else "".join([*out, text[done:]])

    def _mended(self, found: "re.Match[str]") -> str:
        if found["decimal"] or found["hex"]:
            number = found["decimal"] or str(int(found["hex"][-8:], 16))
            return self._reference(int(number[-10:]))
        if (name := found["name"]) and (meant := html5.get(f"{name};")):
            self._warn(self._line, f"the entity &{name[:20]}; is HTML's, not XML's")
            return "".join(_ESCAPES.get(sign, sign) for sign in meant)
        if found["less"]:
            self._warn(self._line, "a bare < is no markup")
            return "&lt;"
        if found[0].startswith("&"):
            self._warn(self._line, "a bare & is no entity")
            return f"&amp;{found[0][1:]}"
        self._warn(self._line, "a control character was removed")
        return ""

    def _reference(self, number: int) -> str:
        """Return a reference to a character, if XML allows the character."""
        allowed = number in (9, 10, 13) or 32 <= number < 0xD800 or 0xE000 <= number < 0xFFFE
        if allowed or 0x10000 <= number <= 0x10FFFF:
            return f"&#{number};"
        self._warn(self._line, "a reference to a control character was removed")
        return ""

    def _warn(self, line: int, reason: str) -> None:
        if (line, reason) != self._last:
            self._last = (line, reason)
            self.issues.append(FeedIssue(reason, line=line, severity="warning"))


def _certain(text: str, at: int) -> int:
    """Return where a text ends before a sign that the next block may complete."""
    near = max(at, len(text) - _HELD_BACK)
    last = max(text.rfind("&", near), text.rfind("<", near))
    return len(text) if last < 0 else last

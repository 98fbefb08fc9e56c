"""What open_clip's tokenizers do to a text before they split it."""

import html
import string

_NO_PUNCTUATION = str.maketrans("", "", string.punctuation)
CLEANERS = ("whitespace", "lower", "canonicalize")


def clean_text(text: str, cleaner: str) -> str:
    """Return a text with mojibake and HTML entities repaired, cleaned by one of CLEANERS.

    Args:
        text: Any text.
        cleaner: `whitespace` joins white space; `lower` also lowers the case; `canonicalize` also removes
            ASCII punctuation and reads underscores as blanks, as the SigLIP models were trained.

    Raises:
        ValueError: `cleaner` is not one of CLEANERS.
    """
    import ftfy  # here, since a look-up by photo has no text

    if cleaner not in CLEANERS:
        raise ValueError(f"Tokenizer option clean={cleaner!r} is not supported; it can be one of {CLEANERS}.")
    text = html.unescape(html.unescape(ftfy.fix_text(text)))
    if cleaner == "canonicalize":
        text = text.replace("_", " ").translate(_NO_PUNCTUATION)
    if cleaner != "whitespace":
        text = text.lower()
    return " ".join(text.split())

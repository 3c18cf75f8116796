"""When two web addresses are the same source: signatures change with every page view, the file does not."""

import re
from urllib.parse import urlsplit, urlunsplit

_PASSING = re.compile(
    r"(?i)(?:x-amz-(?:algorithm|credential|date|expires|signedheaders|signature|security-token)"
    r"|x-goog-(?:algorithm|credential|date|expires|signedheaders|signature)"
    r"|awsaccesskeyid|googleaccessid|signature|expires|key-pair-id|policy|s[pevrt]|spr|sip|sig|skoid|sktid|skt|ske|sks|skv)$"
)
_SIGNED = re.compile(r"(?i)[?&](?:x-amz-signature|x-goog-signature|signature|sig)=")


def canonical(url: str) -> str:
    """Return a web address without what is only a passing permission to read it, and without its fragment."""
    parts = urlsplit(url)
    query = parts.query
    if _SIGNED.search(f"?{query}"):
        kept = (item for item in query.split("&") if not _PASSING.match(item.partition("=")[0]))
        query = "&".join(kept)
    return urlunsplit(parts._replace(query=query, fragment=""))

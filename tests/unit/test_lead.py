"""What is known of a lead, and what marketing promised and it does not say."""

from __future__ import annotations

from bot.domain.lead import LeadFacts, missing_required

PROMISED = ("email", "company", "score", "extra.budget", "why")


def test_what_is_missing_is_named_in_the_agreements_order() -> None:
    """No text and no score are nothing said; a score of 0 is."""
    assert PROMISED == missing_required(LeadFacts(), PROMISED)
    lead = LeadFacts(email="ada@acme.example", score=0, extra={"budget": "10k"})
    assert ("company", "why") == missing_required(lead, PROMISED)
    assert () == missing_required(LeadFacts(), ())


ADA = LeadFacts(email="ada@acme.example", domain="acme.example", company="Acme")


def test_a_company_goes_with_the_address() -> None:
    """Whoever writes from a private address next is looked for at no company any more."""
    private = ADA.updated_by(LeadFacts(email="ada@gmail.com"))
    assert ("ada@gmail.com", "") == (private.email, private.domain)
    assert "acme.example" == ADA.updated_by(LeadFacts(phone="+46 8 123")).domain


def test_the_address_of_another_lead_brings_no_company() -> None:
    """Two leads turn out to be one person: what is only noted decides nothing."""
    news = LeadFacts(email="ada@other.example", domain="other.example")
    kept = ADA.updated_by(news).known_as(ADA)
    assert (ADA.email, ADA.domain) == (kept.email, kept.domain)
    assert {"other_email": "ada@other.example"} == kept.extra

"""What marketing promised with every lead, and what of it a lead does not say."""

from __future__ import annotations

from bot.domain.lead import LeadFacts, missing_required

PROMISED = ("email", "company", "score", "extra.budget", "why")


def test_what_is_missing_is_named_in_the_agreements_order() -> None:
    """No text and no score are nothing said; a score of 0 is."""
    assert PROMISED == missing_required(LeadFacts(), PROMISED)
    lead = LeadFacts(email="ada@acme.example", score=0, extra={"budget": "10k"})
    assert ("company", "why") == missing_required(lead, PROMISED)
    assert () == missing_required(LeadFacts(), ())

"""Slack's errors, sorted by what can be done about them. Read from its method pages.

The names are Slack's own and safe to log. None of them carries anything about a person.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from bot.delivery.outcomes import (
    Absent,
    Broken,
    CannotLook,
    Failure,
    Gone,
    RateLimited,
    RefusedContent,
    Search,
    TryLater,
    Unknown,
    Unlisted,
)

# Slack's pages say of the first two: some aspect of the operation may have succeeded.
MAYBE_DONE = frozenset({"fatal_error", "internal_error"})

NOT_NOW = frozenset(
    {
        "request_timeout",  # the request arrived cut short, so it was not carried out
        "service_unavailable",
        "team_added_to_org",
        "org_login_required",  # while a workspace moves into an organisation
        "accesslimited",
    }
)

BROKEN_TOKEN = frozenset(
    {
        "access_denied",
        "account_inactive",
        "ekm_access_denied",
        "enterprise_is_restricted",
        "invalid_auth",
        "missing_scope",
        "no_permission",
        "not_allowed_token_type",
        "not_authed",
        "team_access_not_granted",
        "token_expired",
        "token_revoked",
        "two_factor_setup_required",
        "message_limit_exceeded",  # a free workspace that is full
    }
)

# Those that may mean a scope to read by is missing, while posting works.
CANNOT_READ = frozenset({"missing_scope", "no_permission", "not_allowed_token_type"})

BROKEN_CHANNEL = frozenset(
    {
        "cannot_dm_bot",
        "channel_is_archived",
        "channel_not_found",
        "channel_type_not_supported",
        "is_archived",
        "is_inactive",
        "messages_tab_disabled",
        "not_in_channel",
        "restricted_action",
        "restricted_action_read_only_channel",
        "restricted_action_thread_only_channel",
        "team_not_found",
        "user_disabled",
        "user_not_found",
        "user_not_visible",
        "users_not_found",
    }
)

GONE = frozenset(  # no such message, or no thread under it
    {
        "cannot_reply_to_message",
        "cant_update_message",  # not ours: posted before the app was installed anew
        "invalid_ts",
        "message_not_found",
        "not_found",  # a view
        "restricted_action_non_threadable_channel",
        "restricted_action_thread_locked",
        "thread_not_found",
    }
)

REFUSED = frozenset(
    {
        "attachment_payload_limit_exceeded",
        "block_mismatch",
        "blocked_file_type",
        "edit_window_closed",
        "file_not_found",
        "file_type_not_allowed",
        "file_uploads_disabled",
        "file_uploads_except_images_disabled",
        "invalid_arguments",
        "invalid_attachments",
        "invalid_blocks",
        "invalid_blocks_format",
        "invalid_metadata_format",
        "invalid_metadata_schema",
        "malware_detected",
        "markdown_text_conflict",
        "metadata_must_be_sent_from_app",
        "metadata_too_large",
        "msg_blocks_too_long",
        "msg_too_long",
        "no_text",
        "slack_file_not_found",
        "storage_limit_reached",
        "too_many_attachments",
        "too_many_contact_cards",
        # views
        "duplicate_external_id",
        "exchanged_trigger_id",
        "expired_trigger_id",
        "hash_conflict",
        "invalid_trigger_id",
        "not_enabled",
        "push_limit_reached",
        "view_too_large",
    }
)

RATE_LIMITED = frozenset({"ratelimited", "rate_limited"})

OUTCOMES: Mapping[str, Callable[[str], Failure]] = {
    **dict.fromkeys(MAYBE_DONE, Unknown),
    **dict.fromkeys(NOT_NOW, TryLater),
    **dict.fromkeys(BROKEN_TOKEN, Broken),
    **dict.fromkeys(BROKEN_CHANNEL, Broken),
    **dict.fromkeys(GONE, Gone),
    **dict.fromkeys(REFUSED, RefusedContent),
}

NOT_SLACKS = "an answer that is not Slack's"  # a proxy's page, say: not to be quoted
_ERROR_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.:-]{0,79}")


def sorted_out(error: object) -> Failure:
    """The outcome of `{"ok": false, "error": error}`, 429 apart."""
    if not isinstance(error, str) or not _ERROR_NAME.fullmatch(error):
        return Unknown(NOT_SLACKS)
    if error.startswith("restricted_action"):
        return OUTCOMES.get(error, Broken)(error)
    return OUTCOMES.get(error, Unlisted)(error)


def not_found_out(failure: Failure) -> Search:
    """What it means for a search that Slack did not answer it."""
    match failure:
        case RateLimited():
            return failure
        case TryLater(why) | Unknown(why):
            return TryLater(why)
        case Gone():
            return Absent()  # no thread, so nothing in it
        case Broken(why) if why in BROKEN_TOKEN - CANNOT_READ:
            return TryLater(why)
        case Broken(why) if why in BROKEN_CHANNEL:
            return failure  # nor can anything be said there
    return CannotLook(failure.why)

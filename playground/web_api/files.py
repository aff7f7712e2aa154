"""files.*: the three steps of files v2."""

from __future__ import annotations

from playground.block_rules import check_message_blocks
from playground.errors import SlackError, explained
from playground.state import File, Json
from playground.web_api.calls import Call, method

LONGEST_ALT_TEXT = 1_000


@method("files.getUploadURLExternal", tier=4, scopes="files:write")
def get_upload_url(call: Call) -> Json:
    length, alt_text = call.number("length", 0), call.text("alt_txt")
    if length <= 0:
        raise explained("invalid_arguments", ["must be greater than 0: length"])
    if len(alt_text) > LONGEST_ALT_TEXT:
        raise SlackError("alt_txt_too_long")
    ticket, file = call.workspace.files.request_upload(
        call.required("filename"), length, alt_text, call.bot
    )
    return {"upload_url": f"{call.workspace.base_url}/upload/v1/{ticket}", "file_id": file.id}


@method("files.completeUploadExternal", tier=4, scopes="files:write")
def complete_upload(call: Call) -> Json:
    wanted = call.structure("files", "invalid_arguments")
    if not isinstance(wanted, list) or not wanted or not all(isinstance(w, dict) for w in wanted):
        raise explained("invalid_arguments", ["missing required field: files"])
    channels = _channels(call)
    files = [_uploaded(call, item) for item in wanted]
    for file in files:
        _prepare(call, file, channels)
        call.workspace.files.start_processing(file)
    return {"files": [{"id": file.id, "title": file.title or file.name} for file in files]}


def _channels(call: Call) -> list[str]:
    ids = call.list_of("channels") or call.list_of("channel_id")
    if call.text("thread_ts") and len(ids) > 1:
        raise SlackError("invalid_arguments")
    for channel_id in ids:
        channel = call.workspace.channels.get(channel_id)
        if channel is None or (
            channel.kind != "public_channel" and call.bot not in channel.members
        ):
            raise SlackError("channel_not_found")
        if channel.archived:
            raise SlackError("is_archived")
        if call.bot not in channel.members:
            raise SlackError("not_in_channel")
        thread_ts = call.text("thread_ts")
        if thread_ts and call.workspace.messages.get(channel_id, thread_ts) is None:
            raise SlackError("thread_not_found")
    return ids


def _uploaded(call: Call, item: Json) -> File:
    file = call.workspace.files.get(item.get("id"))
    if file.content is None or file.ready_at is not None:
        raise SlackError("file_not_found")
    file.title = str(item.get("title") or "")
    return file


def _prepare(call: Call, file: File, channels: list[str]) -> None:
    file.shared_in, file.thread_ts = channels, call.text("thread_ts")
    file.comment = call.text("initial_comment")
    blocks = call.structure("blocks", "invalid_blocks_format")
    if blocks and not file.comment:
        file.blocks = check_message_blocks(blocks, call.workspace.files.ready)


@method("files.info", tier=4, scopes="files:read")
def info(call: Call) -> Json:
    file = call.workspace.files.get(call.required("file"))
    return {"file": file.to_json(call.workspace.base_url), "comments": []}

// rich_text and table blocks.

import { h } from "./dom.js";
import { emojiOf } from "./emoji.js";
import { broadcastMention, channelMention, groupMention, link, userMention } from "./mentions.js";
import { slackDate } from "./time.js";

export function richText(block) {
  return h("div", { class: "rich-text" }, (block.elements ?? []).map(part));
}

function part(element) {
  const inner = (element.elements ?? []).map(inlinePiece);
  if (element.type === "rich_text_quote") return h("blockquote", {}, inner);
  if (element.type === "rich_text_preformatted") return h("pre", {}, inner);
  if (element.type === "rich_text_list") return list(element);
  return h("div", { class: "rich-line" }, inner);
}

function list(element) {
  const ordered = element.style === "ordered";
  const given = { class: `indent-${Math.min(Number(element.indent) || 0, 8)}` };
  if (ordered && element.offset) given.start = Number(element.offset) + 1;
  const items = (element.elements ?? []).map((item) => h("li", {}, (item.elements ?? []).map(inlinePiece)));
  return h(ordered ? "ol" : "ul", given, items);
}

const PIECES = {
  text: (piece) => document.createTextNode(piece.text ?? ""),
  link: (piece) => link(piece.url ?? "", piece.text || piece.url || ""),
  user: (piece) => userMention(piece.user_id),
  usergroup: (piece) => groupMention(piece.usergroup_id),
  channel: (piece) => channelMention(piece.channel_id),
  broadcast: (piece) => broadcastMention(piece.range),
  emoji: (piece) => document.createTextNode(emojiOf(piece.name ?? "") ?? `:${piece.name}:`),
  date: (piece) => h("time", {}, slackDate(String(piece.timestamp), piece.format) ?? piece.fallback ?? ""),
  color: (piece) => swatch(piece.value ?? ""),
};

function inlinePiece(piece) {
  const made = PIECES[piece.type]?.(piece) ?? document.createTextNode(piece.text ?? "");
  return styled(made, piece.style ?? {});
}

function styled(node, style) {
  let out = node;
  for (const [name, tag] of [["code", "code"], ["strike", "s"], ["italic", "em"], ["bold", "strong"], ["underline", "u"]]) {
    if (style[name]) out = h(tag, {}, out);
  }
  return out;
}

function swatch(value) {
  const box = h("span", { class: "swatch", "aria-hidden": "true" });
  if (/^#[0-9a-f]{3,8}$/i.test(value)) box.style.backgroundColor = value;
  return h("span", {}, box, value);
}

export function table(block) {
  const settings = block.column_settings ?? [];
  const [head = [], ...rows] = block.rows ?? [];
  const cell = (tag) => (content, column) =>
    h(tag, { class: `align-${settings[column]?.align ?? "left"} ${settings[column]?.is_wrapped ? "wraps" : ""}` }, cellOf(content));
  return h(
    "div",
    { class: "table-scroll", tabindex: "0", role: "group", "aria-label": "Table" },
    h(
      "table",
      {},
      h("thead", {}, h("tr", {}, head.map(cell("th")))),
      h("tbody", {}, rows.map((row) => h("tr", {}, row.map(cell("td"))))),
    ),
  );
}

function cellOf(content) {
  if (content?.type === "rich_text") return richText(content);
  return String(content?.text ?? content?.value ?? "");
}

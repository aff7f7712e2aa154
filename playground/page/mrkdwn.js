// Slack's mrkdwn as elements. The text is first cut into characters and finished pieces (mentions,
// links, dates), so that formatting can go around a piece and never into it.

import { withEmoji } from "./emoji.js";
import { h } from "./dom.js";
import { broadcastMention, channelMention, groupMention, link, userMention } from "./mentions.js";
import { slackDate } from "./time.js";

const STYLES = { "*": "strong", _: "em", "~": "s" };
const ENTITIES = { "&amp;": "&", "&lt;": "<", "&gt;": ">" };
const WORD = /[\p{L}\p{N}]/u;
const PIECE = /<([^<>\n]+)>|https?:\/\/[^\s<>|`"]+|&(?:amp|lt|gt);/g;

export function mrkdwn(text, { verbatim = false, emoji = true } = {}) {
  const out = document.createDocumentFragment();
  const parts = text.split("```");
  const closed = parts.length % 2 === 1;
  parts.forEach((part, number) => {
    const isCode = number % 2 === 1 && (closed || number < parts.length - 1);
    if (isCode && part) {
      const code = part.replace(/^\n/, "").replace(/\n$/, "");
      out.append(h("pre", {}, rawOf(piecesOf(code, true))));
    } else {
      const lost = number % 2 === 1 ? "```" : "";
      const trimmed = trimAround(lost + part, number > 0 && !lost, number < parts.length - 1);
      out.append(...paragraphs(trimmed, { verbatim, emoji }));
    }
  });
  return out;
}

// A code block brings its own line breaks.
function trimAround(text, after, before) {
  let trimmed = text;
  if (after) trimmed = trimmed.replace(/^\n/, "");
  if (before) trimmed = trimmed.replace(/\n$/, "");
  return trimmed;
}

function paragraphs(text, options) {
  const out = [];
  let quote = null;
  const lines = text.split("\n");
  lines.forEach((line, number) => {
    const quoted = /^(?:>|&gt;) ?(.*)$/.exec(line);
    if (quoted) {
      if (!quote) out.push((quote = h("blockquote")));
      else quote.append(h("br"));
      quote.append(...inline(piecesOf(quoted[1], options.verbatim), options));
      return;
    }
    if (number > 0 && !quote) out.push(h("br"));
    quote = null;
    out.push(...inline(piecesOf(line, options.verbatim), options));
  });
  return out;
}

// pieces: {char} or {node, raw}

function piecesOf(text, verbatim) {
  const pieces = [];
  let end = 0;
  for (const found of text.matchAll(PIECE)) {
    if (found.index < end) continue;
    pushCharacters(pieces, text.slice(end, found.index));
    end = found.index + pushFound(pieces, found, verbatim);
  }
  pushCharacters(pieces, text.slice(end));
  return pieces;
}

function pushCharacters(pieces, text) {
  for (const char of text) pieces.push({ char });
}

// How much of the text was taken.
function pushFound(pieces, found, verbatim) {
  const written = found[0];
  if (ENTITIES[written]) {
    pieces.push({ char: ENTITIES[written], escaped: true });
  } else if (found[1] !== undefined) {
    const piece = special(found[1]);
    if (piece) pieces.push(piece);
    else {
      pieces.push({ char: "<" });
      return 1;
    }
  } else if (verbatim) {
    pushCharacters(pieces, written);
  } else {
    const url = written.replace(/(?:[.,;:!?)*_~'\]]|&(?:amp|gt|lt);?)+$/, "");
    pieces.push({ node: () => link(unescaped(url)), raw: unescaped(url) });
    return url.length;
  }
  return written.length;
}

export function unescaped(text) {
  return text.replace(/&(?:amp|lt|gt);/g, (entity) => ENTITIES[entity]);
}

function special(inside) {
  const bar = inside.indexOf("|");
  const what = bar < 0 ? inside : inside.slice(0, bar);
  const label = bar < 0 ? "" : unescaped(inside.slice(bar + 1));
  if (/^@[UW][A-Z0-9]+$/.test(what)) return piece(() => userMention(what.slice(1), label), label);
  if (/^#C[A-Z0-9]+$/.test(what)) return piece(() => channelMention(what.slice(1), label), label);
  if (what.startsWith("!")) return command(what.slice(1), label);
  if (/^(?:https?:\/\/|mailto:|tel:)/i.test(what)) {
    const url = unescaped(what);
    return { node: () => link(url, withEmoji(label || url.replace(/^(?:mailto|tel):/i, ""))), raw: label || url };
  }
  return null;
}

function piece(node, raw) {
  return { node, raw: raw || node().textContent };
}

function command(what, label) {
  const [name, ...rest] = what.split("^");
  if (name === "subteam") return piece(() => groupMention(rest[0], label), label);
  if (["channel", "here", "everyone"].includes(name)) return piece(() => broadcastMention(name), `@${name}`);
  if (name === "date") {
    const said = slackDate(rest[0] ?? "", rest[1] ?? "") ?? label;
    const url = rest[2] && unescaped(rest[2]);
    return piece(() => (url ? link(url, said) : h("time", { title: label || null }, said)), said);
  }
  return piece(() => document.createTextNode(`<${label || name}>`), label || name);
}

function rawOf(pieces) {
  return pieces.map((item) => item.char ?? item.raw).join("");
}

// formatting inside one line

function inline(pieces, options) {
  const out = [];
  let plain = "";
  const flush = () => {
    if (plain) out.push(document.createTextNode(options.emoji ? withEmoji(plain) : plain));
    plain = "";
  };
  for (let place = 0; place < pieces.length; place += 1) {
    const end = pieces[place].escaped ? -1 : closing(pieces, place);
    if (end > 0) {
      flush();
      const inner = pieces.slice(place + 1, end);
      out.push(
        pieces[place].char === "`"
          ? h("code", {}, rawOf(inner))
          : h(STYLES[pieces[place].char], {}, inline(inner, options)),
      );
      place = end;
    } else if (pieces[place].node) {
      flush();
      out.push(pieces[place].node());
    } else plain += pieces[place].char;
  }
  flush();
  return out;
}

// Where what opens here is closed; -1 when nothing opens.
function closing(pieces, open) {
  const mark = pieces[open].char;
  if (mark === "`") return pieces[open + 1]?.char === "`" ? -1 : nextMark(pieces, open, "`", () => true);
  if (!STYLES[mark] || isWord(pieces[open - 1]) || !isInk(pieces[open + 1], mark)) return -1;
  return nextMark(pieces, open, mark, (end) => isInk(pieces[end - 1], mark) && !isWord(pieces[end + 1]));
}

function nextMark(pieces, open, mark, ends) {
  for (let end = open + 2; end < pieces.length; end += 1) {
    if (pieces[end].char === mark && ends(end)) return end;
  }
  return -1;
}

function isWord(item) {
  return Boolean(item?.char && WORD.test(item.char));
}

function isInk(item, mark) {
  return Boolean(item && (item.node || (!/\s/.test(item.char) && item.char !== mark)));
}

// plain_text: emoji names at most, never formatting.
export function plain(object) {
  const text = typeof object === "string" ? object : (object?.text ?? "");
  return object?.emoji === false ? text : withEmoji(text);
}

export function textObject(object) {
  if (object?.type === "mrkdwn") return mrkdwn(object.text, { verbatim: object.verbatim === true });
  return document.createTextNode(plain(object));
}

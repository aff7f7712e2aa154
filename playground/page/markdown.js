// The markdown block: the Markdown that Slack takes there (CommonMark's usual part, tables, tasks).

import { h } from "./dom.js";
import { withEmoji } from "./emoji.js";
import { link } from "./mentions.js";

const FENCE = /^\s*```/;
const HEADING = /^(#{1,6})\s+(.*?)\s*#*$/;
const ITEM = /^(\s*)([-*+]|\d+[.)])\s+(.*)$/;
const RULE = /^\s*([-*_])(?:\s*\1){2,}\s*$/;
const QUOTE = /^\s*>\s?(.*)$/;
const TABLE_LINE = /^\s*\|?(?:\s*:?-+:?\s*\|)+\s*:?-*:?\s*$/;

export function markdown(text) {
  return h("div", { class: "markdown" }, blocks(text.split("\n")));
}

function blocks(lines) {
  const out = [];
  let place = 0;
  while (place < lines.length) {
    const [made, next] = block(lines, place);
    if (made) out.push(made);
    place = next;
  }
  return out;
}

function block(lines, place) {
  const line = lines[place];
  if (!line.trim()) return [null, place + 1];
  if (FENCE.test(line)) return fence(lines, place);
  const heading = HEADING.exec(line);
  if (heading) return [h("p", { class: `md-heading level-${heading[1].length}` }, inline(heading[2])), place + 1];
  if (RULE.test(line)) return [h("hr"), place + 1];
  if (QUOTE.test(line)) return quote(lines, place);
  if (ITEM.test(line)) return list(lines, place, ITEM.exec(line)[1].length);
  if (line.includes("|") && TABLE_LINE.test(lines[place + 1] ?? "")) return table(lines, place);
  return paragraph(lines, place);
}

function until(lines, place, stops) {
  let end = place;
  while (end < lines.length && !stops(lines[end])) end += 1;
  return end;
}

function fence(lines, place) {
  const end = until(lines, place + 1, (line) => FENCE.test(line));
  return [h("pre", {}, lines.slice(place + 1, end).join("\n")), end + 1];
}

function quote(lines, place) {
  const end = until(lines, place, (line) => !QUOTE.test(line));
  const inner = lines.slice(place, end).map((line) => QUOTE.exec(line)[1]);
  return [h("blockquote", {}, blocks(inner)), end];
}

function list(lines, place, depth) {
  const ordered = /\d/.test(ITEM.exec(lines[place])[2]);
  const out = h(ordered ? "ol" : "ul", ordered ? { start: Number.parseInt(ITEM.exec(lines[place])[2], 10) } : {});
  let at = place;
  while (at < lines.length) {
    const item = ITEM.exec(lines[at]);
    if (!item || item[1].length < depth) break;
    if (item[1].length > depth + 1 && out.lastChild) {
      const [nested, next] = list(lines, at, item[1].length);
      out.lastChild.append(nested);
      at = next;
      continue;
    }
    const task = /^\[([ xX])\]\s+(.*)$/.exec(item[3]);
    out.append(h("li", { class: task ? "task" : null }, task ? (task[1] === " " ? "☐ " : "☑ ") : null, inline(task ? task[2] : item[3])));
    at += 1;
  }
  return [out, at];
}

function table(lines, place) {
  const end = until(lines, place + 2, (line) => !line.includes("|"));
  const row = (line) => line.trim().replace(/^\||\|$/g, "").split("|").map((cell) => inline(cell.trim()));
  const body = lines.slice(place + 2, end).map(row);
  return [
    h(
      "div",
      { class: "table-scroll", tabindex: "0", role: "group", "aria-label": "Table" },
      h(
        "table",
        {},
        h("thead", {}, h("tr", {}, row(lines[place]).map((cell) => h("th", {}, cell)))),
        h("tbody", {}, body.map((cells) => h("tr", {}, cells.map((cell) => h("td", {}, cell))))),
      ),
    ),
    end,
  ];
}

function paragraph(lines, place) {
  const starts = (line) => !line.trim() || [FENCE, HEADING, RULE, QUOTE, ITEM].some((kind) => kind.test(line));
  const end = Math.max(place + 1, until(lines, place + 1, starts));
  const out = h("p");
  lines.slice(place, end).forEach((line, number) => {
    if (number > 0) out.append(h("br"));
    out.append(...inline(line));
  });
  return [out, end];
}

// The first kind that matches at the earliest place wins; what is inside is read again.
const KINDS = [
  [/`([^`]+)`/, (found) => h("code", {}, found[1])],
  [/!?\[([^\]]*)\]\(([^\s)]+)(?:\s+"[^"]*")?\)/, (found) => link(found[2], found[1] || found[2])],
  [/(\*\*|__)(?=\S)(.+?)(?<=\S)\1/, (found) => h("strong", {}, inline(found[2]))],
  [/~~(?=\S)(.+?)(?<=\S)~~/, (found) => h("s", {}, inline(found[1]))],
  [/(?<![\p{L}\p{N}*])\*(?=[^\s*])([^*]+?)(?<=\S)\*(?!\*)/u, (found) => h("em", {}, inline(found[1]))],
  [/(?<![\p{L}\p{N}_])_(?=[^\s_])([^_]+?)(?<=\S)_(?![\p{L}\p{N}_])/u, (found) => h("em", {}, inline(found[1]))],
  [/<(https?:\/\/[^\s>]+)>|(https?:\/\/[^\s<>)\]]+)/, (found) => link(found[1] ?? found[2])],
  [/\\([\\`*_{}[\]()#+\-.!~|<>])/, (found) => document.createTextNode(found[1])],
];

function inline(text) {
  let first = null;
  for (const [pattern, make] of KINDS) {
    const found = pattern.exec(text);
    if (found && (!first || found.index < first.found.index)) first = { found, make };
  }
  if (!first) return text ? [document.createTextNode(withEmoji(text))] : [];
  const { found, make } = first;
  return [
    ...inline(text.slice(0, found.index)),
    make(found),
    ...inline(text.slice(found.index + found[0].length)),
  ];
}

// JSON as a tree that opens where one looks.

import { h } from "./dom.js";

const OPEN_DEPTH = 1;

export function jsonTree(value, name = "", depth = 0) {
  if (value === null || typeof value !== "object") return leaf(name, value);
  const entries = Array.isArray(value) ? value.map((item, place) => [String(place), item]) : Object.entries(value);
  if (!entries.length) return leaf(name, Array.isArray(value) ? "[]" : "{}", true);
  const size = Array.isArray(value) ? `[${entries.length}]` : `{${entries.length}}`;
  const details = h("details", { class: "json" }, h("summary", {}, name ? h("span", { class: "json-name" }, name) : null, h("span", { class: "json-size" }, size)));
  const grow = () => {
    if (details.open && details.childElementCount === 1) {
      details.append(h("div", { class: "json-inside" }, entries.map(([key, item]) => jsonTree(item, key, depth + 1))));
    }
  };
  details.addEventListener("toggle", grow);
  if (depth < OPEN_DEPTH) {
    details.open = true;
    grow();
  }
  return details;
}

function leaf(name, value, bare = false) {
  const said = bare ? value : JSON.stringify(value);
  const kind = value === null ? "null" : typeof value;
  return h("div", { class: "json-leaf" }, name ? h("span", { class: "json-name" }, name) : null, h("span", { class: `json-${kind}` }, said));
}

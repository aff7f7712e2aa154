// Short notes at the lower edge: what Slack tells the person, what an act could not do.

import { fill, h } from "./dom.js";
import { icon } from "./icons.js";

const SHOWN_MS = 7000;
const MOST = 3;

export function notice({ text, kind = "info", action = null }) {
  const place = document.getElementById("notices");
  const note = h(
    "div",
    { class: `notice ${kind === "error" ? "is-error" : ""}` },
    h("span", { class: "notice-text" }, text),
    action && h("button", { type: "button", class: "notice-action", onclick: () => run() }, action.label),
    h("button", { type: "button", class: "plain-icon", "aria-label": "Close", onclick: () => note.remove() }, icon("close")),
  );
  function run() {
    note.remove();
    action.run();
  }
  place.append(note);
  while (place.childElementCount > MOST) place.firstChild.remove();
  setTimeout(() => note.remove(), SHOWN_MS);
  return note;
}

// Runs an act and tells the person when it was refused.
export async function tried(work) {
  try {
    return await work();
  } catch (refusal) {
    notice({ text: refusal.message, kind: "error" });
    return undefined;
  }
}

export function clearNotices() {
  fill(document.getElementById("notices"));
}

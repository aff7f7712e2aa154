// Faults at the press of a button: what a network and a busy Slack do to an app.

import { post } from "./api.js";
import { fill, h } from "./dom.js";
import { notice, tried } from "./notices.js";
import { around } from "./places.js";
import { on, store } from "./store.js";

const METHODS = ["*", "chat.postMessage", "chat.update", "chat.postEphemeral", "views.open", "views.publish", "conversations.history"];
const SLOW_S = 2;

const FAULTS = [
  ["Rate limit", "The next call is answered 429, with Retry-After: 10.", { kind: "rate_limit", retry_after: 10 }],
  ["Lose next reply", "The next call is performed, and its answer lost.", { kind: "lose_reply" }],
  ["Server error", "The next call is answered 503 and not performed.", { kind: "status", status: 503 }],
  ["Make Slack slow", `Each answer comes ${SLOW_S} s later, until cleared.`, { kind: "delay", seconds: SLOW_S }],
];
const SOCKETS = [
  ["Drop socket", "Every Socket Mode connection is cut without a word.", { kind: "drop_sockets" }, "connections cut"],
  ["Ask to reconnect", "Slack announces that it will close the connections.", { kind: "disconnect", reason: "refresh_requested" }, "connections told"],
];

export function faultsPanel() {
  return { id: "faults", title: "Faults", render };
}

function render(host) {
  const method = h("select", { id: "fault-method", class: "field" }, METHODS.map((name) => h("option", { value: name }, name === "*" ? "any method" : name)));
  const waiting = h("div", { role: "status" });
  const pacing = h("input", { type: "checkbox", onchange: () => set("/playground/settings", { pacing: pacing.checked }) });
  fill(
    host,
    h("div", { class: "tool-row" }, h("label", { for: "fault-method" }, "What the app asks"), method),
    FAULTS.map(([label, hint, fault]) => fallible(label, hint, () => set("/playground/faults", { ...fault, method: method.value }))),
    h("h3", {}, "Connection"),
    SOCKETS.map(([label, hint, fault, said]) =>
      fallible(label, hint, async () => {
        const told = await set("/playground/faults", fault);
        if (told) notice({ text: `${told.result ?? 0} ${said}.` });
      }),
    ),
    h("h3", {}, "Waiting"),
    waiting,
    h("div", { class: "tool-row" }, h("button", { type: "button", class: "button", onclick: () => set("/playground/faults", { kind: "clear" }) }, "Clear all faults")),
    h("label", { class: "tick" }, pacing, h("span", {}, "Slack's own rate limits", h("span", { class: "tick-hint" }, "About one message a second and channel, and the tiers of all other methods."))),
  );
  const paint = () => {
    pacing.checked = store.pacing;
    fill(waiting, store.faults.length ? store.faults.map(line) : h("p", { class: "empty" }, "None."));
  };
  paint();
  return on("workspace", paint);
}

function fallible(label, hint, onclick) {
  return h("div", { class: "fault" }, h("button", { type: "button", class: "button", onclick }, label), h("span", {}, hint));
}

function line(fault) {
  const times = fault.times === null ? "until cleared" : `${fault.times}×`;
  return h("p", { class: "fault-waiting" }, `${fault.kind.replace(/_/g, " ")} · ${fault.method === "*" ? "any method" : fault.method} · ${times}`);
}

async function set(address, wanted) {
  const told = await tried(() => post(address, wanted));
  await around();
  return told;
}

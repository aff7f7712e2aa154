// What goes between Slack and the app: deliveries to it, its calls, how long each took.

import { get } from "./api.js";
import { fill, h, paced } from "./dom.js";
import { jsonTree } from "./json.js";
import { tried } from "./notices.js";
import { on, store } from "./store.js";
import { format } from "./time.js";

const KEPT = 300;

const deliveries = new Map();
const calls = new Map();
let forgotten = { deliveries: 0, calls: 0 };
let known = { deliveries: 0, calls: 0 };
let host = null;
let onlyTrouble = false;

export function inspectorPanel() {
  return { id: "inspector", title: "Inspector", render };
}

export function startInspector() {
  on("call", () => host && soon());
  on("change:delivery_sent", () => host && soon());
  on("change:delivery_settled", () => host && soon());
}

function render(place) {
  const rows = h("ol", { class: "log", "aria-label": "Requests, newest first" });
  const tick = h("input", { type: "checkbox", checked: onlyTrouble, onchange: () => ((onlyTrouble = tick.checked), paint()) });
  const clear = () => {
    forgotten = { deliveries: Math.max(0, ...deliveries.keys()), calls: Math.max(0, ...calls.keys()) };
    paint();
  };
  fill(
    place,
    h("div", { class: "tool-row" }, h("label", { class: "tick" }, tick, h("span", {}, "Only trouble")), h("button", { type: "button", class: "button", onclick: clear }, "Clear")),
    rows,
  );
  host = rows;
  drawn.clear();
  soon();
  return () => {
    host = null;
  };
}

const soon = paced(async () => {
  const told = await tried(() => get("/playground/inspector", known));
  if (!told) return;
  for (const delivery of told.deliveries) deliveries.set(delivery.number, delivery);
  for (const call of told.calls) calls.set(call.number, call);
  for (const kept of [deliveries, calls]) {
    for (const number of [...kept.keys()].slice(0, Math.max(0, kept.size - KEPT))) kept.delete(number);
  }
  const open = [...deliveries.values()].filter((delivery) => !delivery.done).map((delivery) => delivery.number);
  known = { deliveries: Math.min(...open, Math.max(0, ...deliveries.keys()) + 1) - 1, calls: Math.max(0, ...calls.keys()) };
  paint();
}, 100);

// A row is drawn again only when what it shows has changed: an opened one stays open.
const drawn = new Map();

function paint() {
  if (!host) return;
  const items = [
    ...[...deliveries.values()].filter(({ number }) => number > forgotten.deliveries).map(ofDelivery),
    ...[...calls.values()].filter(({ number }) => number > forgotten.calls).map(ofCall),
  ];
  items.sort((one, other) => other.at.localeCompare(one.at) || other.order - one.order);
  const shown = items.filter((item) => !onlyTrouble || item.bad).slice(0, KEPT);
  fill(host, shown.length ? shown.map(rowOf) : h("li", { class: "empty" }, "Nothing has gone between Slack and the app."));
}

function rowOf(item) {
  const before = drawn.get(item.key);
  if (before?.state === item.state) return before.element;
  const made = { state: item.state, element: row(item) };
  made.element.querySelector("details").open = before?.element.querySelector("details").open ?? false;
  drawn.set(item.key, made);
  return made.element;
}

function row(item) {
  const details = h(
    "details",
    {},
    h(
      "summary",
      {},
      h("span", { class: `log-way ${item.way}`, title: item.way === "in" ? "from the app" : "to the app" }, item.way === "in" ? "←" : "→"),
      h("span", { class: "log-title" }, item.title, item.who ? h("span", { class: "log-who" }, item.who) : null),
      h("span", { class: "log-status" }, item.status),
      h("span", { class: "log-ms" }, item.ms === null ? "…" : `${item.ms < 10 ? item.ms.toFixed(1) : Math.round(item.ms)} ms`),
    ),
  );
  details.addEventListener("toggle", () => {
    if (!details.open || details.childElementCount > 1) return;
    const when = format(new Date(item.at), { weekday: "short", hour: "2-digit", minute: "2-digit", second: "2-digit" });
    details.append(h("div", { class: "log-more" }, h("p", {}, when), item.parts.map(([name, value]) => [h("h3", {}, name), jsonTree(value)])));
  });
  return h("li", { class: item.bad ? "is-bad" : "" }, details);
}

function ofDelivery(delivery) {
  const user = store.users.get(delivery.user);
  const late = ["operation_timeout", "timeout", "http_timeout"].includes(delivery.error);
  const status = !delivery.done ? "waiting" : delivery.error ? (late ? `late ack: ${delivery.error}` : delivery.error) : "ack";
  return {
    key: `d${delivery.number}`,
    order: delivery.number,
    state: `${delivery.done} ${delivery.attempts.length}`,
    at: delivery.at,
    way: "out",
    title: titleOf(delivery),
    who: user ? `@${user.handle}` : "",
    status,
    ms: delivery.done ? delivery.latency_ms : null,
    bad: Boolean(delivery.error) || delivery.attempts.some((attempt) => attempt.error),
    parts: [["Sent", delivery.payload], ["Answer", delivery.response], ["Attempts", delivery.attempts]],
  };
}

function titleOf({ kind, payload }) {
  if (kind === "slash_commands") return `${payload.command} ${payload.text}`.trim();
  if (kind === "events_api") return payload.event?.type ?? "event";
  if (payload.type === "block_actions") return `click ${payload.actions?.[0]?.action_id ?? ""}`;
  if (payload.type === "view_submission") return `submit ${payload.view?.callback_id ?? ""}`;
  if (payload.type === "view_closed") return `close ${payload.view?.callback_id ?? ""}`;
  return payload.type ?? kind;
}

function ofCall(call) {
  const status = call.status === 429 ? "429 ratelimited" : call.error === "cut" ? "reply lost" : call.error || String(call.status);
  return {
    key: `c${call.number}`,
    order: call.number,
    state: "",
    at: call.at,
    way: "in",
    title: call.method,
    who: "",
    status,
    ms: call.latency_ms,
    bad: Boolean(call.error) || call.status >= 400,
    parts: [["Asked", call.arguments], ["Answer", call.answer]],
  };
}

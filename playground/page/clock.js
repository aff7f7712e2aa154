// Workspace time at the top of the page, and what moves it.

import { get, post } from "./api.js";
import { fill, h } from "./dom.js";
import { icon } from "./icons.js";
import { tried } from "./notices.js";
import { on, store } from "./store.js";
import { clock, clockTime, format, setClock, workspaceNow } from "./time.js";

const SPEEDS = [1, 10, 60, 600];
const MOVES = [
  ["+15 min", { by: 900 }],
  ["+1 h", { by: 3600 }],
  ["Next morning", { to: "morning" }],
  ["Next Monday", { to: "monday" }],
];
const BEAT_MS = 500;

let face = null;
let controls = null;

export function clockBar() {
  face = h("div", { class: "clock-face" });
  controls = h("div", { class: "clock-controls", role: "group", "aria-label": "Workspace time" });
  on("change:clock_changed", (change) => heard(change.data));
  on("person", paintFace);
  on("back", read);
  paintFace();
  paintControls();
  setInterval(paintFace, BEAT_MS);
  return h("div", { class: "clock" }, face, controls);
}

async function read() {
  heard(await get("/playground/travel"));
}

// Before anything is shown: what is today depends on it.
export async function readClock() {
  setClock(await get("/playground/travel"));
}

function heard(told) {
  setClock(told);
  paintFace();
  paintControls();
}

function paintFace() {
  if (!store.me) return;
  const now = workspaceNow();
  const day = { weekday: "short", day: "numeric", month: "short" };
  const own = clockTime(now);
  const theirs = clockTime(now, clock.zone);
  const elsewhere = own === theirs ? "" : `${theirs} ${cityOf(clock.zone)}`;
  const said = `${format(now, day)} ${own} ${elsewhere} ${clock.destination ?? ""}`;
  if (face.dataset.said === said) return;
  face.dataset.said = said;
  fill(
    face,
    h("span", { class: "clock-day" }, format(now, day)),
    h("strong", { class: "clock-time" }, own),
    h("span", { class: "clock-zone" }, cityOf(store.me.tz)),
    elsewhere ? h("span", { class: "clock-zone is-company" }, elsewhere) : null,
  );
}

function cityOf(zone) {
  return zone.split("/").pop().replace(/_/g, " ");
}

function paintControls() {
  if (!clock.movable) return fill(controls, h("span", { class: "clock-zone" }, "Time is led from elsewhere"));
  if (clock.destination) {
    const there = new Date(clock.destination);
    const label = `On the way to ${format(there, { weekday: "short" })} ${clockTime(there)} …`;
    return fill(controls, h("span", { class: "clock-way", role: "status" }, label), button("Stop", () => travel({ stop: true })));
  }
  const run = clock.paused
    ? button(icon("play"), () => set({ paused: false }), "Let time run", "run")
    : button(icon("pause"), () => set({ paused: true }), "Pause time", "run");
  const speed = h(
    "select",
    { "aria-label": "Speed of time", onchange: (event) => set({ speed: Number(event.target.value), paused: false }) },
    [...new Set([...SPEEDS, clock.speed])].sort((one, other) => one - other).map((value) => option(value)),
  );
  return fill(controls, run, speed, MOVES.map(([label, move]) => button(short(label), () => travel(move), label)));
}

// "Next" goes where the screen is too narrow for all of the buttons.
function short(label) {
  const rest = label.replace(/^Next /, "");
  return rest === label ? label : [h("span", { class: "not-narrow" }, "Next"), rest];
}

function option(value) {
  const made = h("option", { value: String(value) }, `${value}×`);
  made.selected = value === clock.speed;
  return made;
}

function button(label, onclick, name = null, id = null) {
  return h("button", { type: "button", class: "clock-button", "aria-label": name, title: name, data: id ? { clock: id } : {}, onclick }, label);
}

function set(wanted) {
  return tried(() => post("/playground/clock", wanted));
}

function travel(wanted) {
  return tried(() => post("/playground/travel", wanted));
}

// Workspace time, and instants as a reader writes them: in their zone and language.

import { store } from "./store.js";

const DAY_MS = 86_400_000;
const reading = { now: Date.now(), at: performance.now(), speed: 1, paused: false };
const formats = new Map();

export const clock = { zone: "UTC", movable: true, destination: null };

export function setClock(told) {
  reading.now = Date.parse(told.now);
  reading.at = performance.now();
  reading.speed = told.speed;
  reading.paused = told.paused;
  Object.assign(clock, { zone: told.zone, movable: told.movable, destination: told.destination });
  Object.assign(clock, { speed: told.speed, paused: told.paused });
}

export function workspaceNow() {
  const passed = reading.paused ? 0 : (performance.now() - reading.at) * reading.speed;
  return new Date(reading.now + passed);
}

export function instantOf(ts) {
  return new Date(Number(ts) * 1000);
}

export function format(instant, options, zone = store.me?.tz ?? "UTC") {
  const locale = store.me?.locale ?? "en-US";
  const key = `${locale} ${zone} ${JSON.stringify(options)}`;
  if (!formats.has(key)) formats.set(key, new Intl.DateTimeFormat(locale, { ...options, timeZone: zone }));
  return formats.get(key).format(instant);
}

export function clockTime(instant, zone) {
  return format(instant, { timeStyle: "short" }, zone);
}

// 2026-03-09 in the reader's zone: for comparing days, and Slack's {date_num}.
export function dayOf(instant, zone = store.me?.tz ?? "UTC") {
  const parts = new Intl.DateTimeFormat("en-CA", { timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit" });
  return parts.format(instant);
}

// What a clock on the person's wall shows: 2026-03-09T09:30.
export function wallClock(seconds, zone = store.me?.tz ?? "UTC") {
  const written = new Intl.DateTimeFormat("sv-SE", { timeZone: zone, dateStyle: "short", timeStyle: "short" });
  return written.format(new Date(seconds * 1000)).replace(" ", "T");
}

// The seconds at which it shows that. Twice, because the offset may change between the guess and it.
export function secondsOf(wall) {
  const wanted = Date.parse(`${wall}Z`) / 1000;
  if (Number.isNaN(wanted)) return null;
  let at = wanted;
  for (let turn = 0; turn < 2; turn += 1) at += wanted - Date.parse(`${wallClock(at)}Z`) / 1000;
  return at;
}

const LONG = { weekday: "long", year: "numeric", month: "long", day: "numeric" };
const MIDDLE = { year: "numeric", month: "long", day: "numeric" };
const SHORT = { year: "numeric", month: "short", day: "numeric" };

// "Today" and its neighbours in the reader's language, or the date.
function pretty(instant, otherwise) {
  const days = Math.round((Date.parse(dayOf(instant)) - Date.parse(dayOf(workspaceNow()))) / DAY_MS);
  if (Math.abs(days) > 1) return format(instant, otherwise);
  return new Intl.RelativeTimeFormat(store.me?.locale ?? "en-US", { numeric: "auto" }).format(days, "day");
}

export function dayTitle(instant) {
  const said = pretty(instant, { weekday: "long", month: "long", day: "numeric" });
  return said.charAt(0).toLocaleUpperCase() + said.slice(1);
}

// A time, with its day when that is not today.
export function moment(instant) {
  const today = dayOf(instant) === dayOf(workspaceNow());
  return today ? clockTime(instant) : `${format(instant, { month: "short", day: "numeric" })}, ${clockTime(instant)}`;
}

export function fullTime(instant) {
  return `${format(instant, LONG)}, ${format(instant, { timeStyle: "medium" })}`;
}

const STEPS = [["year", 31_536_000], ["month", 2_592_000], ["day", 86_400], ["hour", 3600], ["minute", 60], ["second", 1]];

function ago(instant) {
  const seconds = (instant - workspaceNow()) / 1000;
  const [unit, size] = STEPS.find(([, length]) => Math.abs(seconds) >= length) ?? STEPS.at(-1);
  const relative = new Intl.RelativeTimeFormat(store.me?.locale ?? "en-US", { numeric: "auto" });
  return relative.format(Math.trunc(seconds / size), unit);
}

const TOKENS = {
  date_num: (instant) => dayOf(instant),
  date: (instant) => format(instant, MIDDLE),
  date_slash: (instant) => format(instant, { year: "numeric", month: "2-digit", day: "2-digit" }),
  date_short: (instant) => format(instant, SHORT),
  date_long: (instant) => format(instant, LONG),
  date_long_full: (instant) => format(instant, LONG),
  date_pretty: (instant) => pretty(instant, MIDDLE),
  date_short_pretty: (instant) => pretty(instant, SHORT),
  date_long_pretty: (instant) => pretty(instant, LONG),
  day_divider_pretty: (instant) => pretty(instant, LONG),
  time: (instant) => clockTime(instant),
  time_secs: (instant) => format(instant, { timeStyle: "medium" }),
  ago,
};

// Slack's `<!date^1392734382^{date} at {time}|…>`; null when it cannot be read.
export function slackDate(seconds, pattern) {
  if (!/^-?\d+$/.test(seconds) || !pattern) return null;
  const instant = new Date(Number(seconds) * 1000);
  if (Number.isNaN(instant.getTime())) return null;
  return pattern.replace(/\{(\w+)\}/g, (written, name) => TOKENS[name]?.(instant) ?? written);
}

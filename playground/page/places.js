// Who one is and where: `#as=@erik&in=mql-handoff`, so that two windows are two people.

import { sees } from "./api.js";
import { appChannel, channelNamed, isApp, learn, store, tell } from "./store.js";

const STARTED_AS = "playground.as";

let turn = 0;

export function readHash() {
  return new URLSearchParams(location.hash.slice(1));
}

export function writeHash() {
  const channel = store.channels.get(store.at.channel);
  const name = !channel ? "" : isApp(channel) ? "app" : channel.name.includes("-U") ? channel.id : channel.name;
  const parts = [`as=@${store.me.handle}`, `in=${channel && channel.kind.endsWith("im") && name !== "app" ? channel.id : name}`];
  if (store.at.tab === "home") parts.push("tab=home");
  if (store.thread) parts.push(`thread=${store.thread.ts}`);
  const hash = `#${parts.join("&")}`;
  if (location.hash !== hash) history.replaceState(null, "", hash);
}

export async function be(who) {
  turn += 1;
  const mine = turn;
  const told = await sees("workspace", {}, who);
  if (mine !== turn) return told.change; // somebody else was pressed meanwhile: the last one counts
  const before = store.me?.id;
  learn(told);
  sessionStorage.setItem(STARTED_AS, `@${store.me.handle}`);
  const here = store.channels.get(store.at.channel);
  if (!here || (before !== store.me.id && here.kind !== "public_channel")) {
    const wasApp = store.at.app;
    store.at = { channel: wasApp ? appChannel().id : firstChannel(), tab: store.at.tab, app: wasApp };
  }
  if (before !== store.me.id) store.thread = null;
  writeHash();
  tell("person");
  tell("workspace");
  tell("place");
  return told.change;
}

// The same person, read again.
export async function around() {
  const asked = store.me.id;
  const told = await sees("workspace");
  if (store.me.id !== asked) return;
  learn(told);
  tell("workspace");
}

function firstChannel() {
  const mine = [...store.channels.values()].filter((channel) => channel.member && !channel.archived);
  return (mine.find((channel) => !channel.kind.endsWith("im")) ?? mine[0] ?? appChannel()).id;
}

// By name or id; "app" is the app's own place, `tab` home or messages.
export function go(where, { tab = "messages", thread = null, message = "" } = {}) {
  const channel = where === "app" ? appChannel() : channelNamed(where);
  if (!channel) return false;
  const home = tab === "home" && isApp(channel);
  store.at = { channel: channel.id, tab: home ? "home" : "messages", app: isApp(channel), message };
  store.thread = thread ? { channel: channel.id, ts: thread } : null;
  document.body.classList.remove("shows-sidebar");
  writeHash();
  tell("place");
  return true;
}

export function openThread(channel, ts) {
  store.thread = { channel, ts };
  writeHash();
  tell("thread");
}

export function closeThread() {
  store.thread = null;
  writeHash();
  tell("thread");
}

export function startedAs() {
  return readHash().get("as") || sessionStorage.getItem(STARTED_AS) || "";
}

// Puts the page together and keeps it true: each change makes what it touches be read again.

import { adminPanel } from "./admin.js";
import { get } from "./api.js";
import { startChannel } from "./channel.js";
import { clockBar, readClock } from "./clock.js";
import { fill, h, paced } from "./dom.js";
import { addPanel, closeDrawer, toggleDrawer } from "./drawer.js";
import { extend } from "./extension.js";
import { faultsPanel } from "./faults.js";
import { icon } from "./icons.js";
import { inspectorPanel, startInspector } from "./inspector.js";
import { follow } from "./live.js";
import { clearNotices, notice, tried } from "./notices.js";
import { around, be, closeThread, go, openThread, readHash, startedAs } from "./places.js";
import { startSidebar } from "./sidebar.js";
import { on, store } from "./store.js";
import { startTheme, themeButton } from "./theme.js";
import { startThread } from "./thread.js";

const OF_THE_SIDEBAR = new Set([
  "message_posted",
  "message_deleted",
  "channel_changed",
  "channel_read",
  "user_changed",
  "group_changed",
  "fault_set",
]);

async function start() {
  startTheme();
  startSidebar();
  startChannel();
  startThread();
  startInspector();
  const hash = readHash();
  await readClock();
  const change = await firstPerson();
  fill(document.getElementById("top"), clockBar(), tools());
  arrive(hash);
  addPanel(inspectorPanel());
  addPanel(faultsPanel());
  addPanel(adminPanel());
  keepTrue();
  follow(change);
  await extend();
  document.body.dataset.ready = "true";
}

async function firstPerson() {
  try {
    return await be(startedAs() || (await someone()));
  } catch {
    return be(await someone()); // whoever the address names is not here
  }
}

async function someone() {
  return (await get("/playground/people")).people[0].id;
}

function arrive(hash) {
  const where = hash.get("in");
  const given = { tab: hash.get("tab") ?? "messages", thread: hash.get("thread"), message: hash.get("message") ?? "" };
  if (!where || !go(where, given)) go(store.at.channel);
}

function tools() {
  return h(
    "div",
    { class: "top-tools" },
    themeButton(),
    h("button", { type: "button", id: "tools-button", class: "top-button", "aria-expanded": "false", "aria-controls": "tools", onclick: toggleDrawer }, icon("tools"), h("span", {}, "Tools")),
  );
}

function keepTrue() {
  const again = paced(() => tried(around), 80);
  on("change", (change) => {
    if (OF_THE_SIDEBAR.has(change.kind)) again();
  });
  on("change:notice", (change) => {
    if (change.data.user === store.me.id) notice({ text: change.data.text, kind: "error" });
  });
  on("back", again);
  addEventListener("hashchange", () => moved());
  addEventListener("keydown", escaped);
}

async function moved() {
  const hash = readHash();
  const who = hash.get("as")?.replace(/^@/, "");
  if (who && who !== store.me.handle && who !== store.me.id) await tried(() => be(`@${who}`));
  arrive(hash);
  if (hash.get("thread")) openThread(store.at.channel, hash.get("thread"));
}

function escaped(event) {
  if (event.key !== "Escape" || event.defaultPrevented || document.querySelector("dialog[open]")) return;
  if (document.body.classList.contains("shows-sidebar")) document.body.classList.remove("shows-sidebar");
  else if (document.getElementById("notices").firstChild) clearNotices();
  else if (store.thread) closeThread();
  else if (document.body.classList.contains("has-tools")) closeDrawer();
}

start();

// The side panel with one thread.

import { act, sees } from "./api.js";
import { composer } from "./composer.js";
import { fill, h, paced } from "./dom.js";
import { icon } from "./icons.js";
import { MessageList } from "./messages.js";
import { tried } from "./notices.js";
import { closeThread } from "./places.js";
import { on, store, titleOf } from "./store.js";

let list = null;
let shownFor = "";

export function startThread() {
  on("thread", open);
  on("place", open);
  on("change", (change) => {
    if (store.thread && change.data.channel === store.thread.channel && change.kind !== "channel_read") refresh();
  });
  on("back", refresh);
}

function open() {
  const panel = document.getElementById("thread");
  const wanted = store.thread ? `${store.me.id} ${store.thread.channel} ${store.thread.ts}` : "";
  if (wanted === shownFor) return;
  shownFor = wanted;
  panel.hidden = !wanted;
  document.body.classList.toggle("has-thread", Boolean(wanted));
  if (!wanted) {
    fill(panel);
    return;
  }
  const channel = store.channels.get(store.thread.channel);
  list = new MessageList("Thread", { inThread: true });
  const { channel: at, ts } = store.thread;
  const { form, input } = composer("Reply…", () => ({ channel: at, thread: ts }));
  fill(
    panel,
    h(
      "header",
      { class: "panel-head" },
      h("h2", {}, "Thread", h("span", { class: "panel-place" }, channel ? `${channel.kind.endsWith("im") ? "" : "#"}${titleOf(channel)}` : "")),
      h("button", { type: "button", class: "plain-icon", "aria-label": "Close the thread", onclick: closeThread }, icon("close")),
    ),
    list.scroller,
    form,
  );
  tried(load).then(() => list?.toEnd());
  input.focus({ preventScroll: true });
}

async function load() {
  if (!store.thread) return;
  const { channel, ts } = store.thread;
  const key = shownFor;
  try {
    const told = await sees("thread", { channel, ts });
    if (key !== shownFor) return;
    list.update(channel, told.messages);
    const newest = told.messages.filter((message) => !message.is_ephemeral).at(-1);
    if (!document.hidden) await act("read", { channel, ts: newest.ts, thread_ts: told.ts });
  } catch (refusal) {
    if (key !== shownFor) return;
    if (refusal.status === 404) closeThread();
    else throw refusal;
  }
}

const refresh = paced(() => tried(load));

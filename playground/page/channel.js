// The middle of the page: a conversation, or the app with its Home and Messages.

import { act, sees } from "./api.js";
import { avatar } from "./avatars.js";
import { composer } from "./composer.js";
import { fill, h, paced } from "./dom.js";
import { forgetHome, showHome } from "./home.js";
import { icon } from "./icons.js";
import { MessageList } from "./messages.js";
import { forgetModal, showModals } from "./modal.js";
import { tried } from "./notices.js";
import { around, go } from "./places.js";
import { statusMark } from "./presence.js";
import { isApp, isDirect, on, others, store, titleOf } from "./store.js";

const PAGE = 100;

let list = null;
let shownFor = "";
let newFrom = null;
let wanted = PAGE;
let homeHost = null;
let statuses = "";

const ABOUT_MESSAGES = new Set([
  "message_posted",
  "message_updated",
  "message_deleted",
  "ephemeral_posted",
  "ephemeral_deleted",
  "reaction_added",
]);

export function startChannel() {
  on("place", open);
  on("workspace", paintHead);
  on("workspace", newStatuses);
  on("change", heard);
  on("back", refreshAll);
  on("person", () => {
    forgetModal();
    forgetHome();
    views();
  });
  document.addEventListener("visibilitychange", () => document.hidden || messages());
}

function heard(change) {
  if (ABOUT_MESSAGES.has(change.kind) && change.data.channel === store.at.channel) messages();
  if (["view_changed", "home_published"].includes(change.kind) && change.data.user === store.me.id) views();
}

// Authors carry their status.
function newStatuses() {
  const now = JSON.stringify([...store.users.values()].map((user) => user.status));
  if (now !== statuses) messages();
  statuses = now;
}

export function refreshAll() {
  messages();
  views();
}

function open() {
  const key = `${store.me.id} ${store.at.channel} ${store.at.tab}`;
  if (key !== shownFor) {
    shownFor = key;
    wanted = PAGE;
    newFrom = null;
    if (store.at.tab === "home") openHome();
    else openMessages();
  }
  paintHead();
  if (store.at.message) messages();
}

function openMessages() {
  const channel = store.channels.get(store.at.channel);
  homeHost = null;
  list = new MessageList(`Messages in ${titleOf(channel)}`);
  fill(document.getElementById("main"), h("header", { class: "panel-head" }), list.scroller, foot(channel));
  paintHead();
  load().then(() => list?.toEnd());
  document.querySelector("#main .composer-text")?.focus({ preventScroll: true });
}

function foot(channel) {
  if (channel.archived) return h("p", { class: "composer-off" }, "This channel is archived.");
  if (!channel.member) {
    const join = () => tried(async () => {
      await act("join", { channel: channel.id });
      await around();
      shownFor = "";
      open();
    });
    return h("p", { class: "composer-off" }, `You are not in #${channel.name}. `, h("button", { type: "button", class: "button primary", onclick: join }, "Join"));
  }
  const name = isDirect(channel) ? titleOf(channel) : `#${channel.name}`;
  return composer(`Message ${name}`, () => ({ channel: channel.id, thread: null })).form;
}

async function openHome() {
  list = null;
  homeHost = h("div", { class: "scroller", tabindex: "0", role: "region", "aria-label": `Home of ${store.app.name}` });
  fill(document.getElementById("main"), h("header", { class: "panel-head" }), homeHost);
  paintHead();
  views();
  await tried(() => act("open_home", { tab: "home", wait: false }));
}

function paintHead() {
  const head = document.querySelector("#main > .panel-head");
  const channel = store.channels.get(store.at.channel);
  if (!head || !channel) return;
  const menu = h("button", { type: "button", class: "plain-icon only-phone", "aria-label": "Conversations and people", onclick: () => document.body.classList.toggle("shows-sidebar") }, icon("menu"));
  fill(head, menu, h("h2", {}, title(channel)), isApp(channel) ? tabs() : members(channel));
  const { mentions } = channel.unread;
  document.title = `${mentions ? `(${mentions}) ` : ""}${titleOf(channel)} · ${store.me.name}`;
}

function title(channel) {
  if (isApp(channel)) return [avatar(store.users.get(store.app.user), "is-small"), titleOf(channel), h("span", { class: "app-badge" }, "APP")];
  if (isDirect(channel)) {
    const other = others(channel)[0];
    return [avatar(other, "is-small"), titleOf(channel), statusMark(other), h("span", { class: "panel-place" }, `${other?.title ?? ""}`)];
  }
  return [channel.kind === "private_channel" ? icon("lock") : "# ", channel.name, channel.topic ? h("span", { class: "panel-place" }, channel.topic) : null];
}

function members(channel) {
  if (isDirect(channel)) return null;
  const names = channel.members.map((id) => store.users.get(id)?.name ?? id);
  return h("span", { class: "members", title: names.join("\n") }, icon("people"), String(names.length), h("span", { class: "is-hidden" }, " members"));
}

function tabs() {
  const tab = (id, label) =>
    h("button", { type: "button", class: "head-tab", "aria-pressed": String(store.at.tab === id), onclick: () => go("app", { tab: id }) }, label);
  return h("div", { class: "head-tabs" }, store.app.home_tab ? tab("home", "Home") : null, store.app.messages_tab ? tab("messages", "Messages") : null);
}

// what stands there now

async function load() {
  if (!list) return;
  const key = shownFor;
  const told = await sees("messages", { channel: store.at.channel, limit: wanted });
  if (key !== shownFor || !list) return;
  newFrom ??= Number(told.last_read) || null;
  const more = told.more ? h("li", { class: "more" }, h("button", { type: "button", class: "button", onclick: earlier }, "Show earlier messages")) : null;
  list.update(told.channel, told.messages, { newFrom, before: more });
  if (!told.messages.length) fill(list.list, h("li", { class: "empty" }, "Nothing has been said here yet."));
  if (store.at.message && list.reveal(store.at.message)) store.at.message = "";
  await read(told);
}

function earlier() {
  wanted += PAGE * 2;
  messages();
}

async function read({ channel, messages: shown }) {
  const newest = shown.filter((message) => !message.is_ephemeral).at(-1);
  const mine = store.channels.get(channel)?.member;
  if (newest && mine && !document.hidden) await act("read", { channel, ts: newest.ts });
}

const messages = paced(() => tried(load));

const views = paced(async () => {
  const told = await tried(() => sees("views"));
  if (!told) return;
  showModals(told.modals, views);
  if (homeHost) showHome(homeHost, told.home);
});

// A list of messages that is kept true row by row, so that focus, menus and scrolling survive.

import { authorOf, avatar } from "./avatars.js";
import { attachmentOf, blocksOf } from "./blocks.js";
import { h } from "./dom.js";
import { emojiOf } from "./emoji.js";
import { icon } from "./icons.js";
import { mrkdwn } from "./mrkdwn.js";
import { openThread } from "./places.js";
import { fileCard } from "./pictures.js";
import { statusMark } from "./presence.js";
import { store } from "./store.js";
import { messageSurface, react } from "./surfaces.js";
import { clockTime, dayOf, dayTitle, fullTime, instantOf, moment } from "./time.js";

const TOGETHER_S = 300;
const AT_END_PX = 60;
const QUICK = ["eyes", "white_check_mark", "raised_hands"];

export class MessageList {
  #rows = new Map();

  constructor(label, { inThread = false } = {}) {
    this.inThread = inThread;
    this.list = h("ol", { class: "messages", "aria-label": label });
    this.scroller = h("div", { class: "scroller", tabindex: "0", role: "region", "aria-label": label }, this.list);
  }

  get atEnd() {
    const { scrollHeight, scrollTop, clientHeight } = this.scroller;
    return scrollHeight - scrollTop - clientHeight < AT_END_PX;
  }

  toEnd() {
    this.scroller.scrollTop = this.scroller.scrollHeight;
  }

  // `newFrom`: microseconds up to which this person had read when they came.
  update(channel, messages, { newFrom = null, before = null } = {}) {
    const follows = this.atEnd;
    const rows = new Map();
    const wanted = before ? [before] : [];
    let previous = null;
    let marked = false;
    for (const message of messages) {
      const day = dayOf(instantOf(message.ts));
      if (!this.inThread && day !== (previous && dayOf(instantOf(previous.ts)))) {
        wanted.push(this.#row(rows, `day ${day}`, "", () => dayDivider(message)));
        previous = null;
      }
      if (!marked && isNew(message, newFrom)) {
        wanted.push(this.#row(rows, "new", "", newDivider));
        marked = true;
        previous = null;
      }
      if (this.inThread && message === messages[1]) {
        const count = messages[0].reply_count ?? 0;
        wanted.push(this.#row(rows, "replies", String(count), () => repliesDivider(count)));
        previous = null;
      }
      const together = goesWith(previous, message);
      const status = authorOf(message)?.status;
      const shown = [message, together, store.me.id, unreadReplies(channel, message), status];
      wanted.push(this.#row(rows, message.ts, JSON.stringify(shown), () => row(channel, message, together, this.inThread)));
      previous = message;
    }
    this.#rows = rows;
    arrange(this.list, wanted);
    if (follows) this.toEnd();
  }

  #row(rows, key, shown, make) {
    const known = this.#rows.get(key);
    const kept = known?.shown === shown ? known : { shown, element: make() };
    rows.set(key, kept);
    return kept.element;
  }

  reveal(ts) {
    const found = this.list.querySelector(`[data-ts="${CSS.escape(ts)}"]`);
    if (!found) return false;
    found.scrollIntoView({ block: "center" });
    found.classList.add("is-revealed");
    setTimeout(() => found.classList.remove("is-revealed"), 2500);
    return true;
  }
}

// Moves as little as possible: an element that is moved loses its focus.
function arrange(list, wanted) {
  const stays = new Set(wanted);
  for (const child of [...list.children]) if (!stays.has(child)) child.remove();
  wanted.forEach((element, place) => {
    if (list.children[place] !== element) list.insertBefore(element, list.children[place] ?? null);
  });
}

function isNew(message, newFrom) {
  if (newFrom === null || message.user === store.me.id || message.is_ephemeral) return false;
  return Math.round(Number(message.ts) * 1e6) > newFrom;
}

function goesWith(previous, message) {
  if (!previous || previous.user !== message.user || message.broadcast || previous.broadcast) return false;
  if (message.is_ephemeral || previous.is_ephemeral || message.subtype === "tombstone") return false;
  return Number(message.ts) - Number(previous.ts) < TOGETHER_S;
}

function dayDivider(message) {
  return h("li", { class: "day-divider" }, h("span", {}, dayTitle(instantOf(message.ts))));
}

function repliesDivider(count) {
  return h("li", { class: "replies-divider" }, h("span", {}, `${count} ${count === 1 ? "reply" : "replies"}`));
}

function newDivider() {
  return h("li", { class: "new-divider" }, h("span", {}, "New"));
}

function row(channel, message, together, inThread) {
  const author = authorOf(message);
  const instant = instantOf(message.ts);
  const marks = [together && "is-together", message.is_ephemeral && "is-ephemeral"].filter(Boolean).join(" ");
  const time = h("time", { class: "message-time", datetime: instant.toISOString(), title: fullTime(instant) }, clockTime(instant));
  const head = h(
    "div",
    { class: "message-head" },
    h("span", { class: "author" }, author?.name ?? message.user ?? "Unknown"),
    message.bot_id ? h("span", { class: "app-badge" }, "APP") : null,
    statusMark(author),
    time,
  );
  return h(
    "li",
    { class: `message ${marks}`, data: { ts: message.ts } },
    message.is_ephemeral ? h("p", { class: "only-you" }, icon("eye"), "Only visible to you") : null,
    message.broadcast && !inThread ? broadcastOf(channel, message) : null,
    h("div", { class: "gutter" }, together ? time : avatar(author)),
    h("div", { class: "message-body" }, together ? null : head, body(channel, message), foot(channel, message, inThread)),
    message.is_ephemeral ? null : toolbar(channel, message, inThread),
  );
}

function body(channel, message) {
  if (message.subtype === "tombstone") return h("p", { class: "tombstone" }, "This message was deleted.");
  const on = messageSurface(message, channel);
  const edited = message.edited ? h("span", { class: "edited" }, " (edited)") : null;
  const text = message.text && (!message.blocks || message.files) ? h("div", { class: "text" }, mrkdwn(message.text), message.blocks ? null : edited) : null;
  return [
    text,
    message.blocks ? h("div", { class: "blocks" }, blocksOf(message.blocks, on)) : null,
    (message.attachments ?? []).map((attachment) => attachmentOf(attachment, on)),
    (message.files ?? []).map(fileCard),
    message.blocks ? edited : null,
  ];
}

function broadcastOf(channel, message) {
  const open = () => openThread(channel, message.thread_ts);
  return h("p", { class: "broadcast" }, "replied to a thread: ", h("button", { type: "button", class: "as-link", onclick: open }, "see the thread"));
}

function foot(channel, message, inThread) {
  return [
    message.reactions ? reactions(channel, message) : null,
    message.reply_count && !inThread ? thread(channel, message) : null,
  ];
}

function reactions(channel, message) {
  return h(
    "div",
    { class: "reactions" },
    message.reactions.map(({ name, users, count }) => {
      const names = users.map((id) => store.users.get(id)?.name ?? id).join(", ");
      const own = users.includes(store.me.id);
      return h(
        "button",
        { type: "button", class: `reaction ${own ? "is-mine" : ""}`, title: names, "aria-label": `:${name}: ${names}`, "aria-pressed": String(own), onclick: () => !own && react(name, message, channel) },
        emojiOf(name) ?? `:${name}:`,
        h("span", {}, String(count)),
      );
    }),
  );
}

function unreadReplies(channel, message) {
  return store.channels.get(channel)?.unread.threads[message.ts] ?? 0;
}

function thread(channel, message) {
  const unread = unreadReplies(channel, message);
  const faces = (message.reply_users ?? []).slice(0, 4).map((id) => avatar(store.users.get(id), "is-small"));
  const count = `${message.reply_count} ${message.reply_count === 1 ? "reply" : "replies"}`;
  const last = h("span", { class: "last-reply" }, `Last reply ${moment(instantOf(message.latest_reply))}`);
  return h(
    "button",
    { type: "button", class: `thread-link ${unread ? "is-unread" : ""}`, onclick: () => openThread(channel, message.ts) },
    faces,
    h("span", { class: "reply-count" }, count),
    unread ? h("span", { class: "badge" }, String(unread)) : null,
    last,
  );
}

function toolbar(channel, message, inThread) {
  const root = message.thread_ts ?? message.ts;
  return h(
    "div",
    { class: "message-tools", role: "group", "aria-label": "Message" },
    QUICK.map((name) =>
      h("button", { type: "button", "aria-label": `React with ${name}`, onclick: () => react(name, message, channel) }, emojiOf(name)),
    ),
    inThread ? null : h("button", { type: "button", "aria-label": "Reply in thread", title: "Reply in thread", onclick: () => openThread(channel, root) }, icon("thread")),
  );
}

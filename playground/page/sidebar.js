// The rail of people one can be, and the side bar of the one that one is.

import { act } from "./api.js";
import { avatar } from "./avatars.js";
import { fill, h } from "./dom.js";
import { icon } from "./icons.js";
import { tried } from "./notices.js";
import { openPersonMenu } from "./person.js";
import { around, be, go } from "./places.js";
import { presenceMark, statusMark } from "./presence.js";
import { appChannel, humans, isApp, on, others, store, titleOf } from "./store.js";
import { clockTime, workspaceNow } from "./time.js";

export function startSidebar() {
  on("workspace", paint);
  on("place", paint);
}

function paint() {
  const focus = document.activeElement?.dataset?.key;
  paintRail();
  fill(
    document.getElementById("sidebar"),
    h("div", { class: "team" }, h("h1", {}, store.team), me()),
    h("div", { class: "places" }, group("Channels", channels()), group("Direct messages", directs()), group("Apps", [appEntry()])),
  );
  if (focus) document.querySelector(`[data-key="${CSS.escape(focus)}"]`)?.focus();
}

function paintRail() {
  fill(
    document.getElementById("rail"),
    h("ul", {}, humans().map((user) => h("li", {}, face(user)))),
  );
}

function face(user) {
  const own = user.id === store.me.id;
  const called = user.attention ? `, ${user.attention} unread` : "";
  return h(
    "button",
    {
      type: "button",
      class: `face ${own ? "is-me" : ""}`,
      title: `${user.name}\n${user.title}\n${user.tz}, ${user.locale}`,
      "aria-label": `Be ${user.name}, ${user.title}${called}`,
      "aria-pressed": String(own),
      data: { key: `be ${user.id}` },
      onclick: () => tried(() => be(user.id)),
    },
    avatar(user),
    own ? null : presenceMark(user),
    h("span", { class: "face-name", "aria-hidden": "true" }, user.name.split(" ")[0]),
    user.attention && !own ? h("span", { class: "badge", "aria-hidden": "true" }, String(user.attention)) : null,
  );
}

function me() {
  const { name, title, tz } = store.me;
  return h(
    "button",
    { type: "button", class: "me", "aria-haspopup": "dialog", "aria-label": `${name}: status and notifications`, title: "Status and notifications", data: { key: "me" }, onclick: openPersonMenu },
    h("span", { class: "me-name" }, presenceMark(store.me), h("strong", {}, name), statusMark(store.me)),
    h("span", {}, title),
    h("span", {}, `${clockTime(workspaceNow())} in ${tz.split("/").pop().replace(/_/g, " ")}`),
  );
}

function group(title, entries) {
  return h("section", {}, h("h2", {}, title), h("ul", {}, entries.map((entry) => h("li", {}, entry))));
}

function channels() {
  return [...store.channels.values()]
    .filter((channel) => !channel.kind.endsWith("im"))
    .sort((one, other) => Number(other.member) - Number(one.member) || one.name.localeCompare(other.name))
    .map((channel) => entry(channel, h("span", { class: "hash", "aria-hidden": "true" }, channel.kind === "private_channel" ? icon("lock") : "#")));
}

function directs() {
  const known = new Map();
  for (const channel of store.channels.values()) {
    if (channel.kind.endsWith("im") && !isApp(channel)) known.set(channel.members.join(), channel);
  }
  const started = [...known.values()].map((channel) => entry(channel, avatar(others(channel)[0], "is-small"), others(channel)));
  const talkedTo = new Set([...known.values()].flatMap((channel) => others(channel).map((user) => user.id)));
  const rest = humans().filter((user) => user !== store.me && !talkedTo.has(user.id));
  return [...started, ...rest.map(stranger)];
}

// Nobody has written yet: the conversation begins with the click.
function stranger(user) {
  const open = async () => {
    const id = await tried(() => act("open_direct", { who: user.id }));
    if (id) await tried(around);
    if (id) go(id);
  };
  return h("button", { type: "button", class: "place is-quiet", data: { key: `dm ${user.id}` }, onclick: open }, avatar(user, "is-small"), h("span", { class: "place-name" }, user.name), ...reached([user]));
}

// Of a conversation of two, how the other can be reached.
function reached(people) {
  return people.length === 1 ? [statusMark(people[0]), presenceMark(people[0])] : [];
}

function entry(channel, icon, people = []) {
  const { messages, mentions } = channel.unread;
  const here = store.at.channel === channel.id;
  const unread = messages + mentions > 0 && channel.member;
  const marks = [here && "is-here", unread && "is-unread", !channel.member && "is-quiet", channel.archived && "is-archived"];
  const said = [titleOf(channel), unread && "unread", mentions && `${mentions} mentions`].filter(Boolean).join(", ");
  return h(
    "button",
    {
      type: "button",
      class: `place ${marks.filter(Boolean).join(" ")}`,
      "aria-label": said,
      "aria-current": here ? "page" : null,
      data: { key: `in ${channel.id}` },
      onclick: () => go(channel.id),
    },
    icon,
    h("span", { class: "place-name" }, titleOf(channel)),
    ...reached(people),
    mentions ? h("span", { class: "badge" }, String(mentions)) : null,
  );
}

function appEntry() {
  const channel = appChannel();
  const made = entry(channel, avatar(store.users.get(store.app.user), "is-small"));
  made.addEventListener("click", () => go("app", { tab: store.at.app ? store.at.tab : "messages" }));
  return made;
}

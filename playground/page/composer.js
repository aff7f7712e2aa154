// Where the person writes: messages as they say them, slash commands with what they take.

import { act } from "./api.js";
import { fill, freshId, h } from "./dom.js";
import { icon } from "./icons.js";
import { notice } from "./notices.js";
import { channelNamed, humans, store } from "./store.js";

const TALLEST_PX = 180;
const SUGGESTED = 8;

// `place()` tells {channel, thread}; `label` is the field's name and hint.
export function composer(label, place) {
  const id = freshId("suggestions");
  const input = h("textarea", {
    rows: "1",
    class: "composer-text",
    placeholder: label,
    "aria-label": label,
    "aria-autocomplete": "list",
    "aria-controls": id,
    oninput: changed,
    onkeydown: keyed,
    onblur: () => setTimeout(hide, 150),
  });
  const hint = h("p", { class: "composer-hint", "aria-live": "polite" });
  const list = h("div", { id, class: "suggestions", role: "listbox", "aria-label": "Suggestions", hidden: true });
  const button = h("button", { type: "submit", class: "send", "aria-label": "Send", disabled: true }, icon("send"));
  const form = h("form", { class: "composer", onsubmit: (event) => (event.preventDefault(), send()) }, list, input, h("div", { class: "composer-foot" }, hint, button));
  let suggested = [];
  let active = 0;

  function changed() {
    input.style.height = "auto";
    input.style.height = `${Math.min(input.scrollHeight, TALLEST_PX)}px`;
    button.disabled = !input.value.trim();
    fill(hint, usage(input.value));
    offer(suggestions(input.value.slice(0, input.selectionStart)));
  }

  function offer(found) {
    suggested = found.slice(0, SUGGESTED);
    active = 0;
    list.hidden = !suggested.length;
    paint();
  }

  function paint() {
    fill(list, suggested.map((item, number) =>
      h(
        "div",
        { role: "option", id: `${id}-${number}`, "aria-selected": String(number === active), class: "suggestion", onmousedown: (event) => (event.preventDefault(), take(item)) },
        h("strong", {}, item.shown),
        item.hint ? h("span", {}, item.hint) : null,
      ),
    ));
    if (suggested.length) input.setAttribute("aria-activedescendant", `${id}-${active}`);
    else input.removeAttribute("aria-activedescendant");
  }

  function hide() {
    list.hidden = true;
    suggested = [];
  }

  function take(item) {
    const end = input.selectionStart;
    const start = end - item.typed.length;
    input.setRangeText(`${item.text} `, start, end, "end");
    hide();
    changed();
    input.focus();
  }

  function keyed(event) {
    if (event.isComposing) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (suggested.length && step) {
      event.preventDefault();
      active = (active + step + suggested.length) % suggested.length;
      paint();
    } else if (suggested.length && (event.key === "Tab" || event.key === "Enter") && suggested[active].text !== suggested[active].typed) {
      event.preventDefault();
      take(suggested[active]);
    } else if (event.key === "Escape" && suggested.length) {
      event.preventDefault();
      event.stopPropagation();
      hide();
    } else if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      send();
    }
  }

  async function send() {
    const written = input.value.trim();
    if (!written) return;
    input.value = "";
    changed();
    try {
      await deliver(written, place());
    } catch (refusal) {
      notice({ text: refusal.message, kind: "error" });
      if (!input.value) input.value = written;
      changed();
    }
  }

  fill(hint, usage(""));
  return { form, input };
}

async function deliver(written, { channel, thread }) {
  if (isCommand(written)) {
    const [command, ...rest] = written.split(/\s+/);
    const text = written.slice(command.length).trim();
    await act("command", { command, text: rest.length ? text : "", channel, in_thread: Boolean(thread) });
  } else {
    await act("say", { text: encoded(written), channel, thread: thread ?? "" });
  }
}

function isCommand(written) {
  return /^\/[^\s/]+(\s|$)/.test(written);
}

// As Slack stores what a person types: the three characters escaped, names as ids.
export function encoded(written) {
  const escaped = written.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
  return escaped
    .replace(/(^|[\s(])@([\p{L}\p{N}._-]+)/gu, (whole, before, name) => {
      const found = mentionOf(name);
      return found ? `${before}${found}` : whole;
    })
    .replace(/(^|[\s(])#([\p{L}\p{N}_-]+)/gu, (whole, before, name) => {
      const channel = channelNamed(name);
      return channel ? `${before}<#${channel.id}>` : whole;
    });
}

function mentionOf(name) {
  if (["channel", "here", "everyone"].includes(name)) return `<!${name}>`;
  const user = [...store.users.values()].find((known) => known.handle === name);
  if (user) return `<@${user.id}>`;
  const group = [...store.groups.values()].find((known) => known.handle === name);
  return group ? `<!subteam^${group.id}>` : null;
}

function usage(written) {
  if (!written) return store.app.commands.length ? "/ for commands, @ to mention somebody" : "@ to mention somebody";
  if (!written.startsWith("/")) return "";
  const known = store.app.commands.find(({ command }) => command === written.split(/\s/)[0]);
  return known ? [h("strong", {}, known.command), " ", known.usage, known.description ? ` — ${known.description}` : ""] : "";
}

function suggestions(before) {
  if (/^\/\S*$/.test(before)) {
    return store.app.commands
      .filter(({ command }) => command.startsWith(before))
      .map(({ command, usage: takes, description }) => ({ typed: before, text: command, shown: `${command} ${takes}`.trim(), hint: description }));
  }
  const [typed] = /(?<=^|[\s(])[@#][\p{L}\p{N}._-]*$/u.exec(before) ?? [];
  if (!typed) return [];
  const wanted = typed.slice(1).toLocaleLowerCase();
  return (typed[0] === "@" ? names() : channels())
    .filter((item) => `${item.text.slice(1)} ${item.hint}`.toLocaleLowerCase().includes(wanted))
    .map((item) => ({ ...item, typed, shown: item.text }));
}

function names() {
  return [
    ...[...humans(), store.users.get(store.app.user)].map((user) => ({ text: `@${user.handle}`, hint: user.name })),
    ...[...store.groups.values()].map((group) => ({ text: `@${group.handle}`, hint: group.name })),
    ...["channel", "here", "everyone"].map((name) => ({ text: `@${name}`, hint: "Notify everybody" })),
  ];
}

function channels() {
  return [...store.channels.values()]
    .filter((channel) => !channel.kind.endsWith("im"))
    .map((channel) => ({ text: `#${channel.name}`, hint: channel.topic }));
}

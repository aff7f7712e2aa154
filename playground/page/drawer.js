// The drawer of tools at the right edge, with a tab for each panel, and small panels in a corner.

import { fill, h } from "./dom.js";
import { icon } from "./icons.js";
import { store } from "./store.js";

const panels = [];
let shown = null;

// `render(host)` is called when the panel opens and may return what is to be called when it closes.
export function addPanel(panel) {
  if (panel.place === "corner") {
    return cornered(panel);
  }
  panels.push({ ...panel, button: null, close: null });
  if (panel.open) openPanel(panel.id);
  else paint();
  return {
    open: () => openPanel(panel.id),
    close: () => shown?.id === panel.id && closeDrawer(),
    setBadge: (text) => setBadge(panel.id, text),
  };
}

function setBadge(id, text) {
  const panel = panels.find((known) => known.id === id);
  panel.badge = text;
  paintTabs();
}

export function openPanel(id) {
  const panel = panels.find((known) => known.id === id) ?? panels[0];
  if (!panel || panel === shown) return;
  leave();
  shown = panel;
  store.tools = panel.id;
  paint();
  panel.close = panel.render(document.getElementById("tools-panel")) ?? null;
}

function leave() {
  if (typeof shown?.close === "function") shown.close();
  shown = null;
}

export function closeDrawer() {
  leave();
  paint();
  document.getElementById("tools-button")?.focus();
}

export function toggleDrawer() {
  if (shown) closeDrawer();
  else openPanel(store.tools ?? panels[0]?.id);
}

function paint() {
  const drawer = document.getElementById("tools");
  drawer.hidden = !shown;
  document.getElementById("tools-button")?.setAttribute("aria-expanded", String(Boolean(shown)));
  document.body.classList.toggle("has-tools", Boolean(shown));
  if (!shown) {
    fill(drawer);
    return;
  }
  if (!document.getElementById("tools-panel")) {
    fill(
      drawer,
      h(
        "div",
        { class: "tools-head" },
        h("div", { id: "tools-tabs", role: "tablist", "aria-label": "Tools" }),
        h("button", { type: "button", class: "plain-icon", "aria-label": "Close the tools", onclick: closeDrawer }, icon("close")),
      ),
      h("div", { id: "tools-panel", role: "tabpanel", tabindex: "0" }),
    );
  }
  const host = document.getElementById("tools-panel");
  fill(host);
  host.setAttribute("aria-labelledby", `tab-${shown.id}`);
  paintTabs();
}

function paintTabs() {
  const place = document.getElementById("tools-tabs");
  if (!place) return;
  fill(place, panels.map(tab));
}

function tab(panel) {
  const selected = panel === shown;
  return h(
    "button",
    {
      type: "button",
      role: "tab",
      id: `tab-${panel.id}`,
      "aria-selected": String(selected),
      "aria-controls": "tools-panel",
      tabindex: selected ? "0" : "-1",
      onclick: () => openPanel(panel.id),
      onkeydown: (event) => besides(event, panel),
    },
    panel.title,
    panel.badge ? h("span", { class: "tab-badge" }, panel.badge) : null,
  );
}

function besides(event, panel) {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!step) return;
  const next = panels[(panels.indexOf(panel) + step + panels.length) % panels.length];
  openPanel(next.id);
  document.getElementById(`tab-${next.id}`)?.focus();
}

function cornered(panel) {
  const body = h("div", { class: "corner-body" });
  const box = h(
    "section",
    { class: "corner-panel", "aria-label": panel.title },
    h(
      "div",
      { class: "corner-head" },
      h("h2", {}, panel.title),
      h("button", { type: "button", class: "plain-icon", "aria-label": `Close: ${panel.title}`, onclick: close }, icon("close")),
    ),
    body,
  );
  let ended = null;
  function close() {
    if (typeof ended === "function") ended();
    ended = null;
    box.remove();
    panel.onclose?.();
  }
  function open() {
    if (box.isConnected) return;
    document.getElementById("corner").append(box);
    fill(body);
    ended = panel.render(body) ?? null;
  }
  if (panel.open !== false) open();
  return { open, close, setBadge: () => {} };
}

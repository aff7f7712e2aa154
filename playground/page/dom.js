// Elements are built, never parsed: a string given as a child is always text.

export function h(name, given = {}, ...children) {
  return filled(document.createElement(name), given, children);
}

const SVG = "http://www.w3.org/2000/svg";

export function svg(name, given = {}, ...children) {
  return filled(document.createElementNS(SVG, name), given, children);
}

function filled(element, given, children) {
  for (const [name, value] of Object.entries(given)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "value" && "value" in element) element.value = value;
    else if (name === "checked") element.checked = true;
    else if (name === "data") Object.assign(element.dataset, value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...flat(children));
  return element;
}

function flat(children) {
  return children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false);
}

export function fill(element, ...children) {
  element.replaceChildren(...flat(children));
  return element;
}

let lastId = 0;

export function freshId(name) {
  lastId += 1;
  return `${name}-${lastId}`;
}

const LONGEST_PRESS_MS = 5000; // should its end never be told

let letGo = null;
let pressed = Promise.resolve();

// A click needs the same element under the press and under its end: what is being pressed is drawn
// anew only when it has been let go.
addEventListener("pointerdown", ({ button, target }) => {
  letGo?.();
  if (button !== 0 || target.closest("select")) return; // the browser's own menus swallow the end
  pressed = new Promise((resolve) => {
    letGo = resolve;
    setTimeout(resolve, LONGEST_PRESS_MS);
  });
}, true);
for (const end of ["pointerup", "pointercancel"]) addEventListener(end, () => setTimeout(() => letGo?.()), true);

export function unpressed() {
  return pressed;
}

// Runs at most once in each pause, and once more if it was asked for meanwhile.
export function paced(work, pauseMs = 40) {
  let waiting = null;
  let running = false;
  let again = false;
  async function run() {
    waiting = null;
    if (running) {
      again = true;
      return;
    }
    running = true;
    try {
      await work();
    } finally {
      running = false;
      if (again) {
        again = false;
        ask();
      }
    }
  }
  function ask() {
    waiting ??= setTimeout(run, pauseMs);
  }
  return ask;
}

export function debounced(work, pauseMs = 250) {
  let waiting = null;
  return (...given) => {
    clearTimeout(waiting);
    waiting = setTimeout(() => work(...given), pauseMs);
  };
}

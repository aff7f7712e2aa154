// The page's own signs, drawn here so that they look the same wherever the page is opened.

import { svg } from "./dom.js";

const PATHS = {
  close: "M5 5l10 10M15 5L5 15",
  back: "M12 4l-6 6 6 6",
  menu: "M3 5h14M3 10h14M3 15h14",
  eye: "M1.5 10S4.5 4.5 10 4.5 18.5 10 18.5 10 15.5 15.5 10 15.5 1.5 10 1.5 10zM10 7.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5z",
  people: "M7.5 9.5a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM2 16c0-3 2.4-4.5 5.5-4.5S13 13 13 16M13 4a2.8 2.8 0 0 1 0 5.3M15 12c2 .6 3 2 3 4",
  thread: "M4 4h12a1.5 1.5 0 0 1 1.5 1.5v7A1.5 1.5 0 0 1 16 14h-5l-4 3.5V14H4a1.5 1.5 0 0 1-1.5-1.5v-7A1.5 1.5 0 0 1 4 4zM6 7.5h8M6 10.5h5",
  send: "M3 10l14-6.5-5 13-2.5-5.5zM9.5 11L17 3.5",
  lock: "M5.5 9h9a1 1 0 0 1 1 1v6a1 1 0 0 1-1 1h-9a1 1 0 0 1-1-1v-6a1 1 0 0 1 1-1zM7 9V6.5a3 3 0 0 1 6 0V9",
  pause: "M7 4.5v11M13 4.5v11",
  play: "M6.5 4.5l8 5.5-8 5.5z",
  theme: "M10 3a7 7 0 1 0 0 14zM10 3a7 7 0 0 1 0 14",
  tools: "M12.5 3.2a4 4 0 0 0-3.9 5.3L3 14.1 5.9 17l5.6-5.6a4 4 0 0 0 5.1-5l-2.5 2.5-2.5-.5-.5-2.5z",
  more: "M5 10h.01M10 10h.01M15 10h.01",
  snooze: "M6.5 5.5h7l-7 9h7",
  down: "M5.5 8l4.5 4.5L14.5 8",
  picture: "M3.5 4h13a1 1 0 0 1 1 1v10a1 1 0 0 1-1 1h-13a1 1 0 0 1-1-1V5a1 1 0 0 1 1-1zM3 14l4-4 3 3 3-3 4 4M12.5 7.5h.01",
  file: "M5 2.5h6.5L15.5 7v9.5a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1v-13a1 1 0 0 1 1-1zM11 3v4.5h4",
};

export function icon(name) {
  return svg(
    "svg",
    { class: `icon icon-${name}`, viewBox: "0 0 20 20", "aria-hidden": "true", focusable: "false" },
    svg("path", { d: PATHS[name] }),
  );
}

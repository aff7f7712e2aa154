// What the page knows: the workspace as one person sees it, and where they are.

export const store = {
  me: null,
  team: "",
  app: null,
  baseUrl: "",
  users: new Map(),
  groups: new Map(),
  channels: new Map(),
  faults: [],
  pacing: false,
  at: { channel: "", tab: "messages" },
  thread: null,
};

export function learn(told) {
  store.team = told.team;
  store.app = told.app;
  store.baseUrl = told.base_url;
  store.users = byId(told.users);
  store.groups = byId(told.groups);
  store.channels = byId(told.channels);
  store.faults = told.faults;
  store.pacing = told.pacing;
  store.me = store.users.get(told.me);
}

function byId(items) {
  return new Map(items.map((item) => [item.id, item]));
}

export function humans() {
  return [...store.users.values()].filter((user) => !user.is_bot && !user.deleted);
}

export function channelNamed(which) {
  const name = which.replace(/^#/, "");
  return (
    store.channels.get(which) ??
    [...store.channels.values()].find((channel) => !isDirect(channel) && channel.name === name)
  );
}

export function isDirect(channel) {
  return channel.kind === "im" || channel.kind === "mpim";
}

export function appChannel() {
  return [...store.channels.values()].find(
    (channel) => channel.kind === "im" && channel.members.includes(store.app.user),
  );
}

export function isApp(channel) {
  return channel.kind === "im" && channel.members.includes(store.app.user);
}

// The other people of a direct conversation; in a note to self, oneself.
export function others(channel) {
  const rest = channel.members.filter((id) => id !== store.me.id);
  return (rest.length ? rest : channel.members).map((id) => store.users.get(id)).filter(Boolean);
}

export function titleOf(channel) {
  if (isApp(channel)) return store.app.name;
  if (isDirect(channel)) return others(channel).map((user) => user.name).join(", ");
  return channel.name;
}

// Events inside the page: where we are has changed, the workspace was read again, …

const listeners = new Map();

export function on(event, listener) {
  const known = listeners.get(event) ?? new Set();
  listeners.set(event, known.add(listener));
  return () => known.delete(listener);
}

export function tell(event, ...given) {
  for (const listener of [...(listeners.get(event) ?? [])]) listener(...given);
}
